"""What levels give: the terms of each country by level and service, centres, cases, and loans."""

from servicing.models.cases import Case, CaseState, SendBy, Visitor
from servicing.models.centres import Centre, CentreClerk, DatedHours, Kind, OpeningHours, Weekday
from servicing.models.estimates import Estimate, EstimateLine
from servicing.models.loans import CentreTask, Loan, LoanSuspension, LoanUnit
from servicing.models.papers import CaseDraft, CaseFile, Intake
from servicing.models.stretches import CaseEvent, SlotHold, Stretch
from servicing.models.terms import Service, ServiceTerms

__all__ = [
    "Case",
    "CaseDraft",
    "CaseEvent",
    "CaseFile",
    "CaseState",
    "Centre",
    "CentreClerk",
    "CentreTask",
    "DatedHours",
    "Estimate",
    "EstimateLine",
    "Intake",
    "Kind",
    "Loan",
    "LoanSuspension",
    "LoanUnit",
    "OpeningHours",
    "SendBy",
    "Service",
    "ServiceTerms",
    "SlotHold",
    "Stretch",
    "Visitor",
    "Weekday",
]
