"""Every "must" of the programme is a named rule of the database: each is broken here on purpose, in SQL.

The last test fails when a rule exists that no case breaks.
"""

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from kitbag import holds
from kitbag.models import Hold, Spell
from members.models import Level, StaffChange
from servicing.models import SlotHold
from tests import rules_of_membership
from tests.factories import (
    NOON,
    CaseFactory,
    EstimateFactory,
    IntakeFactory,
    LoanFactory,
    LoanUnitFactory,
    UserFactory,
)
from tests.rules_of_membership import rows_of_membership

ITEM = str(uuid.uuid4())

CLAIM = """
    WITH paper AS (
        INSERT INTO kitbag_proof (id, member_id, kind, file, name, content_type, size, digest, uploaded_at)
        VALUES (gen_random_uuid(), %(member)s, 'receipt', 'a', 'a', 'image/png', 1, 'x', now()) RETURNING id
    )
    INSERT INTO kitbag_claim (item_id, held_item_id, ground, words, proof_id, opened_at, answer_by, answer,
        answered_at, answer_words, state, decided_at, note)
    SELECT {item}, %(item)s, '{ground}', '', paper.id, now(), '2030-01-01', '{answer}', {answered}, '', '{state}',
        {decided}, '' FROM paper, generate_series(1, {many})"""

EVENT = """
    INSERT INTO servicing_caseevent (case_id, stretch_id, at, kind, state, actor, note, facts, internal)
    VALUES (%(case)s, %(stretch)s, now(), '{kind}', '{state}', '{actor}', '', '{{}}', false)"""
LINE = """
    INSERT INTO servicing_estimateline (estimate_id, position, kind, words, amount, why)
    VALUES (%(estimate)s, {position}, '{kind}', '', {amount}, '')"""
FILE = """
    INSERT INTO servicing_casefile (id, case_id, purpose, file, name, content_type, size, digest, uploaded_at)
    SELECT gen_random_uuid(), %(case)s, '{purpose}', 'a', 'a', '{type}', {size}, 'x', now()
    FROM generate_series(1, {many})"""
LOAN = """
    INSERT INTO servicing_loan (id, unit_id, case_id, member_id, period, state, booked_at, handed_over_at,
        condition_out, accessories_out, condition_back, accessories_back, damaged, ended_why)
    VALUES (gen_random_uuid(), %(unit)s, %({case})s, %(member)s, '{period}', '{state}', now(),
        CASE '{state}' WHEN 'out' THEN now() END, '', '', '', '', false, '')"""

REPLY = """
    INSERT INTO kitbag_replytemplate (kind, title, text, language, place, is_active)
    SELECT '{kind}', '{title}', 'x', 'en', 1, true FROM generate_series(1, {many})"""

