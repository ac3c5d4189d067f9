"""What two countries give together: the member's official one and the centre's (programme §6, §7).

The rule names targets and loans: the longer of the two targets, none if either gives none; a loan only where
both give one. Discount and free return shipping are read the same way: the smaller discount, and shipping only
where both give it. They are for Canon Service & Repair Centres only. Each country gives what its own class gives
at the benefit level: what is capped there for its own members is not more for those who travel.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from servicing.rules.eligibility import CentreKind

FEWEST_VIDEO_DAYS = 5


class Whose(StrEnum):
    """Which of the two decided."""

    HOME = "home"
    CENTRE = "centre"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Row:
    """One country's row for a level and a service; targets in working days, None for none."""

    target: int | None = None
    video_target: int | None = None
    loan: bool = False
    discount: Decimal = Decimal(0)
    free_shipping: bool = False

    def days(self, *, video: bool) -> int | None:
        return self.video_target if video else self.target


NOTHING = Row()


@dataclass(frozen=True, slots=True)
class Given:
    """What a member gets at a centre for one service. `loan_after`: working days after which a loan is due."""

    target: int | None
    whose_target: Whose
    home_target: int | None
    centre_target: int | None
    loan: bool
    loan_after: int | None
    discount: Decimal
    free_shipping: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be kept with a case; `from_json` gives the same back."""
        return asdict(self) | {"discount": str(self.discount), "whose_target": self.whose_target.value}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(**kept | {"discount": Decimal(kept["discount"]), "whose_target": Whose(kept["whose_target"])})


def together(home: Row, centre: Row, *, kind: CentreKind, video: bool) -> Given:
    """What both rows give at a centre of a kind; at home the two rows are the same one."""
    at_home, there = home.days(video=video), centre.days(video=video)
    target = None if at_home is None or there is None else max(at_home, there)
    whose = Whose.BOTH
    if at_home != there:
        whose = Whose.HOME if (target is not None and target == at_home) or at_home is None else Whose.CENTRE
    is_canon = kind == CentreKind.CANON
    loan = target is not None and home.loan and centre.loan
    # A video repair that takes more than five days gives the right, whatever the target (FAQ).
    after = min(target, FEWEST_VIDEO_DAYS) if target is not None and video else target
    return Given(
        target=target,
        whose_target=whose,
        home_target=at_home,
        centre_target=there,
        loan=loan,
        loan_after=after if loan else None,
        discount=min(home.discount, centre.discount) if is_canon else Decimal(0),
        free_shipping=is_canon and home.free_shipping and centre.free_shipping,
    )
