"""Where a case stands, in words: for its head, the slots and the lists (design: dot and words)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.wording.words import Words
from servicing.models import Centre, Service, Stretch
from servicing.rules.steps import State

NEEDS_YOU, IN_SERVICING, WAITS = "needs-you", "servicing", "checking"

_STANDS: dict[State, tuple[str, Words]] = {
    State.RECEIVED: (IN_SERVICING, gettext_lazy("At the centre")),
    State.INSPECTED: (IN_SERVICING, gettext_lazy("Inspected")),
    State.ESTIMATE_SENT: (NEEDS_YOU, gettext_lazy("Estimate waits for you")),
    State.ACCEPTED: (IN_SERVICING, gettext_lazy("Estimate accepted")),
    State.DECLINED: (IN_SERVICING, gettext_lazy("Estimate declined, comes back unrepaired")),
    State.IN_REPAIR: (IN_SERVICING, gettext_lazy("In repair")),
    State.AWAITING_PARTS: (WAITS, gettext_lazy("Waits for parts")),
    State.QUALITY_CHECK: (IN_SERVICING, gettext_lazy("Quality check")),
    State.SHIPPED: (IN_SERVICING, gettext_lazy("On its way to you")),
    State.RETURNED: (IN_SERVICING, gettext_lazy("On its way to you, unrepaired")),
    State.BEYOND_REPAIR: (IN_SERVICING, gettext_lazy("On its way to you, beyond repair")),
    State.CLOSED: ("", gettext_lazy("Closed")),
    State.CANCELLED: ("", gettext_lazy("Cancelled")),
    State.EXPIRED: ("", gettext_lazy("Request expired")),
}
# What a service is called beside a product: "EOS R5 Mark II, repair".
SERVICE_AFTER: dict[str, Words] = {
    Service.REPAIR.value: gettext_lazy("repair"),
    Service.MAINTENANCE.value: gettext_lazy("maintenance"),
    Service.UPGRADE.value: gettext_lazy("upgrade"),
}
SERVICE_NAMES: dict[str, Words] = {service.value: service.label for service in Service}


@dataclass(frozen=True, slots=True)
class Stands:
    """A state: its dot ("" where it is over) and its words."""

    dot: str
    words: str


def stands(state: str, *, lane: str, tracking: str = "") -> Stands:
    """Where a case stands, as its member reads it."""
    if state == State.REQUESTED:
        if tracking:
            return Stands(WAITS, _("On its way to the centre"))
        return Stands(NEEDS_YOU, _("Send it in"))
    dot, words = _STANDS[State(state)]
    if lane == Stretch.Lane.QUEUED and state == State.RECEIVED:
        return Stands(WAITS, _("At the centre, waits for a slot"))
    return Stands(dot, str(words))


def centre_words(centre: Centre) -> str:
    """A centre by its name; one that is made up says so."""
    return _("%(centre)s (demo)") % {"centre": centre.name} if centre.is_demo else centre.name
