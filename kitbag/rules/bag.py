"""The what-if bag as an address tells it: `bag=<sku>` for one thing, `bag=<sku>*3` for three (programme §1)."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kitbag.rules.search_index import Entry

# Things in a bag, however many of one product.
MOST = 60
_ENTRY = re.compile(r"([A-Za-z0-9_-]{1,80})(?:\*([0-9]{1,3}))?")
NAME = "bag"


@dataclass(frozen=True, slots=True)
class Bag:
    """Skus in the order they were put in, each with how many; `is_cut`: an address held more than MOST."""

    counts: Mapping[str, int]
    is_cut: bool = False

    @property
    def things(self) -> int:
        return sum(self.counts.values())

    @property
    def is_full(self) -> bool:
        return self.things >= MOST

    @property
    def entries(self) -> list[str]:
        """As the address tells them."""
        return [sku if count == 1 else f"{sku}*{count}" for sku, count in self.counts.items()]

    def more(self, sku: str) -> "Bag":
        """With one more of a product; a full bag stays as it is."""
        return self if self.is_full else Bag({**self.counts, sku: self.counts.get(sku, 0) + 1}, self.is_cut)

    def fewer(self, sku: str) -> "Bag":
        """With one less of a product."""
        return self._with({other: count - (other == sku) for other, count in self.counts.items()})

    def without(self, sku: str) -> "Bag":
        """Without a product."""
        return self._with({other: count for other, count in self.counts.items() if other != sku})

    def only(self, known: Collection[str]) -> "Bag":
        """What is left of it where only some skus are known."""
        return self._with({sku: count for sku, count in self.counts.items() if sku in known})

    def _with(self, counts: Mapping[str, int]) -> "Bag":
        return Bag({sku: count for sku, count in counts.items() if count > 0}, self.is_cut)


def read(texts: Iterable[str]) -> Bag:
    """The bag of an address or a form. Any text is allowed; what is no entry falls away, what is too much too."""
    counts: dict[str, int] = {}
    room, is_cut = MOST, False
    for text in texts:
        if not (entry := _ENTRY.fullmatch(text)):
            continue
        wanted = int(entry[2] or 1)
        taken = min(wanted, room)
        is_cut = is_cut or taken < wanted
        if taken:
            counts[entry[1]] = counts.get(entry[1], 0) + taken
            room -= taken
    return Bag(counts, is_cut)


def query(bag: Bag, **others: str) -> str:
    """The bag as the query of an address, with other parts that are not empty; empty for nothing."""
    parts = [(NAME, entry) for entry in bag.entries] + [(name, text) for name, text in others.items() if text]
    return f"?{urlencode(parts, safe='*')}" if parts else ""


def reaching(entries: Iterable[Entry], points: int, *, most: int) -> list[Entry]:
    """Of each family the current product that gives enough points with the fewest; fewest points first.

    Of equals the newest, then by name: what somebody would most likely buy.
    """
    best: dict[str, tuple[int, int, str, Entry]] = {}
    for entry in entries:
        if entry.points < points or entry.stage != "current":
            continue
        rank = (entry.points, -(entry.year or 0), entry.name, entry)
        if entry.family not in best or rank[:3] < best[entry.family][:3]:
            best[entry.family] = rank
    return [rank[3] for rank in sorted(best.values(), key=lambda rank: rank[:3])[:most]]
