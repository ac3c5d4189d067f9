"""What each role may do on the staff pages: the table of members/rules/roles.py as of this migration."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": {
        ("kitbag", "add"): "hold",
        ("kitbag", "change"): "hold",
        ("kitbag", "view"): "formernumber hold itemevent kititem levelchange product proposededit spell standing stolenunit valuation",
        ("members", "change"): "message",
        ("members", "view"): "acceptance countryterms member message threshold user",
        ("servicing", "view"): "serviceterms",
    },
    "Validation": {
        ("kitbag", "change"): "kititem proposededit",
        ("kitbag", "view"): "formernumber itemevent kititem product proposededit spell stolenunit",
        ("members", "view"): "member",
    },
    "Centre staff": {
        ("kitbag", "view"): "product",
        ("members", "view"): "countryterms",
        ("servicing", "view"): "serviceterms",
    },
    "Logistics": {
    },
    "Programme manager": {
        ("kitbag", "add"): "lifecyclemark valuation",
        ("kitbag", "change"): "product",
        ("kitbag", "view"): "catalogueload lifecyclemark night product searchname valuation",
        ("members", "add"): "countryterms threshold",
        ("members", "change"): "countryterms",
        ("members", "delete"): "countryterms",
        ("members", "view"): "countryterms threshold",
        ("servicing", "add"): "serviceterms",
        ("servicing", "change"): "serviceterms",
        ("servicing", "delete"): "serviceterms",
        ("servicing", "view"): "serviceterms",
    },
    "Auditor": {
        ("admin", "view"): "logentry",
        ("auth", "view"): "group",
        ("kitbag", "view"): "catalogueload formernumber hold itemevent kititem levelchange lifecyclemark night product proposededit searchname spell standing stolenunit valuation",
        ("members", "view"): "acceptance countryterms member message threshold user",
        ("servicing", "view"): "serviceterms",
    },
}


def codenames(role):
    for (app, act), models in MAY[role].items():
        for model in models.split():
            yield app, f"{act}_{model}"


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    for app in ("members", "kitbag", "servicing", "auth", "admin"):
        create_permissions(
            installed.get_app_config(app), verbosity=0, apps=apps, using=schema_editor.connection.alias
        )
    rows = apps.get_model("auth", "Permission").objects.select_related("content_type")
    known = {(row.content_type.app_label, row.codename): row for row in rows}
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        group.permissions.set([known[key] for key in codenames(group.name)])


class Migration(migrations.Migration):
    dependencies = [
        ("servicing", "0002_first_terms"),
        ("kitbag", "0002_facts_guarded_by_triggers"),
        ("members", "0002_programme_data"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
