"""What no check can say: facts are never rewritten, items and spells agree, nobody is without a standing."""

from django.db import migrations

GUARDS = """
ALTER TABLE kitbag_standing SET (fillfactor = 70);

CREATE TRIGGER valuation_never_rewritten BEFORE UPDATE OR DELETE ON kitbag_valuation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER level_change_never_rewritten BEFORE UPDATE OR DELETE ON kitbag_levelchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lifecycle_mark_never_rewritten BEFORE UPDATE OR DELETE ON kitbag_lifecyclemark
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hold_never_rewritten BEFORE UPDATE OR DELETE ON kitbag_hold
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER spell_never_deleted BEFORE DELETE ON kitbag_spell
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A spell takes one update: its end, once.
CREATE FUNCTION spell_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
       OR (OLD.id, OLD.member_id, OLD.product_id, OLD.item_id, OLD.counted_from, OLD.opened_at, OLD.cause)
          IS DISTINCT FROM
          (NEW.id, NEW.member_id, NEW.product_id, NEW.item_id, NEW.counted_from, NEW.opened_at, NEW.cause) THEN
        RAISE EXCEPTION 'a spell only ends, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spell_closed_once BEFORE UPDATE ON kitbag_spell
    FOR EACH ROW EXECUTE FUNCTION spell_closed_once();

-- A validated item has exactly one open spell, of its member and product; no other item has one.
CREATE FUNCTION item_and_spell_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME WHEN 'kitbag_spell' THEN to_jsonb(NEW) ->> 'item_id' ELSE to_jsonb(NEW) ->> 'id' END;
    item record;
    agreeing integer;
    open_spells integer;
BEGIN
    SELECT member_id, product_id, state INTO item FROM kitbag_kititem WHERE id = checked;
    SELECT count(*), count(*) FILTER (WHERE member_id = item.member_id AND product_id = item.product_id)
        INTO open_spells, agreeing FROM kitbag_spell WHERE item_id = checked AND closed_at IS NULL;
    IF (item.state = 'validated' AND (open_spells <> 1 OR agreeing <> 1))
       OR (item.state <> 'validated' AND open_spells <> 0) THEN
        RAISE EXCEPTION 'item % is % with % open spells', checked, item.state, open_spells
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER item_agrees_with_spell
    AFTER INSERT OR UPDATE OF state, member_id, product_id ON kitbag_kititem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION item_and_spell_agree();
CREATE CONSTRAINT TRIGGER spell_agrees_with_item AFTER INSERT OR UPDATE ON kitbag_spell
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION item_and_spell_agree();

-- A product is created together with its first valuation, in force from that day or earlier.
CREATE FUNCTION product_has_first_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM kitbag_valuation
        WHERE product_id = NEW.id AND is_first AND effective_on <= NEW.added_on;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'product % has no first valuation', NEW.sku USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER product_has_first_value AFTER INSERT ON kitbag_product
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION product_has_first_value();

-- Every member has a standing from the first transaction on.
CREATE FUNCTION member_has_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM kitbag_standing WHERE member_id = NEW.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'member % has no standing', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER member_has_standing AFTER INSERT ON members_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION member_has_standing();

-- Once begun, a revision of a hold may only move its end, from one day after today to another.
CREATE FUNCTION hold_revised_fairly() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record;
BEGIN
    IF NEW.revision = 1 THEN
        RETURN NEW;
    END IF;
    SELECT level, begins_on, ends_on INTO before FROM kitbag_hold
        WHERE member_id = NEW.member_id AND number = NEW.number AND revision = NEW.revision - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hold revision % follows none', NEW.revision USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF before.begins_on > NEW.recorded_on THEN
        IF NEW.begins_on <= NEW.recorded_on THEN
            RAISE EXCEPTION 'a hold begins after the day it is recorded'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF before.level <> NEW.level OR before.begins_on <> NEW.begins_on
          OR before.ends_on <= NEW.recorded_on OR NEW.ends_on <= NEW.recorded_on THEN
        RAISE EXCEPTION 'once begun, only the end of a hold moves, from one day after today to another'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_revised_fairly BEFORE INSERT ON kitbag_hold
    FOR EACH ROW EXECUTE FUNCTION hold_revised_fairly();
"""

UNDO = """
DROP TRIGGER hold_revised_fairly ON kitbag_hold; DROP FUNCTION hold_revised_fairly();
DROP TRIGGER member_has_standing ON members_member; DROP FUNCTION member_has_standing();
DROP TRIGGER product_has_first_value ON kitbag_product; DROP FUNCTION product_has_first_value();
DROP TRIGGER spell_agrees_with_item ON kitbag_spell;
DROP TRIGGER item_agrees_with_spell ON kitbag_kititem; DROP FUNCTION item_and_spell_agree();
DROP TRIGGER spell_closed_once ON kitbag_spell; DROP FUNCTION spell_closed_once();
DROP TRIGGER spell_never_deleted ON kitbag_spell;
DROP TRIGGER hold_never_rewritten ON kitbag_hold;
DROP TRIGGER lifecycle_mark_never_rewritten ON kitbag_lifecyclemark;
DROP TRIGGER level_change_never_rewritten ON kitbag_levelchange;
DROP TRIGGER valuation_never_rewritten ON kitbag_valuation;
ALTER TABLE kitbag_standing RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kitbag", "0001_catalogue_kit_and_points"),
        ("members", "0002_programme_data"),
    ]

    operations = [migrations.RunSQL(GUARDS, UNDO)]
