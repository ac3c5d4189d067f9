"""Desks of the validation queue, replies that staff write often, and decisions that can be taken back."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# kind, place, title for staff, English, Arabic
REPLIES = [
    (
        "ask",
        10,
        "Photo of the number",
        "Please add a photo of the serial number where it stands on the product, so that every character can be read.",
        "يرجى إضافة صورة للرقم التسلسلي في موضعه على المنتج، بحيث يمكن قراءة كل حرف ورقم.",
    ),
    (
        "ask",
        20,
        "Proof of purchase",
        "Please add the receipt or invoice of this product. It should show the model, the date and the seller.",
        "يرجى إضافة إيصال هذا المنتج أو فاتورته، على أن يظهر فيه الطراز والتاريخ واسم البائع.",
    ),
    (
        "ask",
        30,
        "Number does not match",
        "The serial number does not match this product. Please compare it with the product itself, character by character, and correct it or add a photo of it.",
        "الرقم التسلسلي لا يطابق هذا المنتج. يرجى مقارنته بما هو مكتوب على المنتج حرفًا حرفًا، ثم تصحيحه أو إضافة صورة له.",
    ),
    (
        "ask",
        40,
        "Bought second hand",
        "If you bought this product second hand, please tell us when and where, and add what you have about it: a receipt, a message or a transfer.",
        "إذا اشتريت هذا المنتج مستعملًا، فيرجى إخبارنا متى وأين، وإضافة ما لديك عنه: إيصال أو رسالة أو حوالة.",
    ),
    (
        "reject",
        10,
        "Number of another product",
        "This serial number belongs to another product. Please choose the product that it stands on, or enter the number of this one.",
        "هذا الرقم التسلسلي يخص منتجًا آخر. يرجى اختيار المنتج الذي يحمل هذا الرقم، أو إدخال رقم هذا المنتج.",
    ),
    (
        "reject",
        20,
        "Photo shows another number",
        "The photo shows another serial number than the one you entered. Please enter the number on the photo, or add a photo of this product.",
        "تُظهر الصورة رقمًا تسلسليًا غير الذي أدخلته. يرجى إدخال الرقم الظاهر في الصورة، أو إضافة صورة لهذا المنتج.",
    ),
    (
        "reject",
        30,
        "Paper cannot be read",
        "What you added cannot be read. Please add it again, whole and sharp, and send the product in for a new check.",
        "لا يمكن قراءة ما أضفته. يرجى إضافته مرة أخرى كاملًا وواضحًا، ثم إرسال المنتج لفحصه من جديد.",
    ),
    (
        "reject",
        40,
        "Not yours any more",
        "As you told us, this product is not yours any more. Only products that you own count.",
        "كما أخبرتنا، لم يعد هذا المنتج ملكًا لك. لا تُحتسب إلا المنتجات التي تملكها.",
    ),
]


def first_replies(apps, schema_editor):
    apps.get_model("kitbag", "ReplyTemplate").objects.bulk_create(
        apps.get_model("kitbag", "ReplyTemplate")(kind=kind, place=place, title=title, language=language, text=text)
        for kind, place, title, english, arabic in REPLIES
        for language, text in (("en", english), ("ar", arabic))
    )


class Migration(migrations.Migration):

    dependencies = [
        ('kitbag', '0005_events_of_repairs'),
        ('members', '0008_former_accounts_threads_and_privacy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReplyTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ask', 'To ask the member'), ('reject', 'To reject')], max_length=8)),
                ('title', models.CharField(help_text='How staff know it; members do not read this.', max_length=60)),
                ('text', models.CharField(help_text='What the member reads.', max_length=500)),
                ('language', models.CharField(choices=[('en', 'English'), ('ar', 'العربية')], default='en', help_text='Offered for members who read it.', max_length=8)),
                ('place', models.PositiveSmallIntegerField(default=100, help_text='The lowest stands first.')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'ordering': ['kind', 'place', 'title'],
            },
        ),
        migrations.CreateModel(
            name='ReviewLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='levelchange',
            name='level_change_causes_known',
        ),
        migrations.RemoveConstraint(
            model_name='spell',
            name='spell_closed_with_a_cause',
        ),
        migrations.AlterField(
            model_name='itemevent',
            name='kind',
            field=models.CharField(choices=[('added', 'Added to your kitbag'), ('edited', 'Details changed'), ('waiting', 'Waiting for a check'), ('validated', 'Validated: it counts'), ('refused', 'Not accepted'), ('asked', 'A question for you'), ('edit_proposed', 'Change of product or serial number proposed'), ('edit_passed', 'Change accepted'), ('edit_refused', 'Change not accepted'), ('renumbered', 'New serial number from a repair'), ('claim_opened', 'You asked us to decide about this serial number'), ('claim_against', 'Someone else asked for this serial number'), ('claim_answered', 'You answered'), ('claim_decided', 'Decided'), ('proof_added', 'Proof added'), ('proof_removed', 'Proof removed'), ('removed', 'Removed from your kitbag'), ('undone', 'Removal undone'), ('taken_back', 'Our decision taken back: it is being checked again')], max_length=16),
        ),
        migrations.AlterField(
            model_name='levelchange',
            name='causes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('value', 'Values of products'), ('hold', 'A level kept by staff'), ('threshold', 'New thresholds'), ('registered', 'A product was validated'), ('removed', 'A product was removed'), ('edited', 'A product was changed'), ('claimed', 'A disputed serial number was decided'), ('taken_back', 'A product is being checked again')], max_length=16), size=None),
        ),
        migrations.AlterField(
            model_name='spell',
            name='closed_cause',
            field=models.CharField(blank=True, choices=[('sold', 'Removed by you: sold'), ('lost', 'Removed by you: lost'), ('stolen', 'Removed by you: stolen'), ('broken', 'Removed by you: broken'), ('other', 'Removed by you'), ('edited', 'Product or serial number changed'), ('claimed', 'Belongs to another member now'), ('taken_back', 'Being checked again')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='kititem',
            index=models.Index(condition=models.Q(('state', 'waiting'), models.Q(('reasons__overlap', ['asked', 'date_code', 'date_early', 'date_future', 'serial_shape', 'unit_held']), _negated=True)), fields=['added_at'], name='kit_item_for_staff'),
        ),
        migrations.AddIndex(
            model_name='proposededit',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['proposed_at'], name='proposed_edit_waiting'),
        ),
        migrations.AddConstraint(
            model_name='levelchange',
            constraint=models.CheckConstraint(condition=models.Q(('causes__contained_by', ['value', 'hold', 'threshold', 'registered', 'removed', 'edited', 'claimed', 'taken_back'])), name='level_change_causes_known'),
        ),
        migrations.AddConstraint(
            model_name='spell',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_cause', '')), models.Q(('closed_at__isnull', False), ('closed_cause__in', ['sold', 'lost', 'stolen', 'broken', 'other', 'edited', 'claimed', 'taken_back'])), _connector='OR'), name='spell_closed_with_a_cause'),
        ),
        migrations.AddConstraint(
            model_name='replytemplate',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ask', 'reject'])), name='reply_template_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='replytemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='reply_template_says_something'),
        ),
        migrations.AddConstraint(
            model_name='replytemplate',
            constraint=models.UniqueConstraint(fields=('kind', 'language', 'title'), name='reply_template_once'),
        ),
        migrations.AddField(
            model_name='reviewlease',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewlease',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='lease', to='kitbag.kititem'),
        ),
        migrations.RunPython(first_replies, migrations.RunPython.noop),
    ]
