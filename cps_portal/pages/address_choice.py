"""One of the addresses that a member keeps, put into a form by a button of it; what else was typed stays."""

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import HttpRequest

from members import addresses
from members.models import Address, Member

PARTS = ("name", "street", "postcode", "town", "country", "phone")
# The name of the buttons.
BUTTON = "address"


def parts_of(address: Address) -> dict[str, str]:
    """What a form asks of an address, by its names."""
    return {name: str(getattr(address, name)) for name in PARTS}


def is_asked(request: HttpRequest) -> bool:
    """Whether one of the buttons was pressed: nothing is kept then, and the form comes back."""
    return request.method == "POST" and BUTTON in request.POST


def begun_with(request: HttpRequest, member: Member) -> Mapping[str, Any]:
    """What was typed, with the chosen address in place of its own; an address that is gone changes nothing."""
    key = request.POST.get(BUTTON, "")
    chosen = next((parts_of(one) for one in addresses.kept_by(member) if str(one.pk) == key), {})
    return {**request.POST.dict(), **chosen}


def choices(member: Member, form: Form) -> list[dict[str, Any]]:
    """The addresses to choose from; none where the form says the only one already."""
    said = {name: str(form[name].value() or "").replace("\r\n", "\n") for name in PARTS if name in form.fields}
    rows = [
        {
            "key": one.pk,
            "label": one.label,
            "town": one.town,
            "is_here": said.items() <= parts_of(one).items(),
        }
        for one in addresses.kept_by(member)
    ]
    return [] if all(row["is_here"] for row in rows) else rows
