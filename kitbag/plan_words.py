"""Why the programme refuses what staff plan or decide, in words: for their pages and for files of data."""

from django.utils.translation import gettext_lazy

# Rule codes of the operations: the field they stand beside (none: above the form) and their words.
REFUSALS = {
    "day_not_ahead": ("day", gettext_lazy("Choose a day after today: what holds today was settled before it began.")),
    "already_begun": ("day", gettext_lazy("This stage has begun; a stage once begun stays.")),
    "stages_out_of_order": ("day", gettext_lazy("A product goes out of service on or after the day it is superseded.")),
    "day_has_a_fall": ("day", gettext_lazy("The value falls on this day by plan. Choose another day.")),
    "below_the_day_before": ("points", gettext_lazy("A value cannot be set below that of the day before.")),
    "below_the_plan": ("points", gettext_lazy("A value cannot be set below what the plan gives on that day.")),
    "levels_do_not_ascend": ("platinum", gettext_lazy("Silver, Gold and Platinum ascend, from 1 up.")),
    "ends_before_it_begins": ("ends_on", gettext_lazy("The first day without it comes after the day it begins.")),
    "superseded": ("", gettext_lazy("Somebody has changed this hold meanwhile. Open its newest row.")),
    "already_ended": ("", gettext_lazy("This hold has ended.")),
    "short_notice": (
        "short_notice",
        gettext_lazy("Members would hear of this too late: it needs the programme manager’s reason."),
    ),
    "not_planned": ("", gettext_lazy("Nothing is planned for this day any more.")),
    "reason_missing": ("reason", gettext_lazy("Say why.")),
    "note_missing": ("note", gettext_lazy("Write to the member what it is about.")),
    "not_waiting": ("", gettext_lazy("Somebody has decided this meanwhile; it waits no longer.")),
    "details_missing": ("", gettext_lazy("Details are missing; it cannot count yet.")),
    "unit_held": ("", gettext_lazy("Another member’s validated item holds this unit. A claim decides that.")),
    "claim_open": ("", gettext_lazy("A claim is open for this item. Decide the claim first.")),
    "not_open": ("", gettext_lazy("This claim was decided meanwhile.")),
    "on_another_desk": ("", gettext_lazy("Somebody else has this on their desk. Nothing was decided.")),
    "not_yours": ("", gettext_lazy("Only who decided can take it back.")),
    "take_back_late": ("", gettext_lazy("Too late to take it back: the member has been told.")),
    "already_told": ("", gettext_lazy("The message to the member is on its way; it cannot be taken back.")),
    "moved_on": ("", gettext_lazy("Something has happened to this item since; it cannot be taken back.")),
    "decided_before": ("", gettext_lazy("Somebody has decided this meanwhile.")),
    "impact_grew": ("", gettext_lazy("It concerns more members than when it was asked for. Look at it again.")),
    "own_request": ("", gettext_lazy("You asked for this yourself: a second person decides.")),
    "circle": ("superseded_by", gettext_lazy("These products would supersede each other in a circle.")),
}
OTHERWISE = ("", gettext_lazy("The programme does not allow this."))
