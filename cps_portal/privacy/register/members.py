"""The tables of the app `members`."""

from datetime import datetime
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection

from cps_portal.privacy.subjects import (
    ACTINGS,
    ADDRESSES,
    AUDIT,
    EMAIL_CHANGES,
    EXPORTS,
    FORMER,
    IDENTITY,
    LOOKS,
    MEMBERSHIP,
    MESSAGES,
    NOBODY,
    THREADS,
)
from cps_portal.privacy.table import Ends, Table, of_member, of_user
from members.rules.numbers import member_number


def nobodys_address(at: datetime) -> str:
    """An address that no mail reaches and nobody can have."""
    return f"{uuid4().hex}@closed.invalid"


def nobodys_number(at: datetime) -> str:
    """A number that was never on a card."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('member_number_seq')")
        return member_number(cursor.fetchone()[0])


TABLES = {
    "members.DataImport": Table(
        NOBODY,
        none="id kind state file_name text rows rows_done outcome mark reason short_notice by asked_at decided_by"
        " decided_at saved_at",
    ),
    "members.PlanRequest": Table(
        NOBODY, none="id title path entered impact state by asked_at decided_by decided_at why"
    ),
    "members.PostFile": Table(
        THREADS,
        none="id post content_type size",
        proof="file name digest",
        theirs=(of_user("post__thread__user"),),
        ends=Ends.GONE,
        shelf="threads",
    ),
    "members.Post": Table(
        THREADS,
        none="id thread from_staff by at",
        personal="words",
        theirs=(of_user("thread__user"),),
        ends=Ends.GONE,
    ),
    "members.Thread": Table(
        THREADS,
        none="id user language topic state opened_at changed_at",
        personal="name product serial",
        contact="email",
        theirs=(of_user(hides="name email"),),
        ends=Ends.GONE,
    ),
    "members.Message": Table(
        MESSAGES,
        none="id user kind created_at due_at leased_until tries sent_at parked_at unwanted",
        personal="about occasion facts sealed",
        contact="address last_error",
        theirs=(of_user(hides="address"),),
        ends=Ends.GONE,
        withheld="sealed leased_until tries last_error occasion",
    ),
    "members.Acceptance": Table(
        MEMBERSHIP,
        none="id member",
        personal="document version accepted_at",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.CountryMove": Table(
        MEMBERSHIP,
        none="id member at",
        personal="from_country to_country",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.Address": Table(
        ADDRESSES,
        none="id member is_first",
        contact="label name street postcode town region country phone",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.EmailChange": Table(
        EMAIL_CHANGES,
        none="id user changed_at undo_until undone_at",
        contact="old new",
        theirs=(of_user(),),
        ends=Ends.GONE,
    ),
    "members.DataExport": Table(
        EXPORTS,
        none="id user asked_at made_at expires_at size",
        personal="file",
        theirs=(of_user(),),
        ends=Ends.GONE,
        withheld="file",
        shelf="exports",
    ),
    "members.StaffLook": Table(
        LOOKS,
        none="id member by at",
        personal="role page",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    # Columns about people are not in it (members/trail.py); the reason goes with the rows that it speaks of.
    "members.StaffChange": Table(
        AUDIT,
        none="id at by role table row kind old new transaction",
        personal="why",
        ends=Ends.EMPTIED,
    ),
    "members.FormerAccount": Table(
        FORMER,
        none="id source invited_at member claimed_at",
        personal="name country photo_level video_level kit",
        contact="email",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.FormerImport": Table(NOBODY, none="id imported_at digest file_name accounts"),
    "members.ActingStep": Table(
        ACTINGS,
        none="id acting at",
        personal="page",
        theirs=(of_member("acting__member"),),
        ends=Ends.GONE,
    ),
    "members.Acting": Table(
        ACTINGS,
        none="id member by began_at ends_at ended_at",
        personal="role reason",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.MemberSuspension": Table(
        ACTINGS,
        none="id member by began_at ends_at lifted_at lifted_by",
        personal="role reason words lifted_reason",
        theirs=(of_member(),),
        ends=Ends.GONE,
    ),
    "members.Closing": Table(
        MEMBERSHIP,
        none="id member asked_at ends_at undone_at done_at by",
        personal="role reason",
        theirs=(of_member(),),
        ends=Ends.EMPTIED,
    ),
    "members.Member": Table(
        MEMBERSHIP,
        none="id user closed_at adult_confirmed_at joined_at",
        personal="number country time_zone field",
        contact="phone",
        theirs=(of_member("pk"),),
        ends=Ends.EMPTIED,
        left={"number": nobodys_number, "time_zone": lambda at: "UTC"},
    ),
    "members.User_groups": Table(NOBODY, none="id user group"),
    "members.User_user_permissions": Table(NOBODY, none="id user permission"),
    "members.User": Table(
        IDENTITY,
        none="id is_superuser is_staff countries is_active date_joined",
        personal="name language mail_digest mail_unwanted last_login password",
        contact="email",
        theirs=(of_user("pk"),),
        ends=Ends.EMPTIED,
        withheld="password is_superuser is_staff",
        left={
            "email": nobodys_address,
            "password": lambda at: make_password(None),
            "language": lambda at: "en",
            "is_active": lambda at: False,
        },
    ),
    "members.CountryTerms": Table(NOBODY, none="id country benefit_class valid_from ended"),
    "members.Threshold": Table(
        NOBODY,
        none="id effective_on revision silver gold platinum is_withdrawn is_first reason short_notice recorded_on by",
    ),
}
