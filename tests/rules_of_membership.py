"""How each rule of offers, packs, events, threads and privacy is broken in SQL: part of tests/test_constraints.py."""

from datetime import timedelta

from members.models import FormerAccount, FormerImport, Post, StaffChange, StaffLook, Thread
from servicing.models import Booking, Event, Offer, OfferCode, PackBatch, PackContents, WelcomePack
from tests.factories import NOON

EMAIL_CHANGE = """
    INSERT INTO members_emailchange (user_id, old, new, changed_at, undo_until)
    VALUES (%(user)s, 'old@example.org', '{new}', now(), now() + interval '{days} days')"""
EXPORT = """
    INSERT INTO members_dataexport (id, user_id, asked_at, made_at, expires_at, file, size)
    SELECT gen_random_uuid(), %(user)s, now(), {made}, {expires}, '', 0 FROM generate_series(1, {many})"""
CLOSING = """
    INSERT INTO members_closing (member_id, asked_at, ends_at, undone_at, done_at)
    SELECT %(member)s, now(), now() + interval '{days} days', {undone}, {done} FROM generate_series(1, {many})"""
THREAD = """
    INSERT INTO members_thread (id, user_id, name, email, language, topic, product, serial, state, opened_at,
        changed_at)
    VALUES (gen_random_uuid(), {user}, '', '{email}', 'en', '{topic}', '', '', '{state}', now(), now())"""
POST = """
    INSERT INTO members_post (id, thread_id, from_staff, by_id, words, at)
    VALUES (gen_random_uuid(), %(thread)s, {staff}, NULL, '{words}', now())"""
POST_FILE = """
    INSERT INTO members_postfile (id, post_id, file, name, content_type, size, digest)
    SELECT gen_random_uuid(), %(post)s, 'a', 'a', '{type}', {size}, 'x' FROM generate_series(1, {many})"""
FORMER = """
    INSERT INTO members_formeraccount (email, name, country, photo_level, kit, source_id, member_id)
    VALUES ('{email}', 'Ada', 'GB', {level}, '[]', %(import)s, {member})"""
OFFER = "UPDATE servicing_offer SET {change} WHERE id = %(offer)s"
OFFER_CODE = """
    INSERT INTO servicing_offercode (offer_id, code, member_id, drawn_at)
    VALUES (%(offer)s, '{code}', {member}, {drawn})"""
EVENT = "UPDATE servicing_event SET {change} WHERE id = %(event)s"
BOOKING = """
    INSERT INTO servicing_booking (event_id, member_id, state, asked_at, held_until, ended_at, came_at)
    VALUES (%(event)s, %({member})s, '{state}', now(), NULL, {ended}, {came})"""
VISITOR = """
    INSERT INTO servicing_eventvisitor (event_id, region, card_number, name, came_at, by_id)
    SELECT %(event)s, '{region}', '1', '', now(), %(staff)s FROM generate_series(1, {many})"""
PACK = """
    INSERT INTO servicing_welcomepack (member_id, replaces_id, level, state, name, lines, country, requested_at,
        tracking)
    VALUES (%({member})s, {replaces}, {level}, '{state}', 'L', '', 'GB', now(), '')"""
CARD = """
    INSERT INTO servicing_cardrevocation (member_id, generation, at, why)
    SELECT %(member)s, {generation}, now(), '' FROM generate_series(1, {many})"""

DATA_IMPORT = """
    INSERT INTO members_dataimport (id, kind, state, file_name, text, rows, rows_done, outcome, mark, reason,
        short_notice, by_id, asked_at, decided_by_id)
    VALUES (gen_random_uuid(), 'offers', '{state}', 'a.csv', '', 1, 0, '{{}}', '', '{reason}', '', %(staff)s,
        now(), {second})"""
PLAN_REQUEST = """
    INSERT INTO members_planrequest (title, path, entered, impact, state, by_id, asked_at, decided_by_id, decided_at,
        why)
    VALUES ('x', '/', '{{}}', '[]', '{state}', %(staff)s, now(), {second}, now(), '')"""
SUSPENSION = """
    INSERT INTO members_membersuspension (member_id, began_at, ends_at, reason, words, role, by_id, lifted_at,
        lifted_reason)
    SELECT %(member)s, now() + interval '9 days', {ends}, 'x', 'x', 'Member care', %(staff)s, {lifted}, ''
    FROM generate_series(1, {many})"""
ACTING = """
    INSERT INTO members_acting (member_id, by_id, role, reason, began_at, ends_at)
    SELECT %(member)s, %(staff)s, 'Member care', 'x', now(), now() + interval '{minutes} minutes'
    FROM generate_series(1, {many})"""

