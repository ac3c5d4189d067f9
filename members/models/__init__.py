"""Who they are: people, members, country terms, thresholds, messages, threads, and what becomes of their data."""

from members.models.care import Acting, ActingStep, MemberSuspension
from members.models.data import DataImport, PlanRequest
from members.models.former import FormerAccount, FormerImport
from members.models.levels import Level, Threshold
from members.models.message import Message
from members.models.people import Acceptance, Field, Member, User
from members.models.privacy import Address, Closing, CountryMove, DataExport, EmailChange, StaffLook
from members.models.terms import BenefitClass, CountryTerms
from members.models.threads import Post, PostFile, Thread, Topic
from members.models.trail import StaffChange

__all__ = [
    "Acceptance",
    "Acting",
    "ActingStep",
    "Address",
    "BenefitClass",
    "Closing",
    "CountryMove",
    "CountryTerms",
    "DataExport",
    "DataImport",
    "EmailChange",
    "Field",
    "FormerAccount",
    "FormerImport",
    "Level",
    "Member",
    "MemberSuspension",
    "Message",
    "PlanRequest",
    "Post",
    "PostFile",
    "StaffChange",
    "StaffLook",
    "Thread",
    "Threshold",
    "Topic",
    "User",
]
