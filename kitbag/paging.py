"""Pages by key: where a list goes on, as a short text in an address (no offsets, no counting)."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

# The name of a sorting key and whether it runs downwards; the last key of a list makes it unique.
Key = tuple[str, bool]
_BIGGEST = 2**31 - 1
_BIGGEST_KEY = 2**63 - 1
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a list, and the keys where it goes on before and after them; "" where it does not."""

    rows: list[Any]
    before: str
    after: str


def slice_of(rows: QuerySet[Any, Any], keys: Sequence[Key], *, after: str, before: str, limit: int) -> Slice:
    """The rows, models or their values, after or before a key; a key that is none gives the first ones."""
    start, backwards = decoded(before or after, keys), bool(before)
    if start is None:
        backwards = False
    else:
        rows = rows.filter(_beyond(keys, start, backwards=backwards))
    order = [f"-{name}" if descending != backwards else name for name, descending in keys]
    found = list(rows.order_by(*order)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_before, has_after = (more, True) if backwards else (start is not None, more)
    return Slice(
        found,
        before=_encoded(found[0], keys) if found and has_before else "",
        after=_encoded(found[-1], keys) if found and has_after else "",
    )


def _beyond(keys: Sequence[Key], start: Sequence[Any], *, backwards: bool) -> Q:
    """Rows that come after a key (before it, backwards), compared key by key."""
    found, same = Q(), Q()
    for (name, descending), value in zip(keys, start, strict=True):
        found |= same & Q(**{f"{name}__{'lt' if descending != backwards else 'gt'}": value})
        same &= Q(**{name: value})
    return found


def _encoded(row: Any, keys: Sequence[Key]) -> str:
    """The key of a row, for an address."""
    values = [row[name] if isinstance(row, dict) else getattr(row, name) for name, _descending in keys]
    plain = [value if isinstance(value, int) else _text(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def decoded(key: str, keys: Sequence[Key]) -> list[Any] | None:
    """The values of a key that came back in an address; None where it is not one of ours."""
    if not key or len(key) > _LONGEST:
        return None
    try:
        plain = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return [_checked(name, value) for (name, _descending), value in zip(keys, plain, strict=True)]
    except (ValueError, TypeError, RecursionError):
        return None


def _checked(name: str, value: Any) -> Any:
    """One value of a key in its own type. Raises ValueError for anything else."""
    if name in ("points", "id"):
        if type(value) is not int or not 0 <= value <= (_BIGGEST if name == "points" else _BIGGEST_KEY):
            raise ValueError(name)
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(name)
    if name == "pk":
        return UUID(value)
    if name.endswith("_at") or name == "at":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(name)
        return moment
    value.encode()
    return value
