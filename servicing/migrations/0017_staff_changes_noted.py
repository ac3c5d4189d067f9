"""Every change of a row by staff is noted by the database, and the trail itself is never rewritten (programme §10).

It stands in the topmost app because it watches the tables of all three.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

# Each table that is watched, with its columns about people: the trail says that they changed, not what they hold.
# tests/portal/test_audit_trail.py holds it to the register of cps_portal/privacy.
WATCHED = {
    "auth_group": "",
    "auth_group_permissions": "",
    "kitbag_catalogueload": "",
    "kitbag_claim": "answer_words note words",
    "kitbag_dropnotice": "",
    "kitbag_formernumber": "",
    "kitbag_hold": "reason short_notice",
    "kitbag_itemevent": "facts",
    "kitbag_kitimport": "rows",
    "kitbag_kititem": "country_of_purchase note purchased_on serial serial_typed store",
    "kitbag_kitlist": "code digest rows",
    "kitbag_levelchange": "",
    "kitbag_lifecyclemark": "",
    "kitbag_product": "",
    "kitbag_proof": "digest file name",
    "kitbag_proof_items": "",
    "kitbag_proofopening": "purpose role",
    "kitbag_proposededit": "note serial serial_typed",
    "kitbag_replytemplate": "",
    "kitbag_spell": "",
    "kitbag_stolenunit": "",
    "kitbag_valuation": "",
    "members_acceptance": "accepted_at document version",
    "members_acting": "reason role",
    "members_address": "country label name phone postcode region street town",
    "members_closing": "reason role",
    "members_countrymove": "from_country to_country",
    "members_countryterms": "",
    "members_dataexport": "file",
    "members_emailchange": "new old",
    "members_formeraccount": "country email kit name photo_level video_level",
    "members_formerimport": "",
    "members_member": "country field number phone time_zone",
    "members_membersuspension": "lifted_reason reason role words",
    "members_post": "words",
    "members_postfile": "digest file name",
    "members_thread": "email name product serial",
    "members_threshold": "",
    "members_user": "email language last_login mail_digest mail_unwanted name password",
    "members_user_groups": "",
    "members_user_user_permissions": "",
    "servicing_booking": "",
    "servicing_cardrevocation": "why",
    "servicing_case": "fault_words inbound_tracking needed_by outbound_tracking return_country return_name return_phone return_postcode return_street return_town sends_accessories serial",
    "servicing_casedraft": "entered",
    "servicing_caseevent": "facts note",
    "servicing_casefile": "digest file name",
    "servicing_centre": "",
    "servicing_centreclerk": "",
    "servicing_centretask": "words",
    "servicing_datedhours": "",
    "servicing_estimate": "note",
    "servicing_estimateline": "words",
    "servicing_event": "",
    "servicing_eventvisitor": "card_number name",
    "servicing_giftstock": "",
    "servicing_intake": "accessories condition serial_seen",
    "servicing_loan": "accessories_back accessories_out condition_back condition_out ended_why",
    "servicing_loansuspension": "reason",
    "servicing_loanunit": "",
    "servicing_offer": "",
    "servicing_offer_products": "",
    "servicing_offercode": "",
    "servicing_openinghours": "",
    "servicing_packbatch": "",
    "servicing_packcontents": "",
    "servicing_serviceterms": "",
    "servicing_slothold": "",
    "servicing_stretch": "",
    "servicing_visitor": "card_number email name phone",
    "servicing_welcomepack": "country lines name tracking",
}

NOTING = """
CREATE FUNCTION note_staff_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hidden text[] := string_to_array(TG_ARGV[0], ' ');
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    key text := coalesce(after ->> 'id', before ->> 'id', after ->> 'member_id', before ->> 'member_id');
BEGIN
    SELECT coalesce(jsonb_object_agg(name, CASE WHEN name = ANY(hidden) THEN '{"hidden": true}' ELSE value END), '{}')
        INTO before FROM jsonb_each(before) AS was(name, value)
        WHERE TG_OP <> 'UPDATE' OR value IS DISTINCT FROM to_jsonb(NEW) -> name;
    SELECT coalesce(jsonb_object_agg(name, CASE WHEN name = ANY(hidden) THEN '{"hidden": true}' ELSE value END), '{}')
        INTO after FROM jsonb_each(after) AS now(name, value)
        WHERE TG_OP <> 'UPDATE' OR value IS DISTINCT FROM to_jsonb(OLD) -> name;
    IF TG_OP = 'UPDATE' AND before = '{}' THEN
        RETURN NULL;
    END IF;
    INSERT INTO members_staffchange (at, by_id, role, why, "table", "row", kind, old, new, transaction) VALUES (
        current_setting('portal.at')::timestamptz,
        current_setting('portal.staff')::bigint,
        current_setting('portal.role'),
        current_setting('portal.why'),
        TG_TABLE_NAME,
        key,
        CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        nullif(before, '{}'),
        nullif(after, '{}'),
        pg_current_xact_id()::text::bigint
    );
    RETURN NULL;
END $$;

-- The reason goes with an account that is closed; nothing else is ever rewritten, and nothing deleted.
CREATE FUNCTION refuse_change_but_reason_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('portal.erasing', true) = 'on' AND NEW.why = ''
            AND to_jsonb(NEW) - 'why' = to_jsonb(OLD) - 'why' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER staff_change_never_rewritten BEFORE UPDATE OR DELETE ON members_staffchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_reason_gone();
CREATE TRIGGER staff_change_never_emptied BEFORE TRUNCATE ON members_staffchange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_emptying();
"""
# The condition is asked before anything else: without staff at work a row costs a look at a setting.
WATCH = """
CREATE TRIGGER staff_change_noted AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
    WHEN (nullif(current_setting('portal.staff', true), '') IS NOT NULL)
    EXECUTE FUNCTION note_staff_change('{hidden}');
"""


def watch(apps, schema_editor):
    for table, hidden in WATCHED.items():
        schema_editor.execute(WATCH.format(table=table, hidden=hidden))


def unwatch(apps, schema_editor):
    for table in WATCHED:
        schema_editor.execute(f"DROP TRIGGER staff_change_noted ON {table}")


def let_auditors_see(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(
        installed.get_app_config("members"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    group = apps.get_model("auth", "Group").objects.get(name="Auditor")
    group.permissions.add(apps.get_model("auth", "Permission").objects.get(codename="view_staffchange"))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("kitbag", "0007_long_lists"),
        ("members", "0013_suspending_and_acting"),
        ("servicing", "0016_long_lists"),
    ]

    operations = [
        migrations.RunSQL(
            NOTING,
            "DROP TRIGGER staff_change_never_rewritten ON members_staffchange;"
            "DROP TRIGGER staff_change_never_emptied ON members_staffchange;"
            "DROP FUNCTION note_staff_change(), refuse_emptying(), refuse_change_but_reason_gone();",
        ),
        migrations.RunPython(watch, unwatch),
        migrations.RunPython(let_auditors_see, migrations.RunPython.noop),
    ]
