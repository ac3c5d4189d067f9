"""Keys for the long lists of the staff pages."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitbag', '0006_review_desk'),
        ('members', '0012_names_and_long_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='itemevent',
            index=models.Index(condition=models.Q(('by__isnull', False), ('kind__in', ['validated', 'refused', 'asked'])), fields=['at'], name='item_event_decision'),
        ),
        migrations.AddIndex(
            model_name='spell',
            index=models.Index(fields=['opened_at'], name='spell_by_opening'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['opened_at'], name='claim_by_opening'),
        ),
        migrations.AddIndex(
            model_name='kitimport',
            index=models.Index(fields=['created_at'], name='kit_import_by_day'),
        ),
        migrations.AddIndex(
            model_name='kititem',
            index=models.Index(fields=['added_at'], name='kit_item_by_day'),
        ),
        migrations.AddIndex(
            model_name='proof',
            index=models.Index(fields=['uploaded_at'], name='proof_by_upload'),
        ),
        migrations.AddIndex(
            model_name='proposededit',
            index=models.Index(condition=models.Q(('serial', ''), _negated=True), fields=['serial'], name='proposed_edit_by_number'),
        ),
    ]
