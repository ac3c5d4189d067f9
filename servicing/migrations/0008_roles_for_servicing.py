"""What each role may do with centres, cases and loans: what members/rules/roles.py says more than it did for 0005."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": {
        "add": "loansuspension",
        "view": "case casedraft caseevent casefile centre centreclerk centretask datedhours estimate estimateline intake loan loansuspension loanunit openinghours slothold stretch visitor",
    },
    "Centre staff": {
        "add": "loanunit visitor",
        "change": "case centretask loan loanunit",
        "view": "case caseevent casefile centre centretask datedhours estimate estimateline intake loan loanunit openinghours stretch visitor",
    },
    "Programme manager": {
        "add": "centre centreclerk datedhours openinghours",
        "change": "centre centreclerk datedhours openinghours",
        "delete": "centreclerk datedhours openinghours",
        "view": "centre centreclerk datedhours loanunit openinghours",
    },
    "Auditor": {
        "view": "case casedraft caseevent casefile centre centreclerk centretask datedhours estimate estimateline intake loan loansuspension loanunit openinghours slothold stretch visitor",
    },
}


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(
        installed.get_app_config("servicing"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="servicing")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        wanted = [f"{act}_{model}" for act, models in MAY[group.name].items() for model in models.split()]
        rows = list(permissions.filter(codename__in=wanted))
        assert len(rows) == len(wanted), (group.name, wanted)
        group.permissions.add(*rows)


class Migration(migrations.Migration):
    dependencies = [("servicing", "0007_case_numbers_guards_and_first_centre")]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
