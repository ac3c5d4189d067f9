"""Country teams: staff who see the rows of their countries' members only (programme §10).

A member belongs to the team of their official country, and so does every row that leads to them, wherever it was
made; a claim belongs to the claimant's, a parcel and an old account to the country they name. Rows of no member (the
catalogue, terms, a question without an account) are every team's. Who is held to countries does not see logs about
staff, which speak of all, nor a centre's whole bench, which serves members of any country: cases are found in lists.
What an item clashes with is told to who decides on it, whosever it is: without it there is no deciding.

Whoever has the role Centre staff is of no team: of members they see their own centre's cases (servicing/access.py), and
with another role beside nothing more.
"""

from functools import cache
from typing import Any, TypeVar

from django.db.models import ForeignKey, Model, Q, QuerySet

from members.models import Member, User
from members.rules.roles import Role

Row = TypeVar("Row", bound=Model)
# Whose work a row tells, rather than about whom it is.
WORKERS = frozenset({"by", "decided_by", "approved_by", "done_by", "owner"})
# Rows that belong to a country of their own: where an old account was, where a parcel goes, whose figures they are.
WITH_A_COUNTRY = frozenset(
    {"members.FormerAccount", "servicing.DayFigures", "servicing.PackBatch", "servicing.WelcomePack"}
)
# How many relations lie between a row and its member at most.
FARTHEST = 4


def countries_seen(user: User) -> frozenset[str] | None:
    """The countries whose members a member of staff sees; None for every country's."""
    return None if user.is_superuser or not user.countries else frozenset(user.countries)


def roles_of(user: User) -> list[str]:
    """The names of a member of staff's roles, in order; looked up once a user."""
    known: dict[str, Any] = user.__dict__
    if "_roles" not in known:
        known["_roles"] = list(user.groups.order_by("name").values_list("name", flat=True))
    roles: list[str] = known["_roles"]
    return roles


def works_at_a_centre(user: User) -> bool:
    """Whether a member of staff is held to one centre, whatever other role they hold."""
    return not user.is_superuser and Role.CENTRE_STAFF in roles_of(user)


def sees_everybody(user: User) -> bool:
    """Whether rows about anybody may be shown: to who is held neither to countries nor to a centre."""
    return countries_seen(user) is None and not works_at_a_centre(user)


def seen_by(rows: QuerySet[Row], user: User) -> QuerySet[Row]:
    """The rows of a country team's members and those of no member; all rows for who is held to no country.

    For who is held to a centre, only rows of kinds that never lead to a member.
    """
    if works_at_a_centre(user) and (
        rows.model._meta.label in WITH_A_COUNTRY or path_to_member(rows.model)[0] is not None
    ):
        return rows.none()
    return in_countries(rows, user)


def in_countries(rows: QuerySet[Row], user: User) -> QuerySet[Row]:
    """The rows of the countries that a user is held to, and those of no member."""
    countries = countries_seen(user)
    if countries is None:
        return rows
    if rows.model._meta.label in WITH_A_COUNTRY:
        return rows.filter(country__in=countries)
    path, open_end = path_to_member(rows.model)
    if path is None:
        return rows
    theirs, nobodys = _halves(path, countries)
    return rows.filter(theirs | nobodys if open_end else theirs)


def halves_seen(model: type[Model], user: User) -> tuple[Q, Q] | None:
    """The conditions of a team's members' rows and of nobody's, for tables that hold both; None for who has no team."""
    countries = countries_seen(user)
    path, open_end = path_to_member(model)
    if countries is None or path is None or not open_end or model._meta.label in WITH_A_COUNTRY:
        return None
    return _halves(path, countries)


def _halves(path: str, countries: frozenset[str]) -> tuple[Q, Q]:
    country = f"{path}__country".removeprefix("__")
    return Q(**{f"{country}__in": countries}), Q(**{f"{path}__isnull": True})


@cache
def path_to_member(model: type[Model]) -> tuple[str | None, bool]:
    """The shortest way from a row to its member, as a lookup, and whether a row may have none.

    ("", False) for a member; (None, True) where no way leads there.
    """
    if model is Member:
        return "", False
    ways: list[tuple[type[Model], tuple[str, ...], bool]] = [(model, (), False)]
    for _step in range(FARTHEST):
        farther: list[tuple[type[Model], tuple[str, ...], bool]] = []
        for at, way, open_end in ways:
            if at is User:
                return "__".join((*way, "member")), True
            for field in at._meta.fields:
                if not isinstance(field, ForeignKey) or field.name in WORKERS:
                    continue
                to: Any = field.related_model
                if to is Member:
                    return "__".join((*way, field.name)), open_end or field.null
                if to is not User or field.name == "user":
                    farther.append((to, (*way, field.name), open_end or field.null))
        ways = farther
    return None, True