CASES = {
    "day_figures_once": """
        INSERT INTO servicing_dayfigures (day, country, joined, registered, red, silver, gold, platinum, decided,
            waited_hours, within_a_day, within_three_days)
        SELECT '2026-11-01', 'GB', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 2)""",
    "day_figures_agree": """
        INSERT INTO servicing_dayfigures (day, country, joined, registered, red, silver, gold, platinum, decided,
            waited_hours, within_a_day, within_three_days)
        VALUES ('2026-11-01', 'GB', 0, 0, 0, 0, 0, 0, 1, 0, 2, 2)""",
    "data_import_state_known": DATA_IMPORT.format(state="lost", reason="x", second="NULL"),
    "data_import_second_person": DATA_IMPORT.format(state="saved", reason="x", second="%(staff)s"),
    "data_import_saved_for_a_reason": DATA_IMPORT.format(state="saved", reason="", second="NULL"),
    "plan_request_second_person": PLAN_REQUEST.format(state="approved", second="%(staff)s"),
    "plan_request_decided_once": PLAN_REQUEST.format(state="approved", second="NULL"),
    # members
    "user_in_country_team_is_staff": "UPDATE members_user SET countries = '{EG}' WHERE id = %(user)s",
    "staff_change_kind_known": """
        INSERT INTO members_staffchange (at, by_id, role, why, "table", "row", kind, transaction)
        VALUES (now(), %(user)s, '', '', 'members_member', '1', 'seen', 1)""",
    "staff_change_never_rewritten": "UPDATE members_staffchange SET old = NULL",
    "staff_change_never_emptied": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE members_staffchange",
    "member_field_known": "UPDATE members_member SET field = 'cats' WHERE id = %(member)s",
    "country_move_moves": """
        INSERT INTO members_countrymove (member_id, from_country, to_country, at)
        VALUES (%(member)s, 'GB', 'GB', now())""",
    "email_change_changes": EMAIL_CHANGE.format(new="old@example.org", days=1),
    "email_change_undone_later": EMAIL_CHANGE.format(new="new@example.org", days=0),
    "data_export_one_being_made": EXPORT.format(made="NULL", expires="NULL", many=2),
    "data_export_expires": EXPORT.format(made="now()", expires="NULL", many=1),
    "closing_one_running": CLOSING.format(days=7, undone="NULL", done="NULL", many=2),
    "closing_ends_later": CLOSING.format(days=0, undone="NULL", done="NULL", many=1),
    "closing_done_or_undone": CLOSING.format(days=7, undone="now()", done="now()", many=1),
    "member_suspension_one_at_a_time": SUSPENSION.format(ends="NULL", lifted="NULL", many=2),
    "member_suspension_ends_later": SUSPENSION.format(ends="now()", lifted="NULL", many=1),
    "member_suspension_lifted_by_somebody": SUSPENSION.format(ends="NULL", lifted="now() + interval '10 days'", many=1),
    "acting_one_member_at_a_time": ACTING.format(minutes=30, many=2),
    "acting_ends_later": ACTING.format(minutes=0, many=1),
    "address_one_first": """
        INSERT INTO members_address (member_id, label, name, street, postcode, town, region, country, phone, is_first)
        SELECT %(member)s, 'Home', 'L', 'S', '', 'T', '', 'GB', '', true FROM generate_series(1, 2)""",
    "thread_of_an_account_or_an_address": THREAD.format(user="NULL", email="", topic="other", state="open"),
    "thread_state_known": THREAD.format(user="%(user)s", email="", topic="other", state="lost"),
    "thread_topic_known": THREAD.format(user="%(user)s", email="", topic="weather", state="open"),
    "post_says_something": POST.format(staff="false", words=""),
    "post_of_staff_has_an_author": POST.format(staff="true", words="Hello"),
    "post_never_rewritten": "UPDATE members_post SET words = 'Another' WHERE id = %(post)s",
    "post_file_once": POST_FILE.format(type="image/png", size=1, many=2),
    "post_file_not_empty": POST_FILE.format(type="image/png", size=0, many=1),
    "post_file_content_type_known": POST_FILE.format(type="text/html", size=1, many=1),
    "former_account_email_in_lower_case": FORMER.format(email="Ada@example.org", level=1, member="NULL"),
    "former_account_had_a_level": FORMER.format(email="ada@example.org", level="NULL", member="NULL"),
    "former_account_claimed_by_a_member": FORMER.format(email="ada@example.org", level=1, member="%(member)s"),
    "staff_look_never_rewritten": "DELETE FROM members_stafflook WHERE id = %(look)s",
    # servicing
    "offer_ends_after_it_begins": OFFER.format(change="ends_on = begins_on"),
    "offer_levels_known": OFFER.format(change="levels = '{4}'"),
    "offer_codes_known": OFFER.format(change="codes = 'secret'"),
    "offer_shared_code_where_shared": OFFER.format(change="shared_code = 'CPS'"),
    "offer_code_once": OFFER_CODE.format(code="ONE", member="NULL", drawn="NULL"),
    "offer_code_one_a_member": OFFER_CODE.format(code="TWO", member="%(member)s", drawn="now()"),
    "offer_code_drawn_by_a_member": OFFER_CODE.format(code="TWO", member="NULL", drawn="now()"),
    "offer_code_not_blank": OFFER_CODE.format(code="", member="NULL", drawn="NULL"),
    "event_ends_after_it_begins": EVENT.format(change="ends_at = begins_at, booking_ends_at = begins_at"),
    "event_booked_before_it_ends": EVENT.format(change="booking_ends_at = ends_at + interval '1 hour'"),
    "event_levels_known": EVENT.format(change="levels = '{}'"),
    "event_somewhere": EVENT.format(change="place = ''"),
    "event_has_a_place": EVENT.format(change="places = 0"),
    "booking_one_a_member": BOOKING.format(member="member", state="waiting", ended="NULL", came="NULL"),
    "booking_held_until_a_moment": BOOKING.format(member="other_member", state="held", ended="NULL", came="NULL"),
    "booking_ended_at": BOOKING.format(member="other_member", state="cancelled", ended="NULL", came="NULL"),
    "booking_came_with_a_place": BOOKING.format(member="other_member", state="waiting", ended="NULL", came="now()"),
    "event_visitor_once": VISITOR.format(region="Japan", many=2),
    "event_visitor_has_region_and_card": VISITOR.format(region="", many=1),
    "gift_stock_moves": """
        INSERT INTO servicing_giftstock (contents_id, pieces, note, at, by_id)
        VALUES (%(contents)s, 0, '', now(), %(staff)s)""",
    "welcome_pack_one_a_member": PACK.format(member="member", replaces="NULL", level=1, state="requested"),
    "welcome_pack_level_from_silver": PACK.format(member="other_member", replaces="NULL", level=0, state="requested"),
    "welcome_pack_state_agrees": PACK.format(member="other_member", replaces="NULL", level=1, state="picked"),
    "welcome_pack_replacement_is_approved": PACK.format(
        member="member", replaces="%(pack)s", level=1, state="requested"
    ),
    "card_generation_revoked_once": CARD.format(generation=1, many=2),
    "card_generation_from_one": CARD.format(generation=0, many=1),
}


