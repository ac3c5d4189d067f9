"""What somebody has to hear of when the night or the full check is not as it should be (programme §5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kitbag.models import FullCheck, Night
from members.rules.days import day_begins

NIGHT_WITHIN = timedelta(hours=26)
CHECK_WITHIN = timedelta(hours=50)


def alarms(*, at: datetime) -> Iterator[str]:
    """A sentence for each; none means all is well.

    A night lies where its day begins: one that is caught up late does not hide that today's is missing.
    """
    last = Night.objects.last_complete_day()
    if last is None:
        yield "No night has ever been completed."
    elif at - day_begins(last) > NIGHT_WITHIN:
        hours = int((at - day_begins(last)).total_seconds() // 3600)
        under_way = Night.objects.filter(completed_at=None).first()
        more = f" That of {under_way.day} began {_moment(under_way.begun_at)} and is not complete." if under_way else ""
        yield f"The last complete night is that of {last}, {hours} hours ago.{more}"
    check = FullCheck.objects.filter(completed_at__isnull=False).first()
    if check is not None and check.differing:
        yield (
            f"The full check of {_moment(check.begun_at)} found that {check.differing} of {check.members} standings"
            f" differ from the facts; first: {check.findings[0]}."
        )
    newest = check or FullCheck.objects.first()
    if newest is not None and at - newest.begun_at > CHECK_WITHIN:
        yield f"No full check has been completed since {_moment(newest.begun_at)}."


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
