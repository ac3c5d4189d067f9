"""Member care suspends, closes and acts on behalf; the trail watches the new tables, and closings that staff asked for.

What the trail does not tell of people stands beside each table, as in 0012.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": {
        "add": "acting closing membersuspension",
        "change": "membersuspension",
        "view": "acting actingstep membersuspension",
    },
    "Auditor": {"view": "acting actingstep membersuspension"},
}
WATCHED = {
    "members_acting": "reason role",
    "members_closing": "reason role",
    "members_membersuspension": "lifted_reason reason role words",
}
WATCH = """
DROP TRIGGER IF EXISTS staff_change_noted ON {table};
CREATE TRIGGER staff_change_noted AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
    WHEN (nullif(current_setting('portal.staff', true), '') IS NOT NULL)
    EXECUTE FUNCTION note_staff_change('{hidden}');
"""


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(
        installed.get_app_config("members"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    rows = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="members")
    permissions = {row.codename: row for row in rows}
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        for act, models in MAY[group.name].items():
            group.permissions.add(*(permissions[f"{act}_{name}"] for name in models.split()))


def watch(apps, schema_editor):
    for table, hidden in WATCHED.items():
        schema_editor.execute(WATCH.format(table=table, hidden=hidden))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0011_suspending_and_acting"),
        ("servicing", "0013_day_figures"),
    ]

    operations = [
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
        migrations.RunPython(watch, migrations.RunPython.noop),
    ]