def rows_of_membership(member, other_member, staff):
    """A row of each table that the statements above name."""
    offer = Offer.objects.create(
        title="Paper",
        summary="Less",
        text="Paper",
        levels=[1, 2],
        begins_on=NOON.date(),
        ends_on=NOON.date() + timedelta(days=9),
        codes=Offer.Codes.OWN,
    )
    OfferCode.objects.create(offer=offer, code="ONE", member=member, drawn_at=NOON)
    event = Event.objects.create(
        title="Printing",
        summary="Black and white",
        text="Printing",
        language="en",
        levels=[0, 1, 2, 3],
        place="London",
        country="GB",
        time_zone="Europe/London",
        begins_at=NOON,
        ends_at=NOON + timedelta(hours=2),
        booking_ends_at=NOON,
        places=2,
    )
    Booking.objects.create(event=event, member=member, state=Booking.State.PLACE, asked_at=NOON)
    contents = PackContents.objects.first()
    batch = PackBatch.objects.create(country="GB", picked_at=NOON, by=staff)
    pack = WelcomePack.objects.create(
        member=member,
        contents=contents,
        level=1,
        state=WelcomePack.State.SENT,
        name="Layla Mansour",
        lines="1 Street",
        country="GB",
        requested_at=NOON,
        batch=batch,
        sent_at=NOON,
    )
    thread = Thread.objects.create(user=member.user, language="en", topic="other", opened_at=NOON, changed_at=NOON)
    source = FormerImport.objects.create(imported_at=NOON, digest="x", file_name="old.csv", accounts=1)
    FormerAccount.objects.create(email="bea@example.org", name="Bea", country="GB", photo_level=1, source=source)
    return {
        "other_member": other_member.pk,
        "offer": offer.pk,
        "event": event.pk,
        "contents": contents.pk,
        "pack": pack.pk,
        "thread": thread.pk,
        "post": Post.objects.create(thread=thread, by=member.user, words="Hello", at=NOON).pk,
        "import": source.pk,
        "change": StaffChange.objects.create(
            at=NOON,
            by=staff,
            role="Member care",
            why="Asked",
            table="members_thread",
            row="1",
            kind="changed",
            transaction=1,
        ).pk,
        "look": StaffLook.objects.create(member=member, by=staff, role="Member care", page="member", at=NOON).pk,
    }
