"""First service terms of every participating country: targets, discounts and loans by level (programme §6)."""

from django.conf import settings
from django.db import migrations

# Working days by level (programme §6). Discounts are the owner's to set; these are where it starts.
TARGETS = {1: 5, 2: 3, 3: 2}
VIDEO_TARGET = 5
MAINTENANCE_DISCOUNT = {1: 10, 2: 20, 3: 30}
RETURN_SHIPPING_FROM = 2
LOAN_FROM = 2


def add_terms(apps, schema_editor):
    start = settings.PROGRAMME_START
    terms = apps.get_model("servicing", "ServiceTerms")
    rows = []
    for country in apps.get_model("members", "CountryTerms").objects.filter(valid_from=start):
        gives_targets = country.benefit_class != "membership"
        for level in range(4):
            for service in ("repair", "maintenance", "upgrade"):
                target = TARGETS.get(level) if gives_targets else None
                rows.append(
                    terms(
                        country=country.country,
                        level=level,
                        service=service,
                        valid_from=start,
                        target_days=target,
                        video_target_days=target and max(target, VIDEO_TARGET),
                        loan=gives_targets and level >= LOAN_FROM,
                        discount_percent=(
                            MAINTENANCE_DISCOUNT.get(level, 0) if gives_targets and service == "maintenance" else 0
                        ),
                        free_return_shipping=gives_targets and service == "repair" and level >= RETURN_SHIPPING_FROM,
                    )
                )
    terms.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("servicing", "0001_service_terms"),
        ("members", "0002_programme_data"),
    ]

    operations = [migrations.RunPython(add_terms, migrations.RunPython.noop)]
