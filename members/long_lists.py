"""Lists of tables with millions of rows: nothing is counted, sorted or read that the page does not show.

A list shows its first thousand rows and says "more than 1,000"; what the whole table holds is the database's own
estimate. Rows stand in the order of an index. A filter without an index looks at the newest rows and the page says so.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from members.country_teams import halves_seen
from members.models import User
from members.name_search import named
from members.rules.finding import digits_of, one_line, words_of

# Rows that are counted one by one and reached by pages; whoever looks for another one searches.
COUNTED = 1_000
NEWEST = 20_000
# Of a team's rows and nobody's each row costs a look at its member.
NEWEST_OF_TEAM = 4_000
FOUND = 1_000
# Tables that staff and the catalogue fill; every other one grows with the members.
SHORT = frozenset(
    {
        "auth.group",
        "kitbag.catalogueload",
        "kitbag.fullcheck",
        "kitbag.lifecyclemark",
        "kitbag.night",
        "kitbag.product",
        "kitbag.replytemplate",
        "kitbag.reviewlease",
        "kitbag.searchname",
        "kitbag.valuation",
        "members.countryterms",
        "members.dataimport",
        "members.formerimport",
        "members.planrequest",
        "members.threshold",
        "servicing.centre",
        "servicing.centreclerk",
        "servicing.datedhours",
        "servicing.dayfigures",
        "servicing.event",
        "servicing.giftstock",
        "servicing.loanunit",
        "servicing.offer",
        "servicing.openinghours",
        "servicing.packbatch",
        "servicing.packcontents",
        "servicing.serviceterms",
    }
)


def is_long(model: type[Model]) -> bool:
    """Whether the table of a model grows with the members; what nobody has named does."""
    return model._meta.label_lower not in SHORT


class ShownPaginator(Paginator):
    """Pages over the first rows of a list, however many there are."""

    @cached_property
    def count(self) -> int:
        return min(self._seen, COUNTED)

    @cached_property
    def _seen(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[: COUNTED + 1].values("pk").count()

    @property
    def shows_all(self) -> bool:
        return self._seen <= COUNTED

    @cached_property
    def in_words(self) -> str:
        """How many there are: counted, estimated for a whole table, or more than are counted."""
        if self.shows_all:
            return f"{self.count:,}"
        rows: Any = self.object_list
        if isinstance(rows, QuerySet) and not rows.query.where:
            return _("about %(count)s") % {"count": f"{max(estimate(rows.model), COUNTED):,}"}
        return _("more than %(count)s") % {"count": f"{COUNTED:,}"}


def estimate(model: type[Model]) -> int:
    """How many rows a table holds as the database last saw, rounded to two figures; 0 where it has not looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [f'"{model._meta.db_table}"'])
        found = cursor.fetchone()
    return int(float(f"{max(found[0], 0):.1e}")) if found else 0


class StaffList(ChangeList):
    """The list of a table; a long one is not sorted at will, and filters without an index read its newest rows."""

    newest_only = ""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if is_long(self.model):
            self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        if not is_long(self.model) or self.query or not self._reads_at_length(request):
            return rows
        most = NEWEST_OF_TEAM if self._is_of_team(request) else NEWEST
        newest = newest_rows(self.model, self.model_admin.get_ordering(request), most=most)
        if newest is None:
            return rows
        self.newest_only = f"{most:,}"
        if self._is_of_team(request):
            # By so many keys the database looks at their members; by a range it would read all members beside.
            newest = Q(pk__in=self.model._default_manager.filter(newest).values("pk")[:most])
        return rows.filter(newest)

    def _reads_at_length(self, request: HttpRequest) -> bool:
        """Whether filters are asked for and none of them has an index.

        A team's rows and nobody's have none but where another page leads to those of one thing, or few are asked for.
        """
        asked = {name: values[-1] for name, values in self.get_filters_params().items()}
        page: Any = self.model_admin
        if self._is_of_team(request):
            return not any(name in page.linked_lookups or page.few_by_index(name, asked[name]) for name in asked)
        narrow = any(name.endswith("__id__exact") or page.by_index(name, asked[name]) for name in asked)
        return bool(asked) and not narrow

    def _is_of_team(self, request: HttpRequest) -> bool:
        """Whether each row is looked at for its member's country, where it has a member at all."""
        assert isinstance(request.user, User)
        return halves_seen(self.model, request.user) is not None