# name of the rule → statements that break it; %(…)s are the rows of the fixture below.
CASES = {
    # members
    "user_email_in_lower_case": "UPDATE members_user SET email = 'Layla@Example.org' WHERE id = %(user)s",
    "member_number_is_ten_digits": "UPDATE members_member SET number = '12' WHERE id = %(member)s",
    "acceptance_once_a_version": """
        INSERT INTO members_acceptance (member_id, document, version, accepted_at)
        SELECT %(member)s, 'terms', '1', now() FROM generate_series(1, 2)""",
    "acceptance_document_known": """
        INSERT INTO members_acceptance (member_id, document, version, accepted_at)
        VALUES (%(member)s, 'novel', '1', now())""",
    "country_terms_one_row_a_day": """
        INSERT INTO members_countryterms (country, benefit_class, valid_from, ended)
        SELECT country, benefit_class, valid_from, ended FROM members_countryterms LIMIT 1""",
    "country_terms_class_known": "UPDATE members_countryterms SET benefit_class = 'best'",
    "message_once_per_occasion": """
        INSERT INTO members_message (address, kind, about, occasion, facts, created_at, due_at, tries, last_error)
        SELECT 'a@example.org', 'level_up', 'level', '1', '{}', now(), now(), 0, '' FROM generate_series(1, 2)""",
    "message_has_one_recipient": """
        INSERT INTO members_message (address, kind, about, occasion, facts, created_at, due_at, tries, last_error)
        VALUES ('', 'level_up', 'level', '1', '{}', now(), now(), 0, '')""",
    "message_kind_known": """
        INSERT INTO members_message (address, kind, about, occasion, facts, created_at, due_at, tries, last_error)
        VALUES ('a@example.org', 'gossip', 'level', '1', '{}', now(), now(), 0, '')""",
    "message_unwanted_is_parked_and_no_service_mail": """
        INSERT INTO members_message
            (address, kind, about, occasion, facts, created_at, due_at, tries, last_error, unwanted, parked_at)
        VALUES ('a@example.org', 'level_down', 'level', '1', '{}', now(), now(), 0, '', true, now())""",
    "message_sealed_erased_once_sent": """
        INSERT INTO members_message
            (address, kind, about, occasion, facts, sealed, created_at, due_at, sent_at, tries, last_error)
        VALUES ('a@example.org', 'security', 'code', '1', '{}', '{}', now(), now(), now(), 0, '')""",
    "full_check_completed_after_it_began": """
        INSERT INTO kitbag_fullcheck (begun_at, completed_at, day, members, differing, findings, milliseconds)
        VALUES (now(), now() - interval '1 second', now(), 0, 0, '[]', 0)""",
    "full_check_differing_within_members": """
        INSERT INTO kitbag_fullcheck (begun_at, day, members, differing, findings, milliseconds)
        VALUES (now(), now(), 1, 2, '[]', 0)""",
    "drop_notice_one_per_member_and_day": """
        INSERT INTO kitbag_dropnotice (member_id, day, points, costs_level, state, round, told_on)
        SELECT %(member)s, '2030-01-01', 5, false, 'told', 1, now() FROM generate_series(1, 2)""",
    "drop_notice_state_known": """
        INSERT INTO kitbag_dropnotice (member_id, day, points, costs_level, state, round, told_on)
        VALUES (%(member)s, '2030-01-01', 5, false, 'heard', 1, now())""",
    "drop_notice_of_a_fall_or_a_level": """
        INSERT INTO kitbag_dropnotice (member_id, day, points, costs_level, state, round, told_on)
        VALUES (%(member)s, '2030-01-01', 0, false, 'told', 1, now())""",
    "threshold_one_row_a_day_and_revision": """
        INSERT INTO members_threshold
            (effective_on, revision, silver, gold, platinum, is_withdrawn, is_first, reason, recorded_on)
        SELECT '2030-01-01', 1, 1, 2, 3, false, false, 'x', '2026-01-01' FROM generate_series(1, 2)""",
    "threshold_one_first": """
        INSERT INTO members_threshold
            (effective_on, revision, silver, gold, platinum, is_withdrawn, is_first, reason, recorded_on)
        VALUES ('2030-01-01', 1, 1, 2, 3, false, true, 'x', '2026-01-01')""",
    "threshold_levels_ascend": """
        INSERT INTO members_threshold
            (effective_on, revision, silver, gold, platinum, is_withdrawn, is_first, reason, recorded_on)
        VALUES ('2030-01-01', 1, 500, 500, 1600, false, false, 'x', '2026-01-01')""",
    "threshold_recorded_before_its_day": """
        INSERT INTO members_threshold
            (effective_on, revision, silver, gold, platinum, is_withdrawn, is_first, reason, recorded_on)
        VALUES ('2026-01-01', 1, 1, 2, 3, false, false, 'x', '2026-01-01')""",
    "threshold_never_rewritten": "UPDATE members_threshold SET silver = 1",
    # catalogue
    "product_serial_need_known": "UPDATE kitbag_product SET serial_need = 'maybe'",
    "product_family_known": "UPDATE kitbag_product SET family = 'phone'",
    "product_media_known": "UPDATE kitbag_product SET media = 'radio'",
    "product_points_never_rise_with_age": "UPDATE kitbag_product SET points_floor = points_superseded + 1",
    "product_floor_at_least_one_with_points": "UPDATE kitbag_product SET points_floor = 0",
    "product_has_first_value": """
        INSERT INTO kitbag_product (sku, name, category, family, series, mount, media, fast_track, fast_track_video,
            points_full, points_superseded, points_floor, serial_need, serial_hint, aliases, market, points_basis,
            source, file_cells, added_on)
        VALUES ('x', 'X', 'other', 'accessory', '', '', 'both', false, false, 0, 0, 0, 'none', '', '', '', '', '',
            '{}', '2026-01-01')""",
    "search_name_once": """
        INSERT INTO kitbag_searchname (product_id, text, is_alias)
        SELECT %(product)s, 'x', false FROM generate_series(1, 2)""",
    "lifecycle_mark_revision": """
        INSERT INTO kitbag_lifecyclemark (product_id, stage, revision, reason, recorded_on)
        SELECT %(product)s, 'superseded', 1, 'x', '2026-01-01' FROM generate_series(1, 2)""",
    "lifecycle_mark_stage_known": """
        INSERT INTO kitbag_lifecyclemark (product_id, stage, revision, reason, recorded_on)
        VALUES (%(product)s, 'current', 1, 'x', '2026-01-01')""",
    "lifecycle_mark_never_rewritten": """
        INSERT INTO kitbag_lifecyclemark (product_id, stage, revision, reason, recorded_on)
        VALUES (%(product)s, 'superseded', 1, 'x', '2026-01-01'); DELETE FROM kitbag_lifecyclemark""",
    # valuations
    "valuation_one_row_a_day_and_revision": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        SELECT %(product)s, '2030-01-01', 1, 5, 'current', 'set', '', false, '2026-01-01' FROM generate_series(1, 2)""",
    "valuation_one_first": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        VALUES (%(product)s, '2030-01-01', 1, 5, 'current', 'first', '', true, '2026-01-01')""",
    "valuation_recorded_before_its_day": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        VALUES (%(product)s, '2026-02-01', 1, 5, 'current', 'set', '', false, '2026-02-01')""",
    "valuation_first_has_points": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        VALUES (%(product)s, '2023-01-01', 1, NULL, 'current', 'first', '', true, '2026-01-01')""",
    "valuation_stage_known": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        VALUES (%(product)s, '2030-01-01', 1, 5, 'mint', 'set', '', false, '2026-01-01')""",
    "valuation_reason_known": """
        INSERT INTO kitbag_valuation
            (product_id, effective_on, revision, points, stage, reason, note, is_first, recorded_on)
        VALUES (%(product)s, '2030-01-01', 1, 5, 'current', 'whim', '', false, '2026-01-01')""",
    "valuation_never_rewritten": "UPDATE kitbag_valuation SET points = 1",
    # kit items
    "unit_validated_once": """
        UPDATE kitbag_kititem SET serial = (SELECT serial FROM kitbag_kititem WHERE id = %(item)s)
        WHERE id = %(other_item)s""",
    "kit_item_state_known": "UPDATE kitbag_kititem SET state = 'lent' WHERE id = %(draft)s",
    "kit_item_waits_with_a_reason": "UPDATE kitbag_kititem SET state = 'waiting' WHERE id = %(draft)s",
    "kit_item_reasons_known": """
        UPDATE kitbag_kititem SET state = 'waiting', reasons = '{mood}' WHERE id = %(draft)s""",
    "kit_item_removed_with_a_reason": "UPDATE kitbag_kititem SET state = 'removed' WHERE id = %(draft)s",
    "kit_item_validated_with_all_details": "UPDATE kitbag_kititem SET store = '' WHERE id = %(item)s",
    "kit_item_serial_normalised": "UPDATE kitbag_kititem SET serial = 'ab 1' WHERE id = %(draft)s",
    "item_agrees_with_spell": """
        UPDATE kitbag_kititem SET state = 'draft' WHERE id = %(item)s""",
    "proposed_edit_one_waiting": """
        INSERT INTO kitbag_proposededit
            (item_id, product_id, serial_typed, serial, number_confirmed, reasons, state, proposed_at, note)
        SELECT %(item)s, %(product)s, '1', '1', false, '{}', 'waiting', now(), '' FROM generate_series(1, 2)""",
    "proposed_edit_state_known": """
        INSERT INTO kitbag_proposededit
            (item_id, product_id, serial_typed, serial, number_confirmed, reasons, state, proposed_at, decided_at, note)
        VALUES (%(item)s, %(product)s, '1', '1', false, '{}', 'lost', now(), now(), '')""",
    "proposed_edit_decided_at": """
        INSERT INTO kitbag_proposededit
            (item_id, product_id, serial_typed, serial, number_confirmed, reasons, state, proposed_at, note)
        VALUES (%(item)s, %(product)s, '1', '1', false, '{}', 'passed', now(), '')""",
    "reply_template_kind_known": REPLY.format(kind="song", title="x", many=1),
    "reply_template_says_something": REPLY.format(kind="ask", title="", many=1),
    "reply_template_once": REPLY.format(kind="ask", title="x", many=2),
    "stolen_unit_has_a_number": """
        INSERT INTO kitbag_stolenunit (product_id, serial, item_id, reported_at)
        VALUES (%(product)s, '', %(item)s, now())""",
    "former_number_once": """
        INSERT INTO kitbag_formernumber (product_id, serial, item_id, replaced_at)
        SELECT %(product)s, '1', %(item)s, now() FROM generate_series(1, 2)""",
    "former_number_not_blank": """
        INSERT INTO kitbag_formernumber (product_id, serial, item_id, replaced_at)
        VALUES (%(product)s, '', %(item)s, now())""",
    # proofs, claims, lists and imports
    "proof_kept_once": """
        INSERT INTO kitbag_proof (id, member_id, kind, file, name, content_type, size, digest, uploaded_at)
        SELECT gen_random_uuid(), %(member)s, 'receipt', 'a', 'a', 'image/png', 1, 'x', now()
        FROM generate_series(1, 2)""",
    "proof_kind_known": """
        INSERT INTO kitbag_proof (id, member_id, kind, file, name, content_type, size, digest, uploaded_at)
        VALUES (gen_random_uuid(), %(member)s, 'song', 'a', 'a', 'image/png', 1, 'x', now())""",
    "proof_content_type_known": """
        INSERT INTO kitbag_proof (id, member_id, kind, file, name, content_type, size, digest, uploaded_at)
        VALUES (gen_random_uuid(), %(member)s, 'receipt', 'a', 'a', 'text/html', 1, 'x', now())""",
    "proof_not_empty": """
        INSERT INTO kitbag_proof (id, member_id, kind, file, name, content_type, size, digest, uploaded_at)
        VALUES (gen_random_uuid(), %(member)s, 'receipt', 'a', 'a', 'image/png', 0, 'x', now())""",
    "claim_one_open_per_item": CLAIM.format(
        item="%(draft)s", ground="used", answer="", answered="NULL", state="open", decided="NULL", many=2
    ),
    "claim_is_between_two_items": CLAIM.format(
        item="%(item)s", ground="used", answer="", answered="NULL", state="open", decided="NULL", many=1
    ),
    "claim_ground_known": CLAIM.format(
        item="%(draft)s", ground="mood", answer="", answered="NULL", state="open", decided="NULL", many=1
    ),
    "claim_answered_at": CLAIM.format(
        item="%(draft)s", ground="used", answer="released", answered="NULL", state="open", decided="NULL", many=1
    ),
    "claim_decided_at": CLAIM.format(
        item="%(draft)s", ground="used", answer="", answered="NULL", state="for_holder", decided="NULL", many=1
    ),
    "claim_objection_has_proof": CLAIM.format(
        item="%(draft)s", ground="used", answer="objected", answered="now()", state="open", decided="NULL", many=1
    ),
    "kit_list_code_shape": """
        INSERT INTO kitbag_kitlist (code, member_id, issued_at, rows, digest)
        VALUES ('short', %(member)s, now(), '[]', 'x')""",
    "kit_import_state_known": """
        INSERT INTO kitbag_kitimport (id, member_id, created_at, rows, state, total, done)
        VALUES (gen_random_uuid(), %(member)s, now(), '[]', 'lost', 0, 0)""",
    "kit_import_done_within_total": """
        INSERT INTO kitbag_kitimport (id, member_id, created_at, rows, state, total, done)
        VALUES (gen_random_uuid(), %(member)s, now(), '[]', 'checked', 1, 2)""",
    # spells
    "spell_days_are_utc_dates_of_its_moments": """
        INSERT INTO kitbag_spell (member_id, product_id, item_id, counted_from, opened_at, cause, closed_cause)
        VALUES (%(member)s, %(product)s, %(draft)s, '2026-01-02', '2026-01-01 23:00+00', 'registered', '')""",
    "spell_never_ends_before_it_begins": """
        UPDATE kitbag_spell SET closed_at = opened_at - interval '1 hour',
            counted_until = ((opened_at - interval '1 hour') AT TIME ZONE 'UTC')::date, closed_cause = 'sold'
        WHERE item_id = %(item)s""",
    "spell_closed_with_a_cause": """
        UPDATE kitbag_spell SET closed_at = opened_at, counted_until = counted_from WHERE item_id = %(item)s""",
    "spell_cause_known": """
        INSERT INTO kitbag_spell (member_id, product_id, item_id, counted_from, opened_at, cause, closed_cause)
        VALUES (%(member)s, %(product)s, %(draft)s, '2026-01-01', '2026-01-01 23:00+00', 'luck', '')""",
    "spell_of_an_item_never_overlaps": """
        INSERT INTO kitbag_spell (member_id, product_id, item_id, counted_from, opened_at, cause, closed_cause)
        SELECT %(member)s, %(product)s, %(item)s, '2026-11-24', '2026-11-24 12:00+00', 'registered', ''""",
    "spell_closed_once": "UPDATE kitbag_spell SET product_id = %(other_product)s WHERE item_id = %(item)s",
    "spell_never_deleted": "DELETE FROM kitbag_spell WHERE item_id = %(item)s",
    "spell_agrees_with_item": """
        INSERT INTO kitbag_spell (member_id, product_id, item_id, counted_from, opened_at, cause, closed_cause)
        VALUES (%(member)s, %(product)s, %(draft)s, '2026-01-01', '2026-01-01 23:00+00', 'registered', '')""",
    # holds
    "hold_revision": """
        INSERT INTO kitbag_hold (member_id, number, revision, level, begins_on, ends_on, reason, recorded_on, by_id)
        SELECT %(member)s, 9, 1, 2, '2030-01-01', '2030-02-01', 'x', '2026-01-01', %(staff)s
        FROM generate_series(1, 2)""",
    "hold_level_above_red": """
        INSERT INTO kitbag_hold (member_id, number, revision, level, begins_on, ends_on, reason, recorded_on, by_id)
        VALUES (%(member)s, 9, 1, 0, '2030-01-01', '2030-02-01', 'x', '2026-01-01', %(staff)s)""",
    "hold_ends_not_before_it_begins": """
        INSERT INTO kitbag_hold (member_id, number, revision, level, begins_on, ends_on, reason, recorded_on, by_id)
        VALUES (%(member)s, 9, 1, 2, '2030-01-02', '2030-01-01', 'x', '2026-01-01', %(staff)s)""",
    "hold_recorded_before_it_begins": """
        INSERT INTO kitbag_hold (member_id, number, revision, level, begins_on, ends_on, reason, recorded_on, by_id)
        VALUES (%(member)s, 9, 1, 2, '2026-01-01', '2026-02-01', 'x', '2026-01-01', %(staff)s)""",
    "hold_never_rewritten": "DELETE FROM kitbag_hold WHERE id = %(hold)s",
    "hold_revised_fairly": """
        INSERT INTO kitbag_hold (member_id, number, revision, level, begins_on, ends_on, reason, recorded_on, by_id)
        SELECT member_id, number, 2, 3, begins_on, ends_on, 'x', begins_on, by_id FROM kitbag_hold
        WHERE id = %(hold)s""",
    # standings, levels, nights
    "member_has_standing": """
        INSERT INTO members_member (user_id, number, country, time_zone, adult_confirmed_at, joined_at)
        VALUES (%(staff)s, '1111111111', 'GB', 'UTC', now(), now())""",
    "standing_level_known": "UPDATE kitbag_standing SET level = 4",
    "level_change_changes": """
        INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
        VALUES (%(member)s, '2026-01-01', '2026-01-01 00:00+00', 1, 1, 500, '{value}')""",
    "level_change_once_a_day_at_midnight": """
        INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
        SELECT %(member)s, '2026-01-01', '2026-01-01 00:00+00', 1, 2, 500, '{value}' FROM generate_series(1, 2)""",
    "level_change_causes_known": """
        INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
        VALUES (%(member)s, '2026-01-01', '2026-01-01 00:00+00', 1, 2, 500, '{mood}')""",
    "level_change_never_rewritten": """
        INSERT INTO kitbag_levelchange (member_id, day, at, from_level, to_level, points, causes)
        VALUES (%(member)s, '2026-01-01', '2026-01-01 00:00+00', 1, 2, 500, '{value}');
        UPDATE kitbag_levelchange SET points = 1""",
    "night_completed_after_it_began": """
        INSERT INTO kitbag_night (day, begun_at, completed_at, products_due, holds_due, thresholds_due, members,
            items, levels_up, levels_down, milliseconds, progress)
        VALUES ('2026-01-01', '2026-01-01 00:05+00', '2026-01-01 00:00+00', 0, 0, 0, 0, 0, 0, 0, 0, 0)""",
    "night_one_under_way": """
        INSERT INTO kitbag_night (day, begun_at, products_due, holds_due, thresholds_due, members,
            items, levels_up, levels_down, milliseconds, progress)
        SELECT day, '2026-01-01 00:05+00', 0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM unnest('{2026-01-01, 2026-01-02}'::date[]) AS day""",
    # servicing
    "service_terms_one_row_a_day": """
        INSERT INTO servicing_serviceterms (country, level, service, valid_from, loan, discount_percent,
            free_return_shipping)
        SELECT 'GB', 1, 'repair', '2030-01-01', false, 0, false FROM generate_series(1, 2)""",
    "service_terms_level_known": "UPDATE servicing_serviceterms SET level = 7",
    "service_terms_service_known": "UPDATE servicing_serviceterms SET service = 'polish'",
    "service_terms_video_never_faster": "UPDATE servicing_serviceterms SET video_target_days = 4 WHERE level = 2",
    "service_terms_discount_is_a_percentage": "UPDATE servicing_serviceterms SET discount_percent = 101",
    # centres
    "centre_code_in_capitals": "UPDATE servicing_centre SET code = 'uk1' WHERE id = %(centre)s",
    "centre_kind_known": "UPDATE servicing_centre SET kind = 'shop' WHERE id = %(centre)s",
    "centre_somewhere_on_earth": "UPDATE servicing_centre SET latitude = 90.5 WHERE id = %(centre)s",
    "centre_services_known": "UPDATE servicing_centre SET services = '{repair,polish}' WHERE id = %(centre)s",
    "centre_families_known": "UPDATE servicing_centre SET families = '{}' WHERE id = %(centre)s",
    "centre_currency_has_three_letters": "UPDATE servicing_centre SET currency = 'gbp' WHERE id = %(centre)s",
    "centre_vat_is_a_percentage": "UPDATE servicing_centre SET vat_percent = 101 WHERE id = %(centre)s",
    "centre_ends_after_it_begins": "UPDATE servicing_centre SET ended_on = begins_on WHERE id = %(centre)s",
    "opening_hours_weekday_known": "UPDATE servicing_openinghours SET weekday = 7 WHERE weekday = 0",
    "opening_hours_open_before_they_close": "UPDATE servicing_openinghours SET closes = opens",
    "opening_hours_never_overlap": """
        INSERT INTO servicing_openinghours (centre_id, weekday, opens, closes)
        VALUES (%(centre)s, 0, '16:59', '18:00')""",
    "dated_hours_open_before_they_close": """
        INSERT INTO servicing_datedhours (centre_id, day, opens, note)
        VALUES (%(centre)s, '2030-01-01', '09:00', '')""",
    "dated_hours_closed_once": """
        INSERT INTO servicing_datedhours (centre_id, day, note)
        SELECT %(centre)s, '2030-01-01', '' FROM generate_series(1, 2)""",
    "dated_hours_never_overlap": """
        INSERT INTO servicing_datedhours (centre_id, day, opens, closes, note)
        SELECT %(centre)s, '2030-01-01', '09:00', '12:00', '' FROM generate_series(1, 2)""",
    # cases
    "visitor_has_region_and_card": """
        INSERT INTO servicing_visitor (region, card_number, name, email, phone, booked_in_at)
        VALUES ('Canon USA', '', 'Ann', '', '', now())""",
    "case_of_a_member_or_a_visitor": "UPDATE servicing_case SET member_id = NULL WHERE id = %(case)s",
    "item_in_one_open_case": "UPDATE servicing_case SET item_id = %(item)s WHERE id = %(other_case)s",
    "case_state_known": "UPDATE servicing_case SET state = 'lost' WHERE id = %(case)s",
    "case_service_known": "UPDATE servicing_case SET service = 'polish' WHERE id = %(case)s",
    "case_sent_somehow": "UPDATE servicing_case SET send_by = 'pigeon' WHERE id = %(case)s",
    "case_number_spelled": "UPDATE servicing_case SET number = 'UK26000001' WHERE id = %(case)s",
    "stretch_number_of_case": """
        INSERT INTO servicing_stretch (case_id, number, centre_id, lane, requested_at, ended_at)
        VALUES (%(case)s, 1, %(centre)s, 'standard', now(), now())""",
    "stretch_one_open": """
        INSERT INTO servicing_stretch (case_id, number, centre_id, lane, requested_at)
        VALUES (%(case)s, 2, %(centre)s, 'standard', now())""",
    "stretch_lane_known": "UPDATE servicing_stretch SET lane = 'slow' WHERE id = %(stretch)s",
    "stretch_terms_copied_together": "UPDATE servicing_stretch SET level = 1 WHERE id = %(other_stretch)s",
    "stretch_target_only_on_fast_track": "UPDATE servicing_stretch SET target_days = 3 WHERE id = %(other_stretch)s",
    "stretch_leaves_after_receipt": """
        UPDATE servicing_stretch SET left_at = received_at - interval '1 second' WHERE id = %(stretch)s""",
    "stretch_terms_never_change": "UPDATE servicing_stretch SET benefit_level = 3 WHERE id = %(stretch)s",
    "slot_one_of_three": """
        INSERT INTO servicing_slothold (member_id, stretch_id, number, taken_at)
        VALUES (%(member)s, %(other_stretch)s, 4, now())""",
    "slot_held_by_one_case": """
        INSERT INTO servicing_slothold (member_id, stretch_id, number, taken_at)
        VALUES (%(member)s, %(other_stretch)s, 1, now())""",
    "case_holds_one_slot": """
        INSERT INTO servicing_slothold (member_id, stretch_id, number, taken_at)
        VALUES (%(member)s, %(stretch)s, 2, now())""",
    "slot_freed_after_it_was_taken": """
        UPDATE servicing_slothold SET freed_at = taken_at - interval '1 second' WHERE id = %(slot)s""",
    "slot_freed_once": "UPDATE servicing_slothold SET number = 2 WHERE id = %(slot)s",
    "case_event_step_names_its_state": EVENT.format(kind="step", state="", actor="centre"),
    "case_event_kind_known": EVENT.format(kind="rumour", state="", actor="centre"),
    "case_event_actor_known": EVENT.format(kind="message", state="", actor="parrot"),
    "case_event_never_rewritten": "UPDATE servicing_caseevent SET note = 'x' WHERE case_id = %(case)s",
    "estimate_version_of_case": """
        INSERT INTO servicing_estimate
            (id, case_id, stretch_id, version, currency, vat_percent, note, state, sent_at, expires_at, answered_at)
        SELECT gen_random_uuid(), case_id, stretch_id, version, currency, vat_percent, '', 'replaced', sent_at,
            expires_at, now() FROM servicing_estimate WHERE id = %(estimate)s""",
    "estimate_one_waiting": """
        INSERT INTO servicing_estimate
            (id, case_id, stretch_id, version, currency, vat_percent, note, state, sent_at, expires_at)
        SELECT gen_random_uuid(), case_id, stretch_id, 2, currency, vat_percent, '', state, sent_at, expires_at
        FROM servicing_estimate WHERE id = %(estimate)s""",
    "estimate_state_known": "UPDATE servicing_estimate SET state = 'lost', answered_at = now() WHERE id = %(estimate)s",
    "estimate_answered_once_decided": "UPDATE servicing_estimate SET state = 'accepted' WHERE id = %(estimate)s",
    "estimate_expires_after_sent": "UPDATE servicing_estimate SET expires_at = sent_at WHERE id = %(estimate)s",
    "estimate_currency_has_three_letters": "UPDATE servicing_estimate SET currency = 'EU' WHERE id = %(estimate)s",
    "estimate_decided_once": """
        UPDATE servicing_estimate SET state = 'declined', answered_at = now() WHERE id = %(estimate)s;
        UPDATE servicing_estimate SET state = 'accepted' WHERE id = %(estimate)s""",
    "estimate_line_position": LINE.format(position=1, kind="part", amount=1),
    "estimate_line_kind_known": LINE.format(position=2, kind="tip", amount=1),
    "estimate_line_only_discounts_take_off": LINE.format(position=2, kind="part", amount=-1),
    "estimate_line_never_rewritten": "DELETE FROM servicing_estimateline WHERE estimate_id = %(estimate)s",
    "intake_never_rewritten": "UPDATE servicing_intake SET condition = 'x' WHERE stretch_id = %(stretch)s",
    "case_draft_one_an_item": """
        INSERT INTO servicing_casedraft (id, member_id, item_id, entered, begun_at, changed_at)
        SELECT gen_random_uuid(), %(member)s, %(draft)s, '{}', now(), now() FROM generate_series(1, 2)""",
    "case_file_kept_once": FILE.format(purpose="fault", type="image/png", size=1, many=2),
    "case_file_purpose_known": FILE.format(purpose="fun", type="image/png", size=1, many=1),
    "case_file_content_type_known": FILE.format(purpose="fault", type="text/html", size=1, many=1),
    "case_file_not_empty": FILE.format(purpose="fault", type="image/png", size=0, many=1),
    # loans
    "loan_unit_once": """
        INSERT INTO servicing_loanunit (centre_id, product_id, serial, accessories, added_at, out_why)
        SELECT centre_id, product_id, serial, '', now(), '' FROM servicing_loanunit WHERE id = %(unit)s""",
    "loan_unit_leaves_the_pool_for_a_reason": "UPDATE servicing_loanunit SET out_since = now() WHERE id = %(unit)s",
    "loan_unit_has_a_number": "UPDATE servicing_loanunit SET serial = '' WHERE id = %(unit)s",
    "loan_unit_never_lent_twice": LOAN.format(case="other_case", period="[2026-11-30,2026-12-05)", state="booked"),
    "loan_unit_out_once": LOAN.format(case="other_case", period="[2027-01-01,2027-01-05)", state="out").replace(
        "INSERT", "UPDATE servicing_loan SET state = 'out', handed_over_at = now(); INSERT"
    ),
    "loan_one_running_a_case": LOAN.format(case="case", period="[2027-01-01,2027-01-05)", state="booked"),
    # The rule about hand-overs would speak first.
    "loan_state_known": """
        SET CONSTRAINTS ALL IMMEDIATE;
        ALTER TABLE servicing_loan DROP CONSTRAINT loan_handed_over_when_out;
        UPDATE servicing_loan SET state = 'lost' WHERE id = %(loan)s""",
    "loan_handed_over_when_out": "UPDATE servicing_loan SET state = 'out' WHERE id = %(loan)s",
    "loan_period_has_both_ends": "UPDATE servicing_loan SET period = '[2026-12-01,)' WHERE id = %(loan)s",
    "loan_suspension_ends_after_it_begins": """
        INSERT INTO servicing_loansuspension (member_id, from_on, until_on, reason, at)
        VALUES (%(member)s, '2030-01-01', '2030-01-01', 'x', now())""",
    "loan_suspension_says_why": """
        INSERT INTO servicing_loansuspension (member_id, from_on, until_on, reason, at)
        VALUES (%(member)s, '2030-01-01', '2030-02-01', '', now())""",
    "centre_task_once": """
        INSERT INTO servicing_centretask (centre_id, kind, words, occasion, made_at)
        SELECT %(centre)s, 'no_unit', '', 'x', now() FROM generate_series(1, 2)""",
    "centre_task_kind_known": """
        INSERT INTO servicing_centretask (centre_id, kind, words, occasion, made_at)
        VALUES (%(centre)s, 'tea', '', 'x', now())""",
}

# Triggers say what they refuse in words instead of by name.
CASES |= rules_of_membership.CASES
WORDS = {
    "staff_change_never_rewritten": "never rewritten",
    "staff_change_never_emptied": "never rewritten",
    "threshold_never_rewritten": "never rewritten",
    "valuation_never_rewritten": "never rewritten",
    "level_change_never_rewritten": "never rewritten",
    "lifecycle_mark_never_rewritten": "never rewritten",
    "hold_never_rewritten": "never rewritten",
    "spell_never_deleted": "never rewritten",
    "spell_closed_once": "only ends, once",
    "item_agrees_with_spell": "open spells",
    "spell_agrees_with_item": "open spells",
    "product_has_first_value": "no first valuation",
    "member_has_standing": "no standing",
    "hold_revised_fairly": "only the end of a hold moves",
    "case_event_never_rewritten": "never rewritten",
    "estimate_line_never_rewritten": "never rewritten",
    "intake_never_rewritten": "never rewritten",
    "stretch_terms_never_change": "what was copied or decided",
    "slot_freed_once": "only freed, once",
    "estimate_decided_once": "decided once",
    "post_never_rewritten": "never rewritten",
    "staff_look_never_rewritten": "never rewritten",
}


@pytest.fixture
def rows(layla, omar, camera, lens, register, vera):
    item = register(layla, camera)
    hold = holds.hold_level(
        layla,
        level=Level.GOLD,
        begins_on=NOON.date() + timedelta(days=1),
        ends_on=NOON.date() + timedelta(days=9),
        reason="Press",
        by=vera,
        at=NOON,
    )
    other_item = register(omar, camera)
    case = CaseFactory(item=item, lane="fast", received_at=NOON)
    other_case = CaseFactory(item=other_item)
    stretch = case.stretches.get()
    unit = LoanUnitFactory(centre=case.centre)
    IntakeFactory(stretch=stretch)
    staff = UserFactory()
    return rows_of_membership(layla, omar, staff) | {
        "user": layla.user_id,
        "member": layla.pk,
        "staff": staff.pk,
        "product": camera.pk,
        "other_product": lens.pk,
        "item": item.pk,
        "other_item": other_item.pk,
        "draft": register(layla, lens, store="").pk,
        "hold": hold.pk,
        "centre": case.centre_id,
        "case": case.pk,
        "other_case": other_case.pk,
        "stretch": stretch.pk,
        "other_stretch": other_case.stretches.get().pk,
        "slot": SlotHold.objects.create(member=layla, stretch=stretch, number=1, taken_at=NOON).pk,
        "estimate": EstimateFactory(case=case).pk,
        "unit": unit.pk,
        "loan": LoanFactory(case=case, unit=unit).pk,
    }


def execute_and_check(statement, rows):
    with connection.cursor() as cursor:
        cursor.execute(statement, rows)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_database_refuses(name, rows):
    with pytest.raises(IntegrityError, match=WORDS.get(name, f'"{name}"')), transaction.atomic():
        execute_and_check(CASES[name], rows)
    assert Spell.objects.filter(item=rows["item"]).count() == 1
    assert Hold.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE servicing_caseevent SET note = '' WHERE case_id = %(case)s",
        "UPDATE servicing_intake SET condition = '' WHERE stretch_id = %(stretch)s",
        "UPDATE servicing_estimateline SET words = '' WHERE estimate_id = %(estimate)s",
        "UPDATE servicing_estimate SET note = '' WHERE id = %(estimate)s",
        "UPDATE kitbag_hold SET reason = '-' WHERE id = %(hold)s",
        "DELETE FROM members_post WHERE id = %(post)s",
        "DELETE FROM members_stafflook WHERE id = %(look)s",
        "UPDATE members_staffchange SET why = '' WHERE id = %(change)s",
    ],
)
def test_words_of_a_closed_account_go_and_only_then(statement, rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.erasing = 'on'")
        cursor.execute(statement, rows)
        assert cursor.rowcount
        for table in ("servicing_caseevent", "servicing_intake", "servicing_estimateline", "kitbag_hold"):
            with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic():
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET LOCAL portal.erasing = 'off'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_staffchange SET why = 'Another' WHERE id = %(change)s",
        "UPDATE members_staffchange SET why = '', role = 'Another' WHERE id = %(change)s",
        "UPDATE members_staffchange SET why = '', at = at + interval '1 microsecond' WHERE id = %(change)s",
        "UPDATE members_staffchange SET new = '{}' WHERE id = %(change)s",
        "UPDATE members_staffchange SET by_id = %(user)s WHERE id = %(change)s",
        "DELETE FROM members_staffchange WHERE id = %(change)s",
    ],
)
def test_of_the_trail_nothing_but_the_reason_goes_with_an_account(statement, rows):
    change = StaffChange.objects.values().get(pk=rows["change"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.erasing = 'on'")
        with pytest.raises(IntegrityError, match="never rewritten"), transaction.atomic():
            cursor.execute(statement, rows)
        cursor.execute("SET LOCAL portal.erasing = 'off'")
    assert StaffChange.objects.values().get(pk=rows["change"]) == change


def test_every_rule_has_a_case(db):
    named = {
        constraint.name
        for app in ("members", "kitbag", "servicing")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.BaseConstraint)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        named |= {name for (name,) in cursor.fetchall()}
    # Notes what staff change, and refuses nothing (tests/portal/test_audit_trail.py).
    named -= {"staff_change_noted"}
    assert named == set(CASES)
