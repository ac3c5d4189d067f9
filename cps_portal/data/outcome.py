"""What bringing data in says: who does it and why, and what each row came to."""

from collections.abc import Callable
from dataclasses import dataclass

from members.models import User

NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Said:
    """Who brings the data in, why, and why on short notice; `tick` is told of rows dealt with: one, or how many."""

    by: User
    reason: str
    short_notice: str = ""
    tick: Callable[..., object] = bool


@dataclass(frozen=True, slots=True)
class Done:
    """What a row came to: new, changed (from what to what) or the same."""

    what: str
    label: str
    changes: str = ""