def newest_rows(model: type[Model], ordering: Iterable[Any], *, most: int) -> Q | None:
    """The condition that leaves the newest rows of a table, by the key of its list; None where it has no more."""
    first = next(iter(ordering), "-pk")
    key = str(first).removeprefix("-")
    last = model._default_manager.order_by(f"-{key}").values_list(key, flat=True)[most - 1 : most].first()
    return None if last is None else Q(**{f"{key}__gte": last})


def any_of(rows: QuerySet[Any], conditions: Sequence[Q], *, most: int = FOUND) -> QuerySet[Any]:
    """Rows that meet one of the conditions, each asked by itself, by its own index.

    In one condition the database would read every row. Their keys are read first, so many of each at most.
    """
    if not conditions:
        return rows.none()
    first, *others = (rows.order_by().filter(condition).values("pk")[:most] for condition in conditions)
    return rows.filter(pk__in=list(first.union(*others).values_list("pk", flat=True)))


def found(page: Any, request: HttpRequest, rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """Rows of a long list by its search_fields.

    "=" is the whole value (numbers in any grouping, addresses in any case), "^" its beginning, "~" words of a name;
    a field without a sign is looked for among the newest rows.
    """
    text = one_line(typed)
    if not text:
        return rows if not typed.strip() else rows.none()
    fields = page.get_search_fields(request)
    asked = [one for entry in fields for one in _conditions(entry, text, rows.model, page.get_ordering(request))]
    # One number's rows are few, and found by its index; names are not.
    is_number = len(asked) == 1 and not any(entry.startswith("~") for entry in fields)
    if is_number:
        return rows.filter(*asked)
    assert isinstance(request.user, User)
    halves = halves_seen(rows.model, request.user)
    if halves is None:
        return any_of(rows, asked)
    # A team's are all found; of the others, which cost a look each, those of no member.
    theirs, nobodys = halves
    others = [
        nobodys & Q(pk__in=rows.model._default_manager.filter(one).values("pk")[:NEWEST_OF_TEAM]) for one in asked
    ]
    return any_of(rows, [*(theirs & one for one in asked), *others])


def _conditions(entry: str, text: str, model: type[Model], ordering: Iterable[Any]) -> Iterable[Q]:
    sign, path = (entry[0], entry[1:]) if entry[0] in "=^~" else ("", entry)
    if sign == "~":
        words = words_of(text)
        return [named(path, words)] if words else []
    if sign == "^":
        return [Q(**{f"{path}__startswith": text.lower()})]
    if sign == "=" and path.endswith("number"):
        # A card's number of another region is no member number: it is looked for as it stands.
        digits = digits_of(text)
        numbers = {digits} if path.endswith("member__number") or path == "number" else {digits, text}
        return [Q(**{f"{path}__in": sorted(numbers - {""})})] if numbers - {""} else []
    if sign == "=":
        return [Q(**{f"{path}__in": sorted({text, text.upper(), text.lower(), "".join(text.split()).upper()})})]
    return [Q(**{f"{path}__icontains": text}) & (newest_rows(model, ordering, most=NEWEST) or Q())]


def values_filter(field: str, named_as: Any, values: Iterable[tuple[str, Any]]) -> type[admin.SimpleListFilter]:
    """A filter by values that are known, where the stock one would read the column for them."""
    offered = list(values)

    class ValuesFilter(admin.SimpleListFilter):
        title = named_as
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return offered

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() in dict(offered) else queryset

    return ValuesFilter
