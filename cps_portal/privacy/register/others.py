"""The tables of Django and allauth."""

from cps_portal.privacy.subjects import AUDIT, IDENTITY, NOBODY, SESSIONS, SIGNING_IN
from cps_portal.privacy.table import Ends, Table, of_user

TABLES = {
    "account.EmailConfirmation": Table(
        IDENTITY,
        none="id email_address created sent",
        personal="key",
        theirs=(of_user("email_address__user"),),
        ends=Ends.GONE,
        withheld="key",
    ),
    "account.EmailAddress": Table(
        IDENTITY,
        none="id user verified primary",
        contact="email",
        theirs=(of_user(),),
        ends=Ends.GONE,
    ),
    "mfa.Authenticator": Table(
        SIGNING_IN,
        none="id user type created_at last_used_at",
        personal="data",
        theirs=(of_user(),),
        ends=Ends.GONE,
        withheld="data",
    ),
    "usersessions.UserSession": Table(
        SESSIONS,
        none="id user created_at last_seen_at",
        personal="ip session_key user_agent data",
        theirs=(of_user(),),
        ends=Ends.GONE,
        withheld="session_key data",
    ),
    # Ended with the rows of the sessions' list, by their keys.
    "sessions.Session": Table(SESSIONS, none="expire_date", personal="session_key session_data"),
    # Emptied by what the rows are about: every row of the register that is the member's.
    "admin.LogEntry": Table(
        AUDIT,
        none="id action_time user content_type object_id action_flag",
        personal="object_repr change_message",
        ends=Ends.EMPTIED,
    ),
    "auth.Group": Table(NOBODY, none="id name"),
    "auth.Group_permissions": Table(NOBODY, none="id group permission"),
    "auth.Permission": Table(NOBODY, none="id name content_type codename"),
    "contenttypes.ContentType": Table(NOBODY, none="id app_label model"),
}
