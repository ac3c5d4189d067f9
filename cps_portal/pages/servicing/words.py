"""The words of servicing's pages: faults, what a service is, and what the programme refuses (`REFUSALS`)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from cps_portal.pages.kitbag.words import REFUSALS as KITBAG
from members.wording.words import Words
from servicing.models import Service

# What each service is, for choosing.
SERVICES: dict[str, Words] = {
    Service.REPAIR.value: gettext_lazy("Something is broken, or does not work as it should."),
    Service.MAINTENANCE.value: gettext_lazy("Clean and check, before something breaks."),
    Service.UPGRADE.value: gettext_lazy("A change that Canon offers for this product."),
}

# Codes of the guided list (servicing/rules/faults.py).
FAULTS: dict[str, Words] = {
    "shutter": gettext_lazy("The shutter sticks, or part of the picture is dark"),
    "dark_or_bright": gettext_lazy("Pictures are too dark or too bright"),
    "focus": gettext_lazy("It does not focus, or focuses beside the subject"),
    "sensor_dirt": gettext_lazy("Dirt on the sensor"),
    "card": gettext_lazy("It does not read or write cards"),
    "screen": gettext_lazy("Screen or viewfinder"),
    "buttons": gettext_lazy("Buttons or dials"),
    "mount": gettext_lazy("Mount or contacts of the mount"),
    "connection": gettext_lazy("Cable, Wi-Fi or other connections"),
    "soft": gettext_lazy("Pictures are soft on one side or all over"),
    "aperture": gettext_lazy("The aperture does not move, or there is an error"),
    "stabiliser": gettext_lazy("The image stabiliser jumps or makes a noise"),
    "zoom_ring": gettext_lazy("The zoom is stiff or stuck"),
    "dirt_inside": gettext_lazy("Dust, fungus or a scratch in the glass"),
    "picture": gettext_lazy("No picture, or stripes and colours in it"),
    "sound": gettext_lazy("No sound, or noise in it"),
    "fan": gettext_lazy("It becomes hot, or its fan is loud"),
    "no_flash": gettext_lazy("It does not flash"),
    "exposure": gettext_lazy("It gives too much or too little light"),
    "head": gettext_lazy("The head is loose or stuck"),
    "hot_shoe": gettext_lazy("The foot, or its contacts"),
    "lines": gettext_lazy("Lines or stains"),
    "paper": gettext_lazy("It does not take or move paper"),
    "colour": gettext_lazy("Colours are wrong"),
    "error_code": gettext_lazy("It shows an error code"),
    "contacts": gettext_lazy("Contacts, or a loose fit"),
    "fall": gettext_lazy("It fell, or was hit"),
    "liquid": gettext_lazy("Water, sand or another liquid got into it"),
    "no_power": gettext_lazy("It does not switch on"),
    "other": pgettext_lazy("fault", "Something else"),
}

# Code of a CaseError → the field it belongs to ("" for the whole form) and what to do; as in the kitbag where it is
# the same thing.
REFUSALS: dict[str, tuple[str, Words]] = {
    "not_yours": ("", gettext_lazy("This form is out of date. Begin again from your kitbag.")),
    "removed": KITBAG["removed"],
    "in_case": ("", gettext_lazy("This product is in servicing already.")),
    "unserviceable": ("", gettext_lazy("This product can no longer be serviced. A centre may still take it: ask one.")),
    "centre_does_not_take": (
        "centre",
        gettext_lazy("This centre does not take it for this service. Choose another one."),
    ),
    "proof_missing": KITBAG["proof_missing"],
    "not_local": (
        "warranty",
        gettext_lazy("It was bought outside the participating countries, so local warranty does not apply."),
    ),
    "warranty_is_for_repairs": ("warranty", gettext_lazy("Warranty is for repairs only.")),
    "choose_lane": (
        "lane",
        gettext_lazy("All three Fast Track places are taken. Choose whether it waits for one or goes at once."),
    ),
    "not_now": ("", gettext_lazy("The case has moved on in the meantime. Look at it again.")),
    "answered": ("", gettext_lazy("This estimate was answered in the meantime. Look at the case again.")),
    "replaced": ("", gettext_lazy("A newer estimate has replaced this one. Open the case to read and answer it.")),
    "expired": (
        "",
        gettext_lazy(
            "The time to answer this estimate is over: it counts as declined. Write to the centre if you still want it."
        ),
    ),
    "changed": KITBAG["changed"],
    "words_missing": ("words", gettext_lazy("Write something first.")),
    "too_late": ("", gettext_lazy("The days in which this was possible are over.")),
    "back_too_early": ("on", gettext_lazy("It was not shipped yet on this day.")),
    "back_in_the_future": ("on", gettext_lazy("This day lies in the future.")),
    **{
        f"file_{code}": ("photos", KITBAG[f"proof_{code}"][1])
        for code in ("empty", "unknown", "broken", "locked", "active", "mixed")
    },
    "file_large": ("photos", gettext_lazy("This file is larger than 10 MB. Send a smaller photo.")),
    "file_huge": ("photos", gettext_lazy("This file is too large to open. Send a smaller photo.")),
    "file_many": ("photos", gettext_lazy("There is no room for more files here. Remove one that is not needed.")),
    "file_often": ("photos", KITBAG["proof_many"][1]),
    "no_right": ("", gettext_lazy("There is no loan for this case now. The page says what would give one.")),
    "suspended": ("", gettext_lazy("There are no loans for you on this day.")),
    "loan_running": ("", gettext_lazy("This case has a loan already.")),
    "from_in_the_past": ("from_day", gettext_lazy("This day has passed. Choose today or a later one.")),
    "from_closed": ("from_day", gettext_lazy("The centre is closed on this day. Choose another one.")),
    "from_too_late": ("from_day", gettext_lazy("Your repair is likely back by then. Choose an earlier day.")),
    "unit_taken": ("unit", gettext_lazy("Somebody else was faster with this unit. Choose another one.")),
}


def fault_words(code: str) -> str:
    """A fault of the guided list in words; empty for none."""
    return str(FAULTS[code]) if code in FAULTS else ""


def days_words(days: int) -> str:
    """Working days: "3 working days"."""
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def target_words(days: int | None) -> str:
    """A target, or that there is none."""
    return days_words(days) if days is not None else _("no target")
