"""Member care suspends, closes and acts on behalf; auditors see it."""

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


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_suspending_and_acting"),
        ("servicing", "0014_roles_for_programme_data"),
    ]

    operations = [
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
