"""The first five minutes of a new member: what is worth doing now, each step gone from the list of things when done."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Member

NEW_FOR = timedelta(days=30)


def steps_of(member: Member, *, has_kit: bool, gaps: bool, now: datetime) -> dict[str, Any] | None:
    """The steps with what is done; None once all are, or the member is not new and has kit.

    `gaps`: something in the kitbag waits for its member. Without a product there are no details to complete.
    """
    rows: list[dict[str, Any]] = [
        {
            "title": _("Confirm your e-mail"),
            "text": _("You are a member, at once."),
            "done": True,
        },
        {
            "title": _("Add your first product"),
            "text": _(
                "Search the catalogue for a camera, a lens or anything else you own. You see its points at once."
            ),
            "action": _("Add to kitbag"),
            "href": reverse("kitbag-add"),
            "done": has_kit,
        },
        {
            "title": _("Complete its details"),
            "text": _("Serial number, country, date and store of purchase: with them its points count."),
            "action": _("Complete details"),
            "href": reverse("kitbag-doctor"),
            "done": not gaps,
            "left_out": not has_kit,
        },
        {
            "title": _("Say what you photograph or film"),
            "text": _("It helps us to plan events and offers."),
            "action": _("Choose your field"),
            "href": f"{reverse('account')}#id_field",
            "done": bool(member.field),
        },
    ]
    rows = [row for row in rows if not row.get("left_out")]
    open_rows = [row for row in rows if not row["done"]]
    if not open_rows or (has_kit and member.joined_at + NEW_FOR <= now):
        return None
    open_rows[0]["is_next"] = True
    return {"rows": rows, "count": f"{len(rows) - len(open_rows)}/{len(rows)}"}
