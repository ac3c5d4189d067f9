"""Who they are: people, members, country terms, thresholds and messages."""

from members.models.levels import Level, Threshold
from members.models.message import Message
from members.models.people import Acceptance, Member, User
from members.models.terms import BenefitClass, CountryTerms

__all__ = [
    "Acceptance",
    "BenefitClass",
    "CountryTerms",
    "Level",
    "Member",
    "Message",
    "Threshold",
    "User",
]
