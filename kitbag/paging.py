"""Pages by key: where a list goes on, as a short text in an address (no offsets, no counting)."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

# The name of a sorting key and whether it runs downwards; the last key of a list makes it unique.
Key = tuple[str, bool]
_BIGGEST = 2**31 - 1
_LONGEST = 600


def beyond(keys: Sequence[Key], start: Sequence[Any], *, backwards: bool) -> Q:
    """Rows that come after a key (before it, backwards), compared key by key."""
    found, same = Q(), Q()
    for (name, descending), value in zip(keys, start, strict=True):
        found |= same & Q(**{f"{name}__{'lt' if descending != backwards else 'gt'}": value})
        same &= Q(**{name: value})
    return found


def encoded(values: dict[str, Any], keys: Sequence[Key]) -> str:
    """The key of a row, for an address."""
    plain = [values[name] if isinstance(values[name], int) else _text(values[name]) for name, _descending in keys]
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
    if name == "points":
        if type(value) is not int or not 0 <= value <= _BIGGEST:
            raise ValueError(name)
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(name)
    if name == "pk":
        return UUID(value)
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(name)
        return moment
    value.encode()
    return value
