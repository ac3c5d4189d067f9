"""Numbers of cases, facts that are never rewritten, and the one centre that is certain (programme §6)."""

from datetime import time
from decimal import Decimal

from django.conf import settings
from django.db import migrations

GUARDS = """
CREATE SEQUENCE case_number_seq START 1 MINVALUE 1 MAXVALUE 999999 CYCLE;

CREATE TRIGGER case_event_never_rewritten BEFORE UPDATE OR DELETE ON servicing_caseevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER estimate_line_never_rewritten BEFORE UPDATE OR DELETE ON servicing_estimateline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER intake_never_rewritten BEFORE UPDATE OR DELETE ON servicing_intake
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Level, terms and calendar are copied once; a slot is freed once; a decided estimate stays decided.
CREATE FUNCTION stretch_terms_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.terms IS NOT NULL AND (OLD.level, OLD.benefit_level, OLD.target_days, OLD.terms, OLD.calendar)
            IS DISTINCT FROM (NEW.level, NEW.benefit_level, NEW.target_days, NEW.terms, NEW.calendar))
       OR (OLD.received_at IS NOT NULL AND OLD.received_at IS DISTINCT FROM NEW.received_at)
       OR (OLD.left_at IS NOT NULL AND OLD.left_at IS DISTINCT FROM NEW.left_at)
       OR (OLD.ended_at IS NOT NULL AND OLD IS DISTINCT FROM NEW) THEN
        RAISE EXCEPTION 'what was copied or decided for a stretch stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stretch_terms_never_change BEFORE UPDATE ON servicing_stretch
    FOR EACH ROW EXECUTE FUNCTION stretch_terms_never_change();

CREATE FUNCTION slot_freed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.freed_at IS NOT NULL OR (OLD.member_id, OLD.stretch_id, OLD.number, OLD.taken_at)
            IS DISTINCT FROM (NEW.member_id, NEW.stretch_id, NEW.number, NEW.taken_at) THEN
        RAISE EXCEPTION 'a slot is only freed, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER slot_freed_once BEFORE UPDATE ON servicing_slothold
    FOR EACH ROW EXECUTE FUNCTION slot_freed_once();

CREATE FUNCTION estimate_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'an estimate is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER estimate_decided_once BEFORE UPDATE ON servicing_estimate
    FOR EACH ROW EXECUTE FUNCTION estimate_decided_once();
"""
UNGUARD = """
DROP FUNCTION stretch_terms_never_change CASCADE;
DROP FUNCTION slot_freed_once CASCADE;
DROP FUNCTION estimate_decided_once CASCADE;
DROP SEQUENCE case_number_seq;
"""


def add_first_centre(apps, schema_editor):
    centre = apps.get_model("servicing", "Centre").objects.create(
        code="UK",
        name="Canon Service & Repair Centre, UK",
        kind="canon",
        street="Unit 160, Centennial Park\nCentennial Avenue",
        postcode="WD6 3SG",
        town="Elstree",
        country="GB",
        latitude=Decimal("51.64420"),
        longitude=Decimal("-0.31530"),
        time_zone="Europe/London",
        holiday_region="ENG",
        cut_off=time(12),
        services=["repair", "maintenance", "upgrade"],
        families=["body", "lens", "cinema", "camcorder", "flash", "printer", "scanner", "accessory"],
        takes_video=True,
        currency="GBP",
        vat_percent=20,
        visitor_days=10,
        begins_on=settings.PROGRAMME_START,
    )
    hours = apps.get_model("servicing", "OpeningHours").objects
    hours.bulk_create(
        hours.model(centre=centre, weekday=day, opens=time(9), closes=time(17, 30)) for day in range(5)
    )


def remove_first_centre(apps, schema_editor):
    apps.get_model("servicing", "Centre").objects.filter(code="UK").delete()


class Migration(migrations.Migration):
    dependencies = [("servicing", "0006_centres_cases_and_loans")]

    operations = [
        migrations.RunSQL(GUARDS, UNGUARD),
        migrations.RunPython(add_first_centre, remove_first_centre),
    ]
