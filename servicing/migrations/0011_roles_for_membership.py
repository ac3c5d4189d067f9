"""What each role may do with offers, packs, events, threads, old accounts and what members do with their data."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "Member care": {
        "add": "members.formerimport servicing.cardrevocation servicing.eventvisitor servicing.welcomepack",
        "change": "members.formeraccount members.thread servicing.booking",
        "view": "members.address members.closing members.countrymove members.dataexport members.emailchange members.formeraccount members.formerimport members.post members.postfile members.stafflook members.thread servicing.booking servicing.cardrevocation servicing.event servicing.eventvisitor servicing.giftstock servicing.offer servicing.offercode servicing.packbatch servicing.packcontents servicing.welcomepack",
    },
    "Logistics": {
        "add": "servicing.giftstock servicing.packbatch servicing.packcontents",
        "change": "servicing.packcontents servicing.welcomepack",
        "delete": "servicing.packcontents",
        "view": "servicing.giftstock servicing.packbatch servicing.packcontents servicing.welcomepack",
    },
    "Programme manager": {
        "add": "servicing.event servicing.eventvisitor servicing.offer servicing.offercode servicing.packcontents",
        "change": "servicing.booking servicing.event servicing.offer servicing.packcontents",
        "delete": "servicing.packcontents",
        "view": "servicing.booking servicing.event servicing.eventvisitor servicing.giftstock servicing.offer servicing.offercode servicing.packcontents",
    },
    "Auditor": {
        "view": "members.address members.closing members.countrymove members.dataexport members.emailchange members.formeraccount members.formerimport members.post members.postfile members.stafflook members.thread servicing.booking servicing.cardrevocation servicing.event servicing.eventvisitor servicing.giftstock servicing.offer servicing.offercode servicing.packbatch servicing.packcontents servicing.welcomepack",
    },
}


def give_permissions(apps, schema_editor):
    # Permission rows are otherwise made after the last migration, too late for this one.
    for label in ("members", "servicing"):
        create_permissions(
            installed.get_app_config(label), verbosity=0, apps=apps, using=schema_editor.connection.alias
        )
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
        ("members", "0008_former_accounts_threads_and_privacy"),
        ("servicing", "0010_first_pack_contents_and_erasure"),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
