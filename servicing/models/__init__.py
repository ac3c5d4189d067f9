"""What levels give: terms, centres, cases, loans, offers, welcome packs, cards and events."""

from servicing.models.cases import Case, CaseState, SendBy, Visitor
from servicing.models.centres import Centre, CentreClerk, DatedHours, Kind, OpeningHours, Weekday
from servicing.models.estimates import Estimate, EstimateLine
from servicing.models.events import Booking, Event, EventVisitor
from servicing.models.figures import DayFigures
from servicing.models.loans import CentreTask, Loan, LoanSuspension, LoanUnit
from servicing.models.offers import Offer, OfferCode
from servicing.models.packs import CardRevocation, GiftStock, PackBatch, PackContents, WelcomePack
from servicing.models.papers import CaseDraft, CaseFile, Intake
from servicing.models.stretches import CaseEvent, SlotHold, Stretch
from servicing.models.terms import Service, ServiceTerms

__all__ = [
    "Booking",
    "CardRevocation",
    "Case",
    "CaseDraft",
    "CaseEvent",
    "CaseFile",
    "CaseState",
    "Centre",
    "CentreClerk",
    "CentreTask",
    "DatedHours",
    "DayFigures",
    "Estimate",
    "EstimateLine",
    "Event",
    "EventVisitor",
    "GiftStock",
    "Intake",
    "Kind",
    "Loan",
    "LoanSuspension",
    "LoanUnit",
    "Offer",
    "OfferCode",
    "OpeningHours",
    "PackBatch",
    "PackContents",
    "SendBy",
    "Service",
    "ServiceTerms",
    "SlotHold",
    "Stretch",
    "Visitor",
    "Weekday",
    "WelcomePack",
]
