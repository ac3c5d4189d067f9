"""What the first welcome packs contain, and how words of people leave facts that are never rewritten otherwise.

An account that was closed leaves its cases without a word of its member in them (programme §9, architecture):
inside a transaction that says `SET LOCAL portal.erasing = 'on'` the guards of these three tables let an update pass.
"""

from django.conf import settings
from django.db import migrations

ERASURE = """
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('portal.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER case_event_never_rewritten ON servicing_caseevent;
DROP TRIGGER intake_never_rewritten ON servicing_intake;
CREATE TRIGGER case_event_never_rewritten BEFORE UPDATE OR DELETE ON servicing_caseevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER intake_never_rewritten BEFORE UPDATE OR DELETE ON servicing_intake
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER post_never_rewritten BEFORE UPDATE OR DELETE ON members_post
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER staff_look_never_rewritten BEFORE UPDATE OR DELETE ON members_stafflook
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACK = """
DROP FUNCTION refuse_change_but_erasure CASCADE;
DROP TRIGGER staff_look_never_rewritten ON members_stafflook;
CREATE TRIGGER case_event_never_rewritten BEFORE UPDATE OR DELETE ON servicing_caseevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER intake_never_rewritten BEFORE UPDATE OR DELETE ON servicing_intake
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
LETTER = """Dear {name},

welcome to Canon Professional Services. You are a {level} member, and this is your membership card.

Put one of the priority stickers on the parcel when you send something in: it is seen to first.

Your level follows your kit. Keep your kitbag up to date, and look into the portal for what is on offer.

Yours,
the CPS team
"""


def add_contents(apps, schema_editor):
    apps.get_model("servicing", "PackContents").objects.create(
        valid_from=settings.PROGRAMME_START,
        words="A welcome letter\nYour CPS membership card\nCPS Priority stickers\nA lens cleaning cloth",
        letter=LETTER,
        gift="Lens cleaning cloth",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("servicing", "0009_offers_packs_cards_and_events"),
        ("members", "0008_former_accounts_threads_and_privacy"),
    ]

    operations = [
        migrations.RunSQL(ERASURE, BACK),
        migrations.RunPython(add_contents, migrations.RunPython.noop),
    ]
