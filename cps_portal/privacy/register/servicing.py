"""The tables of the app `servicing`."""

from cps_portal.privacy.subjects import BENEFITS, CASES, DRAFTS, LOANS, NOBODY, PACKS, VISITORS
from cps_portal.privacy.table import Ends, Table, of_member

OF_CASE = of_member("case__member")

TABLES = {
    "servicing.DayFigures": Table(
        NOBODY,
        none="id day country joined registered red silver gold platinum decided waited_hours within_a_day"
        " within_three_days points_fell",
    ),
    "servicing.CaseFile": Table(
        CASES,
        none="id case draft event purpose content_type size by uploaded_at",
        proof="file name digest",
        theirs=(OF_CASE, of_member("draft__member")),
        ends=Ends.GONE,
        shelf="cases",
    ),
    "servicing.CaseDraft": Table(
        DRAFTS,
        none="id member item begun_at changed_at",
        personal="entered",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "servicing.LoanSuspension": Table(
        LOANS,
        none="id member from_on until_on loan by at",
        personal="reason",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "servicing.CentreTask": Table(
        LOANS,
        none="id centre kind case loan occasion made_at done_at done_by",
        personal="words",
        theirs=(of_member("case__member"),),
        ends=Ends.EMPTIED,
        withheld="words",
    ),
    "servicing.Loan": Table(
        LOANS,
        none="id unit case member period state booked_at handed_over_at returned_at damaged",
        personal="condition_out accessories_out condition_back accessories_back ended_why",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "servicing.EstimateLine": Table(
        CASES,
        none="id estimate position kind amount full_amount why",
        personal="words",
        theirs=(of_member("estimate__case__member"),),
        ends=Ends.EMPTIED,
    ),
    "servicing.Estimate": Table(
        CASES,
        none="id case stretch version currency vat_percent state sent_at expires_at answered_at",
        personal="note",
        theirs=(OF_CASE,),
        ends=Ends.EMPTIED,
    ),
    "servicing.Intake": Table(
        CASES,
        none="id stretch number_agrees by at",
        personal="condition accessories serial_seen",
        theirs=(of_member("stretch__member"),),
        ends=Ends.EMPTIED,
    ),
    "servicing.CaseEvent": Table(
        CASES,
        none="id case stretch at kind state actor by internal",
        personal="note facts",
        # What a centre notes for itself is not in a copy: it speaks of its own work.
        theirs=(of_member("case__member", shown={"internal": False}),),
        ends=Ends.EMPTIED,
        codes="came_at came_on slot lane reasons level benefit_level target before again expired what ground version"
        " total currency back_on parts_on from_on until_on fault agrees warning way",
    ),
    "servicing.Stretch": Table(
        CASES,
        none="id case number member centre lane requested_at expiry_told_at received_at slot_at level benefit_level"
        " target_days terms calendar due_at paused_since left_at worked_days in_time paused_days ended_at back_on",
        theirs=(of_member(),),
        withheld="calendar",
    ),
    "servicing.SlotHold": Table(CASES, none="id member stretch number taken_at freed_at", theirs=(of_member(),)),
    "servicing.Case": Table(
        CASES,
        none="id number member item visitor centre product service fault warranty send_by state requested_at"
        " changed_at parts_on outbound_carrier",
        personal="serial fault_words needed_by sends_accessories inbound_tracking outbound_tracking",
        contact="return_name return_street return_postcode return_town return_country return_phone",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "servicing.WelcomePack": Table(
        PACKS,
        none="id member replaces contents level state requested_at batch sent_at approved_by",
        personal="tracking",
        contact="name lines country",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "servicing.CardRevocation": Table(
        PACKS,
        none="id member generation at by",
        personal="why",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "servicing.OfferCode": Table(BENEFITS, none="id offer code member drawn_at", theirs=(of_member(),)),
    "servicing.Booking": Table(
        BENEFITS, none="id event member state asked_at held_until ended_at came_at", theirs=(of_member(),)
    ),
    # Guests, who have no account to close: see the table of what is kept no longer (retention.py).
    "servicing.Visitor": Table(
        VISITORS, none="id region booked_in_at", personal="card_number name", contact="email phone"
    ),
    "servicing.EventVisitor": Table(VISITORS, none="id event region came_at by", personal="card_number name"),
    "servicing.LoanUnit": Table(NOBODY, none="id centre product serial accessories added_at out_since out_why"),
    "servicing.Centre": Table(
        NOBODY,
        none="id code name kind street postcode town country latitude longitude phone email time_zone holiday_region"
        " cut_off services families takes_video serves_cps offers currency vat_percent visitor_days is_demo"
        " begins_on ended_on",
    ),
    "servicing.CentreClerk": Table(NOBODY, none="id user centre"),
    "servicing.OpeningHours": Table(NOBODY, none="id centre weekday opens closes"),
    "servicing.DatedHours": Table(NOBODY, none="id centre day opens closes note"),
    "servicing.ServiceTerms": Table(
        NOBODY,
        none="id country level service valid_from target_days video_target_days loan discount_percent"
        " free_return_shipping",
    ),
    "servicing.Offer": Table(
        NOBODY,
        none="id title summary text levels countries begins_on ends_on codes shared_code link published",
    ),
    "servicing.Offer_products": Table(NOBODY, none="id offer product"),
    "servicing.Event": Table(
        NOBODY,
        none="id title summary text language levels countries online join_link place country time_zone begins_at"
        " ends_at booking_ends_at places hold_hours published cancelled_at",
    ),
    "servicing.PackContents": Table(NOBODY, none="id valid_from words letter gift"),
    "servicing.GiftStock": Table(NOBODY, none="id contents pieces note at by"),
    "servicing.PackBatch": Table(NOBODY, none="id country picked_at by"),
}
