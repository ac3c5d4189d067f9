"""What they own and what it is worth: catalogue, kit items, points facts and the standing."""

from kitbag.models.catalogue import CatalogueLoad, FamilyName, LifecycleMark, Product, SearchName, Stage
from kitbag.models.kit import (
    FormerNumber,
    ItemEvent,
    KitItem,
    ProposedEdit,
    RemovalReason,
    StolenUnit,
    WaitingReason,
)
from kitbag.models.night import Night
from kitbag.models.points import Hold, LevelChange, Spell, Standing, Valuation

__all__ = [
    "CatalogueLoad",
    "FamilyName",
    "FormerNumber",
    "Hold",
    "ItemEvent",
    "KitItem",
    "LevelChange",
    "LifecycleMark",
    "Night",
    "Product",
    "ProposedEdit",
    "RemovalReason",
    "SearchName",
    "Spell",
    "Stage",
    "Standing",
    "StolenUnit",
    "Valuation",
    "WaitingReason",
]
