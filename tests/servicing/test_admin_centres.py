"""The programme manager writes centres, their hours, and who works there; each change says what and why."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from members.rules.roles import Role
from servicing.models import Centre, CentreClerk, DatedHours, OpeningHours
from tests.factories import NOON, CentreFactory
from tests.portal.staff import as_role, day, history, staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(time_machine, db):
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    return as_role(Role.PROGRAMME_MANAGER)


@pytest.fixture
def centre(db):
    return CentreFactory(code="PT", country="PT", currency="EUR", time_zone="Europe/Lisbon", week=[0, 1])


def address(centre):
    return reverse("admin:servicing_centre_change", args=[centre.pk])


def as_shown(client, url, **changes):
    """What the browser would send back of a page, with changes."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    post = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(value, time):
                value = f"{value:%H:%M}"
            post[bound.html_name] = value if isinstance(value, list) else "" if value in ("", None) else str(value)
            if value is False:
                del post[bound.html_name]
    return {**post, "reason": "As agreed", **changes}


def errors(answer):
    context = answer.context
    told = {name: list(said) for name, said in context["adminform"].form.errors.items()}
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            told |= {f"{form.prefix}-{name}": list(said) for name, said in form.errors.items()}
    return told


def test_a_page_sent_back_as_it_is_changes_nothing(manager, centre):
    before = Centre.objects.filter(pk=centre.pk).values().get(), list(centre.opening_hours.values())
    assert manager.post(address(centre), as_shown(manager, address(centre))).status_code == 302
    assert before == (Centre.objects.filter(pk=centre.pk).values().get(), list(centre.opening_hours.values()))
    assert history(centre)[-1][1] == "Nothing changed. Reason: As agreed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XZQ"}, "currency"),
        ({"services": ["polish"]}, "services"),
        ({"families": []}, "families"),
        ({"latitude": "91"}, "latitude"),
        ({"vat_percent": "101"}, "vat_percent"),
        ({"holiday_region": "BW"}, "holiday_region"),
        ({"ended_on": "2020-01-01"}, "ended_on"),
        ({"cut_off": "12:00:30"}, "cut_off"),
        ({"reason": ""}, "reason"),
        ({"opening_hours-0-closes": "08:00"}, "opening_hours-0-closes"),
        ({"opening_hours-2-weekday": "1", "opening_hours-2-opens": "16:59", "opening_hours-2-closes": "18:00"}, "…"),
        ({"dated_hours-0-day": day(1), "dated_hours-0-opens": "09:00"}, "dated_hours-0-closes"),
        ({"dated_hours-0-day": day(-1)}, "dated_hours-0-day"),
        ({"dated_hours-0-day": day(1), "dated_hours-1-day": day(1)}, "dated_hours-1-opens"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(manager, centre, changes, field):
    answer = manager.post(address(centre), as_shown(manager, address(centre), **changes))
    assert answer.status_code == 200
    assert list(errors(answer)) == [field.replace("…", "opening_hours-2-opens")]
    assert OpeningHours.objects.filter(centre=centre).count() == 2


def test_hours_pass_from_one_span_to_another_in_one_save(manager, centre):
    """A lunch break moves: on the way the database would see both spans meet."""
    monday = centre.opening_hours.get(weekday=0)
    monday.closes = time(12)
    monday.save(update_fields=["closes"])
    OpeningHours.objects.create(centre=centre, weekday=0, opens=time(13), closes=time(17))
    post = as_shown(manager, address(centre))
    forms = [f"opening_hours-{place}" for place in range(3)]
    named = {(post[f"{form}-weekday"], post[f"{form}-opens"]): form for form in forms}
    morning, afternoon, tuesday = named["0", "09:00"], named["0", "13:00"], named["1", "09:00"]
    post |= {
        f"{morning}-closes": "14:00",
        f"{afternoon}-opens": "15:00",
        f"{tuesday}-DELETE": "on",
        "dated_hours-0-day": day(9),
        "dated_hours-0-note": "Stocktaking",
    }
    assert manager.post(address(centre), post).status_code == 302
    spans = list(centre.opening_hours.order_by("opens").values_list("weekday", "opens", "closes"))
    assert spans == [(0, time(9), time(14)), (0, time(15), time(17))]
    assert DatedHours.objects.get(centre=centre).note == "Stocktaking"
    said = history(centre)[-1][1]
    for part in (
        "Tuesday 09:00 to 17:00 → –",
        "Monday 09:00 to 12:00 → Monday 09:00 to 14:00",
        f"– → {day(9)}",
        "Reason: As agreed",
    ):
        assert part in said, said
    assert "Nothing changed" not in said


def test_a_centre_begins_with_its_week(manager):
    url = reverse("admin:servicing_centre_add")
    post = as_shown(manager, url) | {
        "code": "eg",
        "name": "Cairo Partner",
        "kind": "partner",
        "begins_on": day(1),
        "street": "1 Nile Street",
        "town": "Cairo",
        "country": "EG",
        "latitude": "30.05",
        "longitude": "31.25",
        "services": ["repair"],
        "families": ["body", "lens"],
        "currency": "egp",
        "vat_percent": "14",
        "time_zone": "Africa/Cairo",
        "cut_off": "12:00",
        "opening_hours-0-weekday": "6",
        "opening_hours-0-opens": "10:00",
        "opening_hours-0-closes": "16:00",
    }
    assert manager.post(url, post).status_code == 302
    centre = Centre.objects.get(code="EG")
    assert (centre.currency, centre.services, centre.families) == ("EGP", ["repair"], ["body", "lens"])
    assert [str(hours) for hours in centre.opening_hours.all()] == ["Sunday 10:00 to 16:00"]
    assert "Families of products: body, lens" in history(centre)[0][1]


def test_who_works_where_is_written_with_its_reason(manager, centre):
    clerk, care = staff_user(Role.CENTRE_STAFF.value), staff_user(Role.MEMBER_CARE.value)
    row = clerk.works_at
    leave = reverse("admin:servicing_centreclerk_leave", args=[row.pk])
    assert manager.post(leave, {"reason": ""}).status_code == 200
    assert manager.post(leave, {"reason": "Moves to Lisbon"}).status_code == 302
    assert not CentreClerk.objects.exists()
    assert history(row)[-1][1].endswith("no longer. Moves to Lisbon")
    add = reverse("admin:servicing_centreclerk_add")
    refused = manager.post(add, {"user": care.pk, "centre": centre.pk, "reason": "x"})
    assert list(refused.context["adminform"].form.errors) == ["user"]
    assert manager.post(add, {"user": clerk.pk, "centre": centre.pk, "reason": "Moved"}).status_code == 302
    assert CentreClerk.objects.get().centre == centre
    move = reverse("admin:servicing_centreclerk_change", args=[CentreClerk.objects.get().pk])
    uk = Centre.objects.get(code="UK")
    assert manager.post(move, {"user": care.pk, "centre": uk.pk, "reason": "Back"}).status_code == 302
    assert (CentreClerk.objects.get().user, CentreClerk.objects.get().centre) == (clerk, uk)
