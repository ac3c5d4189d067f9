"""The programme manager may end a hold on short notice: what members/rules/roles.py says more than it did for 0004."""

from django.db import migrations


def give_permissions(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="kitbag", codename__in=["view_hold", "change_hold"]
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Programme manager"):
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [("servicing", "0004_roles_for_claims_proofs_and_checks")]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
