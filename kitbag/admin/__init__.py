"""Staff pages about kit, catalogue, levels and the night. Values and decisions change through operations only."""

from kitbag.admin import catalogue, edits, item_facts, kit, levels, nights, plans

__all__ = ["catalogue", "edits", "item_facts", "kit", "levels", "nights", "plans"]
