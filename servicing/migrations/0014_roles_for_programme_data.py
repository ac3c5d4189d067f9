"""Programme managers and auditors see files of programme data and what waits for a second person."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(
        installed.get_app_config("members"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    names = ["view_dataimport", "view_planrequest"]
    permissions = list(apps.get_model("auth", "Permission").objects.filter(codename__in=names))
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Programme manager", "Auditor"]):
        group.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0011_programme_data_files"),
        ("servicing", "0013_day_figures"),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
