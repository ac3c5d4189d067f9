"""The programme's first rows: member numbers, thresholds, participating countries, staff groups."""

from django.conf import settings
from django.db import migrations

FULL = "AT BE CZ DK FI FR DE HU IE IT LU NL NO PL PT ZA ES SE CH GB RU".split()
SILVER = "HR EE KZ LV LT RO SI TR UA AE".split()
MEMBERSHIP = "DZ AZ BH BY BG CY EG GE GR IL JO LB MT OM QA SA RS SK".split()
ROLES = ["Member care", "Validation", "Centre staff", "Logistics", "Programme manager", "Auditor"]


def add_rows(apps, schema_editor):
    start = settings.PROGRAMME_START
    apps.get_model("members", "Threshold").objects.create(
        effective_on=start,
        recorded_on=start,
        is_first=True,
        silver=500,
        gold=1000,
        platinum=1600,
        reason="Published thresholds of the programme",
    )
    country_terms = apps.get_model("members", "CountryTerms")
    country_terms.objects.bulk_create(
        country_terms(country=code, benefit_class=benefit_class, valid_from=start)
        for benefit_class, codes in (("full", FULL), ("silver", SILVER), ("membership", MEMBERSHIP))
        for code in codes
    )
    group = apps.get_model("auth", "Group")
    group.objects.bulk_create(group(name=name) for name in ROLES)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_people_terms_and_messages"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE member_number_seq START 420770001 MINVALUE 1 MAXVALUE 999999999",
            "DROP SEQUENCE member_number_seq",
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% rows are never rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER threshold_never_rewritten BEFORE UPDATE OR DELETE ON members_threshold
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER threshold_never_rewritten ON members_threshold; DROP FUNCTION refuse_change();",
        ),
        migrations.RunPython(add_rows, migrations.RunPython.noop),
    ]
