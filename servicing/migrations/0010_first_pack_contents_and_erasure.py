"""What the first welcome packs contain, and how words of people leave facts that are never rewritten otherwise.

An account that was closed leaves its cases without a word of its member in them (programme §9, architecture):
inside a transaction that says `SET LOCAL portal.erasing = 'on'` the guards named here let it pass.
"""

from django.conf import settings
from django.db import migrations

# What is said in them goes with an account; the rows stay.
WORDS_GO = {
    "servicing_caseevent": "case_event_never_rewritten",
    "servicing_intake": "intake_never_rewritten",
    "servicing_estimateline": "estimate_line_never_rewritten",
    "kitbag_hold": "hold_never_rewritten",
}
# Whole rows go with it.
ROWS_GO = {
    "members_post": "post_never_rewritten",
    "members_stafflook": "staff_look_never_rewritten",
}
GUARD = "CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function};"
ERASURE = """
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('portal.erasing', true) = 'on' THEN
        IF TG_OP = 'UPDATE' THEN
            RETURN NEW;
        ELSIF TG_ARGV[0] = 'rows' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- An estimate is decided once; its note may go afterwards.
CREATE OR REPLACE FUNCTION estimate_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' AND (current_setting('portal.erasing', true) IS DISTINCT FROM 'on'
            OR OLD.state IS DISTINCT FROM NEW.state) THEN
        RAISE EXCEPTION 'an estimate is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION estimate_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' THEN
        RAISE EXCEPTION 'an estimate is decided once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION refuse_change_but_erasure;
"""


def guards(function, tables):
    return "\n".join(GUARD.format(trigger=name, table=table, function=function) for table, name in tables.items())


def without_guards(tables):
    return "\n".join(f"DROP TRIGGER {name} ON {table};" for table, name in tables.items())


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
        migrations.RunSQL(
            without_guards(WORDS_GO) + guards("refuse_change_but_erasure()", WORDS_GO),
            without_guards(WORDS_GO) + guards("refuse_change()", WORDS_GO),
        ),
        migrations.RunSQL(guards("refuse_change_but_erasure('rows')", ROWS_GO), without_guards(ROWS_GO)),
        migrations.RunPython(add_contents, migrations.RunPython.noop),
    ]
