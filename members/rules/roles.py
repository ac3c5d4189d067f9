"""Which role may do what on the staff pages (programme §10).

Permissions are "app.codename", Django's own. A role's group is filled from this table by a migration
(servicing/migrations/0003 and later ones), which keeps a copy of the values of its day; a test holds the two
together.

What a permission opens where a page writes nothing by itself:

- kitbag.change_kititem, kitbag.change_proposededit: deciding on waiting items and proposed edits
- kitbag.change_claim: deciding between two members
- kitbag.add_hold, kitbag.change_hold: keeping a level, moving the end of a hold
- kitbag.add_lifecyclemark, kitbag.add_valuation: planning a product's stages, setting a value; the first one
  also gives the reason for telling members of a drop on short notice
- members.add_threshold: planning thresholds
- members.change_message: trying a parked message again

Staff accounts are the superuser's alone.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The roles by the name of their group."""

    MEMBER_CARE = "Member care"
    VALIDATION = "Validation"
    CENTRE_STAFF = "Centre staff"
    LOGISTICS = "Logistics"
    PROGRAMME_MANAGER = "Programme manager"
    AUDITOR = "Auditor"


PEOPLE = ("members.member", "members.user", "members.acceptance", "members.message")
TERMS = ("members.countryterms", "members.threshold", "servicing.serviceterms")
CATALOGUE = (
    "kitbag.product",
    "kitbag.searchname",
    "kitbag.lifecyclemark",
    "kitbag.catalogueload",
    "kitbag.valuation",
)
KIT = (
    "kitbag.kititem",
    "kitbag.proposededit",
    "kitbag.itemevent",
    "kitbag.stolenunit",
    "kitbag.formernumber",
    "kitbag.spell",
    "kitbag.claim",
    "kitbag.proof",
    "kitbag.proofopening",
)
PAPERS = ("kitbag.kitlist", "kitbag.kitimport")
LEVELS = ("kitbag.standing", "kitbag.levelchange", "kitbag.hold", "kitbag.dropnotice")
HOUSE = ("kitbag.night", "kitbag.fullcheck", "auth.group", "admin.logentry")
EVERYTHING = (*PEOPLE, *TERMS, *CATALOGUE, *KIT, *PAPERS, *LEVELS, *HOUSE)


def _may(act: str, models: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{app}.{act}_{name}" for app, name in (model.split(".") for model in models))


MAY: Mapping[Role, frozenset[str]] = {
    Role.MEMBER_CARE: _may("view", (*PEOPLE, *TERMS, *LEVELS, *KIT, *PAPERS, "kitbag.product", "kitbag.valuation"))
    | {"kitbag.add_hold", "kitbag.change_hold", "members.change_message"},
    Role.VALIDATION: _may("view", (*KIT, "kitbag.product", "members.member"))
    | {"kitbag.change_kititem", "kitbag.change_proposededit", "kitbag.change_claim"},
    # Their own centre's cases and units only: there are none yet, so the catalogue and the terms.
    Role.CENTRE_STAFF: _may("view", ("kitbag.product", "members.countryterms", "servicing.serviceterms")),
    Role.LOGISTICS: frozenset(),
    Role.PROGRAMME_MANAGER: _may("view", (*CATALOGUE, *TERMS, "kitbag.night", "kitbag.fullcheck", "kitbag.hold"))
    | _may("add", ("members.countryterms", "servicing.serviceterms", "members.threshold"))
    | _may("change", ("members.countryterms", "servicing.serviceterms", "kitbag.product"))
    | _may("delete", ("members.countryterms", "servicing.serviceterms"))
    | {"kitbag.add_lifecyclemark", "kitbag.add_valuation", "kitbag.change_hold"},
    Role.AUDITOR: _may("view", EVERYTHING),
}
