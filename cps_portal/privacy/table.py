"""How the register says what a table holds about people, and what becomes of it when an account is closed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cps_portal.privacy.subjects import Subject


class Kind(StrEnum):
    """What a field holds. Contact: how to reach a person. Proof: papers and photos, their names and fingerprints."""

    NONE = "none"
    PERSONAL = "personal"
    CONTACT = "contact"
    PROOF = "proof"


class Ends(StrEnum):
    """What becomes of a member's rows when they close their account."""

    KEPT = "kept"  # nothing in them says who it was
    EMPTIED = "emptied"  # fields about the person are emptied, the rest stays
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Theirs:
    """How rows belong to a person: the lookup that leads to their Member or User.

    `hides`: fields in such rows that are somebody else's. `shown`: which of the rows a copy of the data holds.
    """

    path: str
    of_user: bool = False
    hides: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One model: its subject (purpose and retention), every field in its class, and what closing does.

    Fields are named in a text, separated by spaces. `withheld`: never in a copy. `left`: what stands in a field
    afterwards, where that is not its empty value. `codes`: keys of JSON facts that say nothing of a person and stay.
    `shelf`: the setting of STORAGES where its files lie.
    """

    subject: Subject
    none: str = ""
    personal: str = ""
    contact: str = ""
    proof: str = ""
    theirs: tuple[Theirs, ...] = ()
    ends: Ends = Ends.KEPT
    withheld: str = ""
    left: Mapping[str, Callable[[datetime], Any]] = field(default_factory=dict)
    codes: str = ""
    shelf: str = ""

    def classed(self) -> Iterator[tuple[str, Kind]]:
        """Every field that is named, with its class; twice where it is named twice."""
        for kind in Kind:
            yield from ((name, kind) for name in str(getattr(self, kind.value)).split())

    def about_people(self) -> list[str]:
        """The fields that hold something about a person."""
        return [name for name, kind in self.classed() if kind != Kind.NONE]


def of_member(path: str = "member", **more: Any) -> Theirs:
    return Theirs(path, **more)


def of_user(path: str = "user", **more: Any) -> Theirs:
    return Theirs(path, of_user=True, **more)
