"""The tables of the app `kitbag`."""

from cps_portal.privacy.subjects import IMPORTS, KIT, LISTS, LOOKS, NOBODY, POINTS, PROOFS, REPORTED
from cps_portal.privacy.table import Ends, Table, of_member

OF_ITEM = of_member("item__member")

TABLES = {
    "kitbag.ProofOpening": Table(
        LOOKS,
        none="id proof by at",
        personal="role purpose",
        theirs=(of_member("proof__member"),),
        ends=Ends.GONE,
    ),
    "kitbag.Claim": Table(
        KIT,
        none="id item held_item ground proof opened_at answer_by answer answer_proof answered_at state"
        " decided_at decided_by",
        personal="words answer_words note",
        # Neither side learns who the other is, nor what they wrote and showed (programme §3).
        theirs=(
            of_member("item__member", hides="held_item answer_words answer_proof"),
            of_member("held_item__member", hides="item ground words proof"),
        ),
        ends=Ends.EMPTIED,
        withheld="note",
    ),
    "kitbag.Proof_items": Table(NOBODY, none="id proof kititem"),
    "kitbag.Proof": Table(
        PROOFS,
        none="id member kind content_type size uploaded_at removed_at",
        proof="file name digest",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
        left={"removed_at": lambda at: at},
        shelf="proofs",
    ),
    # Ten minutes of a desk, and words that are nobody's yet.
    "kitbag.ReviewLease": Table(NOBODY, none="id item by until"),
    "kitbag.ReplyTemplate": Table(NOBODY, none="id kind title text language place is_active"),
    "kitbag.KitImport": Table(
        IMPORTS,
        none="id member created_at state total done written_at",
        personal="rows",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "kitbag.KitList": Table(
        LISTS,
        none="id member issued_at",
        personal="code rows digest",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "kitbag.ProposedEdit": Table(
        KIT,
        none="id item product number_confirmed reasons state proposed_at decided_at decided_by",
        personal="serial_typed serial note",
        theirs=(OF_ITEM,),
        ends=Ends.EMPTIED,
    ),
    "kitbag.ItemEvent": Table(
        KIT,
        none="id item at kind by",
        personal="facts",
        theirs=(OF_ITEM,),
        ends=Ends.EMPTIED,
        codes="reason counted state reasons before ground answer yours withdrawn",
    ),
    "kitbag.KitItem": Table(
        KIT,
        none="id member product number_confirmed state reasons added_at validated_at removed_at removal_reason"
        " in_case_since",
        personal="serial_typed serial country_of_purchase purchased_on store note",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    # A unit's number guards whoever is offered the unit next; nothing here says whose it was.
    "kitbag.StolenUnit": Table(REPORTED, none="id product serial item reported_at withdrawn_at", theirs=(OF_ITEM,)),
    "kitbag.FormerNumber": Table(REPORTED, none="id product serial item replaced_at", theirs=(OF_ITEM,)),
    "kitbag.Spell": Table(
        POINTS,
        none="id member product item counted_from counted_until opened_at closed_at cause closed_cause",
        theirs=(of_member(),),
    ),
    "kitbag.Hold": Table(
        POINTS,
        none="id member number revision level begins_on ends_on recorded_on by",
        personal="reason short_notice",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "kitbag.Standing": Table(POINTS, none="member points level as_of", theirs=(of_member(),)),
    "kitbag.LevelChange": Table(
        POINTS, none="id member day at from_level to_level points causes item", theirs=(of_member(),)
    ),
    "kitbag.DropNotice": Table(
        POINTS, none="id member day points costs_level state round told_on", theirs=(of_member(),)
    ),
    "kitbag.Product": Table(
        NOBODY,
        none="id sku name category family series mount media announced_year superseded_by fast_track"
        " fast_track_video points_full points_superseded points_floor serial_need serial_hint aliases market"
        " points_basis source file_cells added_on",
    ),
    "kitbag.SearchName": Table(NOBODY, none="id product text is_alias"),
    "kitbag.CatalogueLoad": Table(NOBODY, none="id loaded_at digest added changed unchanged refused"),
    "kitbag.LifecycleMark": Table(NOBODY, none="id product stage effective_on revision reason recorded_on by"),
    "kitbag.Valuation": Table(
        NOBODY,
        none="id product effective_on revision points stage reason note short_notice is_first recorded_on by",
    ),
    "kitbag.Night": Table(
        NOBODY,
        none="day begun_at completed_at products_due holds_due thresholds_due members items levels_up levels_down"
        " milliseconds progress",
    ),
    "kitbag.FullCheck": Table(NOBODY, none="id begun_at completed_at day members differing findings milliseconds"),
}
