"""What each role may do with claims, proofs, kitbag lists, imports, notices of drops and full checks.

What the table of members/rules/roles.py says more than it did for 0003.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": "view_claim view_dropnotice view_kitimport view_kitlist view_proof view_proofopening",
    "Validation": "change_claim view_claim view_proof view_proofopening",
    "Programme manager": "view_fullcheck",
    "Auditor": "view_claim view_dropnotice view_fullcheck view_kitimport view_kitlist view_proof view_proofopening",
}


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(installed.get_app_config("kitbag"), verbosity=0, apps=apps, using=schema_editor.connection.alias)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="kitbag")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        wanted = MAY[group.name].split()
        rows = list(permissions.filter(codename__in=wanted))
        assert len(rows) == len(wanted), (group.name, wanted)
        group.permissions.add(*rows)


class Migration(migrations.Migration):
    dependencies = [
        ("servicing", "0003_role_permissions"),
        ("kitbag", "0004_notices_and_full_checks"),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
