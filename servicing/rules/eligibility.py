"""Fast Track for one thing: yes or no with every reason, and the targets by kind of centre (programme §6).

A slot is asked for afterwards (servicing/slots.py): this is what the item, its member's terms and a centre say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from members.rules.levels import Rank, benefit_level


class CentreKind(StrEnum):
    CANON = "canon"
    PARTNER = "partner"


class No(StrEnum):
    """Why something does not qualify, in the order in which a page gives the reasons."""

    NOT_LISTED = "not_listed"
    UNSERVICEABLE = "unserviceable"
    DETAILS_MISSING = "details_missing"
    NOT_VALIDATED = "not_validated"
    LEVEL = "level"
    COUNTRY = "country"
    NO_TARGET = "no_target"
    CENTRE_KIND = "centre_kind"
    CENTRE_TARGET = "centre_target"


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked about. `video`: Cinema EOS and X series, which have targets of their own."""

    listed: bool
    video: bool
    serviceable: bool
    complete: bool
    validated: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """A member's level, their country's cap, and the days of the benefit level by service.

    `days` maps a service to its target and its video target in working days; None is no target.
    """

    level: int
    cap: int
    days: Mapping[str, tuple[int | None, int | None]]

    @property
    def benefit_level(self) -> Rank:
        return benefit_level(self.level, self.cap)

    @property
    def why_not(self) -> tuple[No, ...]:
        """Reasons that hold for everything this member owns."""
        reasons = []
        if self.level < Rank.SILVER:
            reasons.append(No.LEVEL)
        if self.cap < Rank.SILVER:
            reasons.append(No.COUNTRY)
        if not reasons and all(target is None for target, _video in self.days.values()):
            reasons.append(No.NO_TARGET)
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Target:
    service: str
    kind: CentreKind
    days: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes where there is no reason against it. Targets are working days at the centre, never guaranteed."""

    reasons: tuple[No, ...]
    targets: tuple[Target, ...]

    @property
    def qualifies(self) -> bool:
        return not self.reasons

    @property
    def best(self) -> int | None:
        """The shortest target of any service."""
        return min((target.days for target in self.targets), default=None)


def kinds_for(service: str) -> tuple[CentreKind, ...]:
    """Repairs count at partners too; maintenance and upgrade only at Canon Service & Repair Centres."""
    return (CentreKind.CANON, CentreKind.PARTNER) if service == "repair" else (CentreKind.CANON,)


def answer(thing: Thing, terms: Terms) -> Answer:
    """Whether a thing qualifies for Fast Track under a member's terms, and how fast."""
    reasons = []
    if not thing.listed:
        reasons.append(No.NOT_LISTED)
    if not thing.serviceable:
        reasons.append(No.UNSERVICEABLE)
    if not thing.complete:
        reasons.append(No.DETAILS_MISSING)
    elif not thing.validated:
        reasons.append(No.NOT_VALIDATED)
    reasons += terms.why_not
    if reasons:
        return Answer(tuple(reasons), ())
    targets = []
    for service, (plain, video) in terms.days.items():
        days = video if thing.video else plain
        if days is not None:
            targets += [Target(service, kind, days) for kind in kinds_for(service)]
    return Answer((), tuple(targets)) if targets else Answer((No.NO_TARGET,), ())


def at_centre(thing: Thing, terms: Terms, *, service: str, kind: CentreKind, target: int | None) -> tuple[No, ...]:
    """Why a thing does not go on Fast Track at a centre of a kind; empty where it does.

    `target` is what home terms and the centre's country give together (rules/terms.py), None for none.
    """
    reasons: list[No] = [reason for reason in answer(thing, terms).reasons if reason != No.NO_TARGET]
    if kind not in kinds_for(service):
        reasons.append(No.CENTRE_KIND)
    plain, video = terms.days.get(service, (None, None))
    if (video if thing.video else plain) is None and not set(reasons) & {No.LEVEL, No.COUNTRY}:
        reasons.append(No.NO_TARGET)
    elif target is None and not reasons:
        reasons.append(No.CENTRE_TARGET)
    return tuple(reasons)
