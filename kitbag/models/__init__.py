"""What they own and what it is worth: catalogue, kit items, points facts and the standing."""

from kitbag.models.catalogue import CatalogueLoad, FamilyName, LifecycleMark, Product, SearchName, Stage
from kitbag.models.claims import Claim
from kitbag.models.imports import KitImport
from kitbag.models.kit import (
    FormerNumber,
    ItemEvent,
    KitItem,
    ProposedEdit,
    RemovalReason,
    StolenUnit,
    WaitingReason,
)
from kitbag.models.lists import KitList
from kitbag.models.night import FullCheck, Night
from kitbag.models.notices import DropNotice
from kitbag.models.points import Hold, LevelChange, Spell, Standing, Valuation
from kitbag.models.proofs import Proof, ProofOpening
from kitbag.models.review import ReplyTemplate, ReviewLease

__all__ = [
    "CatalogueLoad",
    "Claim",
    "DropNotice",
    "FamilyName",
    "FormerNumber",
    "FullCheck",
    "Hold",
    "ItemEvent",
    "KitImport",
    "KitItem",
    "KitList",
    "LevelChange",
    "LifecycleMark",
    "Night",
    "Product",
    "Proof",
    "ProofOpening",
    "ProposedEdit",
    "RemovalReason",
    "ReplyTemplate",
    "ReviewLease",
    "SearchName",
    "Spell",
    "Stage",
    "Standing",
    "StolenUnit",
    "Valuation",
    "WaitingReason",
]
