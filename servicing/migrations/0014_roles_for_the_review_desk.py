"""What each role may do with the desks of the validation queue and the replies written from it."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": {"view": "kitbag.replytemplate kitbag.reviewlease"},
    "Validation": {
        "add": "kitbag.replytemplate",
        "change": "kitbag.replytemplate",
        "view": "kitbag.replytemplate kitbag.reviewlease",
    },
    "Programme manager": {
        "add": "kitbag.replytemplate",
        "change": "kitbag.replytemplate",
        "view": "kitbag.replytemplate",
    },
    "Auditor": {"view": "kitbag.replytemplate kitbag.reviewlease"},
}

# What staff write is noted (0012). Whose desk an item is on follows from their work and is not.
WATCH = """
CREATE TRIGGER staff_change_noted AFTER INSERT OR UPDATE OR DELETE ON kitbag_replytemplate FOR EACH ROW
    WHEN (nullif(current_setting('portal.staff', true), '') IS NOT NULL)
    EXECUTE FUNCTION note_staff_change('');
"""


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    create_permissions(installed.get_app_config("kitbag"), verbosity=0, apps=apps, using=schema_editor.connection.alias)
    permissions = {
        (row.content_type.app_label, row.codename): row
        for row in apps.get_model("auth", "Permission").objects.select_related("content_type")
    }
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        for act, models in MAY[group.name].items():
            named = (model.split(".") for model in models.split())
            group.permissions.add(*(permissions[app, f"{act}_{name}"] for app, name in named))


class Migration(migrations.Migration):
    dependencies = [
        ("kitbag", "0006_review_desk"),
        ("servicing", "0013_day_figures"),
    ]

    operations = [
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
        migrations.RunSQL(WATCH, "DROP TRIGGER staff_change_noted ON kitbag_replytemplate"),
    ]
