"""The pool of a centre: its lock, the units that are free, and bookings that have to give way (programme §6)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef

from kitbag.models import Product
from members.models import Message
from servicing.casework import PORTAL, Actor, Kind, tell
from servicing.models import Case, CaseEvent, CentreTask, Loan, LoanUnit
from servicing.rules.lending import Kit, is_match, likeness

State = Loan.State
RUNNING = (State.BOOKED, State.OUT)
DAY = timedelta(days=1)


def lock(centre_id: int) -> dict[int, LoanUnit]:
    """All units of a centre under lock, in the order of their keys; loans are read after it, never before."""
    units = LoanUnit.objects.select_for_update(no_key=True, of=("self",)).filter(centre=centre_id)
    return {unit.pk: unit for unit in units.select_related("product").order_by("pk")}


def kit_of(product: Product) -> Kit:
    return Kit(product.sku, product.family, product.mount, product.category, product.series)


def units_for(case: Case, from_day: date, until_day: date, *, today: date) -> list[LoanUnit]:
    """Units of the case's centre that can stand in and are free from a day until another, best first; in one query.

    One that is overdue is not offered for any day: nobody knows when it comes.
    """
    return free_units(case.centre_id, case.product, from_day, until_day, today=today)


def free_units(
    centre_id: int, product: Product, from_day: date, until_day: date, *, today: date, beside: Loan | None = None
) -> list[LoanUnit]:
    """As `units_for`; the days of the loan `beside` do not count as taken."""
    of_unit = Loan.objects.filter(unit=OuterRef("pk")).exclude(state=State.CANCELLED)
    if beside is not None:
        of_unit = of_unit.exclude(pk=beside.pk)
    units = (
        LoanUnit.objects.filter(centre=centre_id, out_since=None, product__family=product.family)
        .filter(~Exists(of_unit.filter(period__overlap=DateRange(from_day, until_day))))
        .filter(~Exists(of_unit.filter(state=State.OUT, period__endswith__lt=today)))
        .select_related("product")
    )
    wanted = kit_of(product)
    matching = [unit for unit in units if is_match(wanted, kit_of(unit.product))]
    return sorted(matching, key=lambda unit: (likeness(wanted, kit_of(unit.product)), unit.product.name, unit.pk))


def running(case: Case) -> Loan | None:
    """The running loan of a case, not under lock."""
    rows = Loan.objects.filter(case=case.pk, state__in=RUNNING)
    return rows.select_related("unit__product", "member__user").first()


def fresh(loan: Loan) -> Loan:
    """A loan once more, after its pool was locked, with what its messages speak of."""
    return _spoken_of().get(pk=loan.pk)


def _spoken_of() -> Any:
    return Loan.objects.select_related("unit__product", "member__user", "case__product", "case__centre", "case__member")


def booked_on(unit: LoanUnit, *, beside: Loan | None = None, **days: Any) -> list[Loan]:
    """Bookings of a unit in the order of their days."""
    rows = _spoken_of().filter(unit=unit.pk, state=State.BOOKED, **days)
    return list(rows.exclude(pk=beside.pk if beside else None).order_by("period"))


def write(loan: Loan, what: str, actor: Actor, *, at: datetime, words: str = "", internal: bool = False) -> CaseEvent:
    """Write down on the loan's case what happened to it. The case itself is not touched: see the package."""
    stretch = loan.case.stretches.order_by("-number")[0]
    return CaseEvent.objects.create(
        case=loan.case,
        stretch=stretch,
        at=at,
        kind=Kind.LOAN,
        actor=actor.who,
        by=actor.user,
        note=words,
        facts={"what": what, **facts_of(loan)},
        internal=internal,
    )


def facts_of(loan: Loan) -> dict[str, str]:
    """A loan as events and messages tell it."""
    return {
        "loan": str(loan.pk),
        "unit": loan.unit.product.name,
        "serial": loan.unit.serial,
        "from_on": loan.from_on.isoformat(),
        "until_on": loan.due_on.isoformat(),
    }


def say(loan: Loan, change: str, actor: Actor, *, at: datetime, words: str = "") -> None:
    """Write down what happened to a loan and tell its member."""
    event = write(loan, change, actor, at=at, words=words)
    facts = {**facts_of(loan), "change": change, "note": words}
    tell(loan.case, Message.Kind.LOAN_CHANGED, occasion=str(event.pk), at=at, **facts)


def ask_the_centre(loan: Loan, kind: CentreTask.Kind, *, occasion: str, words: str, at: datetime) -> None:
    """A task for the centre of a loan's unit, once per occasion."""
    CentreTask.objects.get_or_create(
        centre_id=loan.unit.centre_id,
        kind=kind,
        occasion=f"{loan.pk} {occasion}",
        defaults={"case": loan.case, "loan": loan, "words": words, "made_at": at},
    )


def give_way(booking: Loan, *, today: date, at: datetime) -> None:
    """Move a booking whose unit it cannot have to the best other free one; where there is none it ends.

    Its member and its centre are told either way. Under the pool's lock.
    """
    was = str(booking.unit)
    starts = max(booking.from_on, today)
    ends = max(booking.due_on, starts + DAY)
    free = free_units(booking.unit.centre_id, booking.case.product, starts, ends, today=today, beside=booking)
    other = next((unit for unit in free if unit.pk != booking.unit_id), None)
    days = f"{starts.isoformat()} to {ends.isoformat()}"
    who = f"{booking.case.number}, {days}"
    if other is None:
        booking.state, booking.ended_why = State.CANCELLED, "no_unit"
        booking.save(update_fields=["state", "ended_why"])
        ask_the_centre(
            booking, CentreTask.Kind.NO_UNIT, occasion=days, words=f"{who}: no unit in place of {was}"[:300], at=at
        )
        say(booking, "no_unit", PORTAL, at=at)
        return
    booking.unit, booking.period = other, DateRange(starts, ends)
    booking.save(update_fields=["unit", "period"])
    ask_the_centre(
        booking,
        CentreTask.Kind.LOAN_MOVED,
        occasion=f"{other.pk} {days}",
        words=f"{who}: {other} in place of {was}"[:300],
        at=at,
    )
    say(booking, "moved", PORTAL, at=at)
