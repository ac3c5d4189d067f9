"""What the staff's search box finds: people, things, cases, loans, packs and questions, each for those who may see it.

Every number is asked by its own index, among the rows that the user's lists show: a centre's, a country team's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from cps_portal.pages.desk.typed import BEGINNING, MEMBER_DIGITS, Group, Hit, Search
from kitbag.models import FormerNumber, KitItem, KitList, ProposedEdit, StolenUnit
from members.long_lists import any_of
from members.models import FormerAccount, Member, Thread, User
from members.rules.numbers import spaced
from servicing.finding import cases_called, cases_named
from servicing.models import Case, EventVisitor, Loan, LoanUnit, WelcomePack
from servicing.rules.numbers import pack_number, read_pack_number

MOST = 10
CODE_SIGNS = 16
# Among so many cases of a centre, those asked for last, a name is looked for; the bench's own search reads them all.
NEWEST_CASES = 2_000


def groups(search: Search) -> list[Group]:
    """What is found, in the order of who is asked for most; only what the user may see."""
    if not search.text:
        return []
    found = []
    for permission, title, ask in _kinds():
        if not search.user.has_perm(permission):
            continue
        hits = tuple(_once(ask(search)))
        if hits:
            app, model = permission.replace(".view_", " ").split()
            more = f"{reverse(f'admin:{app}_{model}_changelist')}?{urlencode({'q': search.text})}"
            found.append(Group(title, hits[:MOST], more if len(hits) > MOST else ""))
    return found


def _kinds() -> Sequence[tuple[str, str, Callable[[Search], Iterable[Hit]]]]:
    return (
        ("members.view_member", _("Members"), _members),
        ("kitbag.view_kititem", _("Kit"), _items),
        ("servicing.view_case", _("Cases"), _cases),
        ("servicing.view_loan", _("Loans"), _loans),
        ("servicing.view_loanunit", _("Loan units"), _units),
        ("servicing.view_welcomepack", _("Welcome packs and cards"), _packs),
        ("members.view_thread", _("Questions"), _threads),
        ("servicing.view_eventvisitor", _("Visitors of events"), _visitors),
        ("kitbag.view_kitlist", _("Kitbag lists"), _lists),
        ("members.view_user", _("Staff"), _staff),
        ("members.view_formeraccount", _("Accounts of the former scheme"), _former),
    )


def _once(hits: Iterable[Hit]) -> Iterator[Hit]:
    seen = set()
    for hit in hits:
        if hit.href not in seen:
            seen.add(hit.href)
            yield hit


def _page(model: str, key: Any) -> str:
    return reverse(f"admin:{model}_change", args=[key])


def _members(search: Search) -> Iterable[Hit]:
    rows: Iterable[Member]
    if search.digits:
        rows = [search.member] if search.member else []
        if BEGINNING < len(search.digits) < MEMBER_DIGITS:
            begun = search.rows(Member).filter(number__startswith=search.digits).order_by("number")
            rows = begun.select_related("user")[: MOST + 1]
    else:
        people = any_of(search.rows(Member), search.of_person("user__email", "user__name"), most=MOST + 1)
        rows = people.select_related("user").order_by("user__name", "pk")[: MOST + 1]
    for row in rows:
        closed = (_("closed"),) if row.closed_at else ()
        facts = (spaced(row.number), row.user.email, str(countries.name(str(row.country))), *closed)
        yield Hit(row.user.name, facts, _page("members_member", row.pk))


def _items(search: Search) -> Iterable[Hit]:
    """A kit item by its number now, one that a repair replaced, one that is proposed, or one reported stolen."""
    if not search.serial:
        return
    why = {
        "former": _("Number replaced in a repair"),
        "proposed": _("Number proposed"),
        "stolen": _("Reported stolen"),
    }
    asked: tuple[tuple[str, str, QuerySet[Any]], ...] = (
        ("current", "pk", KitItem.objects.filter(serial=search.serial)),
        ("former", "item", FormerNumber.objects.filter(serial=search.serial)),
        ("proposed", "item", ProposedEdit.objects.filter(serial=search.serial, state=ProposedEdit.State.WAITING)),
        ("stolen", "item", StolenUnit.objects.filter(serial=search.serial, withdrawn_at=None)),
    )
    first, *others = (
        rows.order_by()
        .annotate(found_item=F(key), found_by=Value(how))
        .values_list("found_item", "found_by")[: MOST + 1]
        for how, key, rows in asked
    )
    ways: dict[Any, set[str]] = {}
    for key, how in first.union(*others):
        ways.setdefault(key, set()).add(how)
    for row in search.rows(KitItem).filter(pk__in=ways).select_related("product", "member__user").order_by("-added_at"):
        reasons = [words for how, words in why.items() if how in ways[row.pk]]
        facts = (row.product.name, str(row.get_state_display()), str(row.member), *reasons)
        yield Hit(row.serial_typed or row.serial, facts, _page("kitbag_kititem", row.pk))


def _cases(search: Search) -> Iterable[Hit]:
    """A case by any of its numbers; centre staff find those of their centre, also by name."""
    if search.has_digit:
        keys: Any = list(cases_called(search.text).values_list("pk", flat=True)[: 20 * MOST])
    elif search.centre and search.words:
        # Names are the centre's way to a case; others find the member first.
        named_so = cases_named(search.text, centre_id=search.centre, newest=NEWEST_CASES)
        keys = list(named_so.values_list("pk", flat=True)[: 20 * MOST])
    else:
        return
    rows = search.rows(Case).filter(pk__in=keys).select_related("product", "centre", "member__user", "visitor")
    for row in rows.order_by("-requested_at", "-pk")[: MOST + 1]:
        owner = row.member.user.name if row.member else str(row.visitor)
        facts = (row.product.name, row.serial, owner, row.centre.name, str(row.get_state_display()))
        yield Hit(row.number, facts, _page("servicing_case", row.pk))


def _loans(search: Search) -> Iterable[Hit]:
    """The loans of a unit, by its serial number; the newest first."""
    if not search.serial:
        return
    rows = search.rows(Loan).filter(unit__serial=search.serial)
    for row in rows.select_related("unit__product", "member__user", "case").order_by("-booked_at")[: MOST + 1]:
        facts = (str(row.unit), row.member.user.name, str(row.get_state_display()))
        yield Hit(row.case.number, facts, _page("servicing_loan", row.pk))


def _units(search: Search) -> Iterable[Hit]:
    if not search.serial:
        return
    rows = search.rows(LoanUnit).filter(serial=search.serial)
    for row in rows.select_related("product", "centre").order_by("pk")[: MOST + 1]:
        out = (_("out of the pool"),) if row.out_since else ()
        yield Hit(row.serial, (row.product.name, row.centre.name, *out), _page("servicing_loanunit", row.pk))


def _packs(search: Search) -> Iterable[Hit]:
    """A pack by its own number, its parcel's, or its member's."""
    if not search.has_digit:
        return
    asked = Q(tracking__in=search.tracking) & ~Q(tracking="")
    key = read_pack_number(search.text)
    if key is not None and (not search.digits or len(search.digits) < MEMBER_DIGITS):
        asked |= Q(pk=key)
    if search.member:
        asked |= Q(member=search.member)
    for row in search.rows(WelcomePack).filter(asked).select_related("member__user").order_by("-pk")[: MOST + 1]:
        what = _("Card in place of a lost one") if row.replaces_id else _("Welcome pack")
        facts = (what, row.member.user.name, row.tracking, str(row.get_state_display()))
        yield Hit(pack_number(row.pk), tuple(fact for fact in facts if fact), _page("servicing_welcomepack", row.pk))


def _threads(search: Search) -> Iterable[Hit]:
    asked = []
    if search.serial:
        asked.append(Q(serial__in=sorted({search.text, search.serial})) & ~Q(serial=""))
    if "@" in search.text:
        asked.append(Q(email=search.text.lower()) & ~Q(email=""))
        asked.append(Q(user__email=search.text.lower()))
    if search.member:
        asked.append(Q(user=search.member.user_id))
    if not asked:
        return
    rows = any_of(search.rows(Thread), asked, most=MOST + 1).select_related("user").order_by("-changed_at", "-pk")
    for row in rows[: MOST + 1]:
        name = row.user.name if row.user else row.name
        facts = (name, str(row.get_state_display()), *((row.serial,) if row.serial else ()))
        yield Hit(str(row.get_topic_display()), facts, reverse("admin:thread_desk", args=[row.pk]))


def _visitors(search: Search) -> Iterable[Hit]:
    if not search.has_digit:
        return
    rows = search.rows(EventVisitor).filter(card_number__in=search.tracking).select_related("event").order_by("-pk")
    for row in rows[: MOST + 1]:
        yield Hit(row.card_number, (row.region, row.name, row.event.title), _page("servicing_eventvisitor", row.pk))


def _lists(search: Search) -> Iterable[Hit]:
    if len(search.serial) != CODE_SIGNS:
        return
    for row in search.rows(KitList).filter(code=search.serial).select_related("member__user"):
        yield Hit(row.code, (str(row.member), f"{row.issued_at:%Y-%m-%d}"), _page("kitbag_kitlist", row.pk))


def _staff(search: Search) -> Iterable[Hit]:
    if search.serial and "@" not in search.text:
        return
    rows = any_of(search.rows(User).filter(is_staff=True), search.of_person("email", "name"), most=MOST + 1)
    for row in rows.order_by("name", "pk")[: MOST + 1]:
        yield Hit(row.name, (row.email,), _page("members_user", row.pk))


def _former(search: Search) -> Iterable[Hit]:
    if search.serial and "@" not in search.text:
        return
    rows = any_of(search.rows(FormerAccount), search.of_person("email", "name"), most=MOST + 1)
    for row in rows.order_by("name", "pk")[: MOST + 1]:
        claimed = _("claimed") if row.claimed_at else _("not claimed")
        yield Hit(row.name, (row.email, claimed), _page("members_formeraccount", row.pk))
