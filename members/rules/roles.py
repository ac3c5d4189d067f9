"""Which role may do what on the staff pages (programme §10).

Permissions are "app.codename", Django's own. A role's group is filled from this table by a migration
(servicing/migrations/0003 and later ones), which keeps a copy of the values of its day; a test holds the two
together.

What a permission opens where a page writes nothing by itself:

- kitbag.change_kititem, kitbag.change_proposededit: deciding on waiting items and proposed edits
- kitbag.change_claim: deciding between two members
- kitbag.add_replytemplate, kitbag.change_replytemplate: the replies offered where staff ask or reject
- kitbag.add_hold, kitbag.change_hold: keeping a level, moving the end of a hold
- kitbag.add_lifecyclemark, kitbag.add_valuation: planning a product's stages, setting a value; the first one
  also gives the reason for telling members of a drop on short notice
- members.add_threshold: planning thresholds
- members.change_message: trying a parked message again
- servicing.change_case: the bench and what it does with a case of one's own centre: receiving, intake, estimates,
  steps, messages, photos, tracking
- servicing.add_visitor: booking in a visitor from another CPS region
- servicing.change_loan: booking a loan for a member, handing it over, taking it back, extending it
- servicing.change_centretask: marking a task of the centre as done
- servicing.add_loansuspension: no loans for a member until a day
- servicing.add_packbatch, servicing.change_welcomepack: picking packs, putting one back, printing, marking as sent
- servicing.add_welcomepack: approving the card that replaces a lost one
- servicing.add_cardrevocation: making a digital card invalid
- servicing.add_offercode: giving an offer its codes
- servicing.change_booking, servicing.add_eventvisitor: checking in who comes to an event
- servicing.view_dayfigures: the reports of the desk
- members.change_thread: answering in a thread, closing it
- members.add_membersuspension, members.change_membersuspension: suspending a membership, lifting it
- members.add_closing: closing an account as if its member had asked
- members.add_acting: acting on a member's behalf, on the member's own pages; never centre staff
- members.add_formerimport, members.change_formeraccount: reading in old accounts, inviting their people

Centre staff work at one centre (servicing.CentreClerk) and see its rows only, whatever other role they hold;
without a centre they see none (servicing/admin/scoped.py).

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
# Whose desk an item is on, and what is written from there.
DESK = ("kitbag.reviewlease", "kitbag.replytemplate")
PAPERS = ("kitbag.kitlist", "kitbag.kitimport")
LEVELS = ("kitbag.standing", "kitbag.levelchange", "kitbag.hold", "kitbag.dropnotice")
CENTRES = ("servicing.centre", "servicing.openinghours", "servicing.datedhours")
CLERKS = ("servicing.centreclerk",)
# What a centre's own people read of its cases; places and drafts are the member's.
BENCH = (
    "servicing.case",
    "servicing.stretch",
    "servicing.caseevent",
    "servicing.estimate",
    "servicing.estimateline",
    "servicing.intake",
    "servicing.casefile",
    "servicing.visitor",
    "servicing.loan",
    "servicing.loanunit",
    "servicing.centretask",
)
OF_MEMBERS = ("servicing.slothold", "servicing.casedraft", "servicing.loansuspension")
SERVICING = (*CENTRES, *CLERKS, *BENCH, *OF_MEMBERS)
THREADS = ("members.thread", "members.post", "members.postfile")
FORMER = ("members.formerimport", "members.formeraccount")
# What members do with their own data, and who looked at them.
PRIVACY = (
    "members.address",
    "members.closing",
    "members.countrymove",
    "members.dataexport",
    "members.emailchange",
    "members.stafflook",
    "members.membersuspension",
    "members.acting",
    "members.actingstep",
)
DATA = ("members.dataimport", "members.planrequest")
CONTENTS = ("servicing.packcontents", "servicing.giftstock")
PACKS = ("servicing.packbatch", "servicing.welcomepack")
CARDS = ("servicing.cardrevocation",)
OFFERS = ("servicing.offer", "servicing.offercode")
EVENTS = ("servicing.event", "servicing.booking", "servicing.eventvisitor")
BENEFITS = (*CONTENTS, *PACKS, *CARDS, *OFFERS, *EVENTS)
CHECK_IN = frozenset({"servicing.change_booking", "servicing.add_eventvisitor"})
HOUSE = (
    "kitbag.night",
    "kitbag.fullcheck",
    "auth.group",
    "admin.logentry",
    "members.staffchange",
    "servicing.dayfigures",
)
EVERYTHING = (
    *PEOPLE,
    *TERMS,
    *CATALOGUE,
    *KIT,
    *DESK,
    *PAPERS,
    *LEVELS,
    *SERVICING,
    *THREADS,
    *FORMER,
    *PRIVACY,
    *BENEFITS,
    *HOUSE,
    *DATA,
)


def _may(act: str, models: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{app}.{act}_{name}" for app, name in (model.split(".") for model in models))


MAY: Mapping[Role, frozenset[str]] = {
    Role.MEMBER_CARE: _may(
        "view", (*PEOPLE, *TERMS, *LEVELS, *KIT, *DESK, *PAPERS, "kitbag.product", "kitbag.valuation")
    )
    | _may("view", (*SERVICING, *THREADS, *FORMER, *PRIVACY, *BENEFITS))
    | {"kitbag.add_hold", "kitbag.change_hold", "members.change_message", "servicing.add_loansuspension"}
    | {"members.change_thread", "members.add_formerimport", "members.change_formeraccount"}
    | {"servicing.add_welcomepack", "servicing.add_cardrevocation"}
    | {"servicing.view_dayfigures"}
    | {"members.add_membersuspension", "members.change_membersuspension", "members.add_closing", "members.add_acting"}
    | CHECK_IN,
    Role.VALIDATION: _may("view", (*KIT, *DESK, "kitbag.product", "members.member"))
    | {"kitbag.add_replytemplate", "kitbag.change_replytemplate"}
    | {"kitbag.change_kititem", "kitbag.change_proposededit", "kitbag.change_claim"},
    Role.CENTRE_STAFF: _may("view", ("kitbag.product", "members.countryterms", "servicing.serviceterms"))
    | _may("view", (*CENTRES, *BENCH))
    | _may("change", ("servicing.case", "servicing.loan", "servicing.loanunit", "servicing.centretask"))
    | _may("add", ("servicing.loanunit", "servicing.visitor")),
    Role.LOGISTICS: _may("view", (*CONTENTS, *PACKS))
    | _may("add", (*CONTENTS, "servicing.packbatch"))
    | _may("change", ("servicing.packcontents", "servicing.welcomepack"))
    | _may("delete", ("servicing.packcontents",)),
    Role.PROGRAMME_MANAGER: _may("view", (*CATALOGUE, *TERMS, "kitbag.night", "kitbag.fullcheck", "kitbag.hold"))
    | _may("add", ("members.countryterms", "servicing.serviceterms", "members.threshold"))
    | _may("change", ("members.countryterms", "servicing.serviceterms", "kitbag.product"))
    | _may("delete", ("members.countryterms", "servicing.serviceterms"))
    | _may("view", (*CENTRES, *CLERKS, "servicing.loanunit"))
    | _may("add", (*CENTRES, *CLERKS))
    | _may("change", (*CENTRES, *CLERKS))
    # A weekday on which a centre stays closed has no hours; a clerk may leave.
    | _may("delete", ("servicing.openinghours", "servicing.datedhours", *CLERKS))
    | {"kitbag.add_lifecyclemark", "kitbag.add_valuation", "kitbag.change_hold"}
    | _may("view", DATA)
    | {f"kitbag.{act}_replytemplate" for act in ("view", "add", "change")}
    | _may("view", (*CONTENTS, *OFFERS, *EVENTS, "servicing.dayfigures"))
    | _may("add", ("servicing.packcontents", *OFFERS, "servicing.event"))
    | _may("change", ("servicing.packcontents", "servicing.offer", "servicing.event"))
    | _may("delete", ("servicing.packcontents",))
    | CHECK_IN,
    Role.AUDITOR: _may("view", EVERYTHING),
}
