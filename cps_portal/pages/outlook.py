"""What lies ahead of a member's level, in sentences: until when it is safe, what falls, what would keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cps_portal.pages.counting import in_words, sentence
from cps_portal.pages.needs import Waiting
from kitbag.rules.statement import Facts, Line, keeps_level, loses_level
from kitbag.standing import Stands
from members.models import Level
from members.rules.levels import Thresholds

# How many waiting items are tried for one that would keep the level.
TRIED = 12


@dataclass(frozen=True, slots=True)
class Outlook:
    """Until the loss of the level where there is one, else until the last announced fall.

    `keeper` is a waiting item that alone would keep the level on every day ahead.
    """

    stands: Stands
    thresholds: Thresholds
    loss: Line | None
    falls: int
    fall_points: int
    falls_by: date | None
    keeper: Waiting | None

    @property
    def is_kept(self) -> bool:
        """Whether a hold keeps the level above what the points give."""
        return self.stands.level > self.thresholds.level_for(self.stands.points)


def tried(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The items that are tried as keepers: those one can act on first."""
    return sorted(waiting, key=lambda item: not item.needs_member)[:TRIED]


def outlook(
    facts: Facts,
    ahead: Sequence[Line],
    waiting: Sequence[Waiting],
    *,
    stands: Stands,
    today: date,
) -> Outlook:
    """`ahead` are the announced lines; `facts` hold the steps of the waiting products that are tried."""
    loss = loses_level(ahead, level=stands.level)
    falls = [line for line in ahead if line.change < 0 and (loss is None or line.day <= loss.day)]
    keeper = None
    if loss:
        keeper = next(
            (
                item
                for item in tried(waiting)
                if keeps_level(
                    facts,
                    ahead,
                    facts.steps.get(item.product, ()),
                    total=stands.points,
                    level=stands.level,
                    today=today,
                )
            ),
            None,
        )
    return Outlook(
        stands=stands,
        thresholds=facts.thresholds_on(today),
        loss=loss,
        falls=len(falls),
        fall_points=-sum(line.change for line in falls),
        falls_by=falls[-1].day if falls else None,
        keeper=keeper,
    )


def safe_words(view: Outlook) -> str:
    """The short sentence that comes first."""
    if view.loss:
        return _("%(level)s is safe until %(day)s.") % {
            "level": view.stands.level.label,
            "day": date_format(view.loss.day - timedelta(days=1), "j M Y"),
        }
    if not view.stands.level:
        return _("Every level begins with one product.") if not view.stands.points else ""
    return _("Nothing announced lowers your level.")


def reason_words(view: Outlook) -> str:
    """Where no fall costs the level: what does."""
    if view.loss is None:
        return ""
    values = {"level": Level(view.loss.level or 0).label}
    if view.loss.kind == "hold_ends":
        return _("After that day CPS no longer holds it, and your points give %(level)s.") % values
    if view.loss.kind == "thresholds":
        return _("New thresholds begin the day after; your points then give %(level)s.") % values
    return ""


def falls_words(view: Outlook) -> str:
    """Four announced falls take 515 points by 14 Sep 2027."""
    if not view.falls_by:
        return ""
    return sentence(
        ngettext(
            "%(falls)s announced fall takes %(points)s points on %(day)s.",
            "%(falls)s announced falls take %(points)s points by %(day)s.",
            view.falls,
        )
        % {
            "falls": in_words(view.falls),
            "points": f"{view.fall_points:,}",
            "day": date_format(view.falls_by, "j M Y"),
        }
    )


def bring_words(view: Outlook) -> str:
    """By 14 Sep 2027 four announced falls would bring you to 988."""
    if not (view.loss and view.falls_by):
        return falls_words(view)
    return ngettext(
        "On %(day)s %(falls)s announced fall would bring you to %(total)s.",
        "By %(day)s %(falls)s announced falls would bring you to %(total)s.",
        view.falls,
    ) % {
        "day": date_format(view.falls_by, "j M Y"),
        "falls": in_words(view.falls),
        "total": f"{view.loss.total:,}",
    }


def next_words(view: Outlook) -> str:
    """How far the next level is; where a hold keeps today's, what the points alone would give."""
    if view.is_kept:
        return _("CPS keeps %(level)s for you; your points alone give %(own)s.") % {
            "level": view.stands.level.label,
            "own": Level(view.thresholds.level_for(view.stands.points)).label,
        }
    above = view.thresholds.next_above(view.stands.level)
    if above is None:
        return ""
    gap = above[1] - view.stands.points
    return ngettext("%(points)s point more makes you %(level)s.", "%(points)s points more make you %(level)s.", gap) % {
        "points": f"{gap:,}",
        "level": Level(above[0]).label,
    }
