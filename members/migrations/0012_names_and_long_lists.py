"""Names found by the beginnings of their words, and keys for the long lists of the staff pages."""

import django.contrib.postgres.indexes
import members.name_search
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# One space before each word; compatibility forms as what they stand for; no marks above or below letters, no
# tatweel; lower case; letters that no mark makes as the plain ones, and what joins or parts names as a space.
# members.name_search says how it is asked.
FOLD_NAME = """
CREATE FUNCTION fold_name(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ' ' || translate(
    lower(regexp_replace(normalize(name, NFKD), U&'[\\0300-\\036F\\0610-\\061A\\064B-\\065F\\0670\\0640]', '', 'g')),
    U&'\\0142\\00F8\\0111\\00F0\\00E6\\0153\\0131\\00DF\\00FE\\0649\\0629''\\2019\\02BC\\2010\\2011\\2013.,-',
    U&'loddaoist\\064A\\0647' || repeat(' ', 9)
);
"""
# The history of one row, and what one member of staff did last, among everything that staff did.
LOG_OF_A_ROW = "CREATE INDEX admin_log_of_object ON django_admin_log (content_type_id, object_id)"
LOG_OF_A_USER = "CREATE INDEX admin_log_of_user ON django_admin_log (user_id, action_time)"


class Migration(migrations.Migration):

    dependencies = [
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('members', '0011_programme_data_files'),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLD_NAME, "DROP FUNCTION fold_name"),
        migrations.RunSQL(LOG_OF_A_ROW, "DROP INDEX admin_log_of_object"),
        migrations.RunSQL(LOG_OF_A_USER, "DROP INDEX admin_log_of_user"),
        migrations.AddIndex(
            model_name='dataexport',
            index=models.Index(fields=['asked_at'], name='data_export_by_asking'),
        ),
        migrations.AddIndex(
            model_name='emailchange',
            index=models.Index(fields=['old'], name='email_change_by_old'),
        ),
        migrations.AddIndex(
            model_name='emailchange',
            index=models.Index(fields=['new'], name='email_change_by_new'),
        ),
        migrations.AddIndex(
            model_name='formeraccount',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(members.name_search.FoldName(models.F('name')), 'gin_trgm_ops'), name='former_account_by_name'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('address', ''), _negated=True), fields=['address'], name='message_to_an_address'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('parked_at__isnull', False), ('sent_at__isnull', True)), fields=['id'], name='message_undelivered'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(fields=['at'], name='post_by_moment'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('topic', 'pack')), fields=['opened_at'], name='thread_about_packs'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['joined_at'], name='member_by_joining'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='member_by_closing'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['changed_at'], name='thread_by_change'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('serial', ''), _negated=True), fields=['serial'], name='thread_by_serial'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='thread_by_email'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(members.name_search.FoldName(models.F('name')), 'gin_trgm_ops'), name='user_by_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_staff', True)), fields=['name'], name='user_of_staff'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['country', 'id'], name='member_by_country'),
        ),
        # Without figures about the folded names the database would take a common one for a rare one.
        migrations.RunSQL("ANALYZE members_user, members_formeraccount", migrations.RunSQL.noop),
    ]
