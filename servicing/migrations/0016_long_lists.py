"""Keys for the long lists of the staff pages."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kitbag', '0007_long_lists'),
        ('members', '0012_names_and_long_lists'),
        ('servicing', '0015_roles_for_suspending_and_acting'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dayfigures',
            name='points_fell',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['requested_at'], name='case_by_request'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['closed', 'cancelled', 'expired']), _negated=True), fields=['requested_at'], name='case_open_by_request'),
        ),
        migrations.AddIndex(
            model_name='casefile',
            index=models.Index(fields=['uploaded_at'], name='case_file_by_upload'),
        ),
        migrations.AddIndex(
            model_name='estimate',
            index=models.Index(fields=['sent_at'], name='estimate_by_sending'),
        ),
        migrations.AddIndex(
            model_name='eventvisitor',
            index=models.Index(fields=['card_number'], name='event_visitor_by_card'),
        ),
        migrations.AddIndex(
            model_name='loan',
            index=models.Index(fields=['booked_at'], name='loan_by_booking'),
        ),
        migrations.AddIndex(
            model_name='loanunit',
            index=models.Index(fields=['serial'], name='loan_unit_by_number'),
        ),
        migrations.AddIndex(
            model_name='offercode',
            index=models.Index(fields=['code'], name='offer_code_by_code'),
        ),
        migrations.AddIndex(
            model_name='visitor',
            index=models.Index(fields=['card_number'], name='visitor_by_card'),
        ),
    ]
