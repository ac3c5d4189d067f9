"""Staff pages about kit, catalogue, levels and the night. Values and decisions change through operations only."""

from kitbag.admin import (
    catalogue,
    claims,
    edits,
    imports,
    item_facts,
    kit,
    levels,
    lists,
    nights,
    plans,
    proofs,
    replies,
)

__all__ = [
    "catalogue",
    "claims",
    "edits",
    "imports",
    "item_facts",
    "kit",
    "levels",
    "lists",
    "nights",
    "plans",
    "proofs",
    "replies",
]
