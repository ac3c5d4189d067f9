"""The demo's cases fit their rules on whatever day the demo is made: weekends, holidays and long closures."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.db.models import Count

from cps_portal.demo import centres
from cps_portal.demo.bench import Workshop
from cps_portal.demo.cases import STORIES
from cps_portal.demo.people import CLERKS
from servicing.models import Centre, DatedHours, LoanUnit, Stretch
from tests.factories import NOON, ProductFactory, UserFactory

OVER = {"ship", "return", "beyond", "cancel"}


@pytest.fixture
def places(db):
    for sku in sorted({sku for units in centres.UNITS.values() for sku, _serial, _accessories in units}):
        ProductFactory(sku=sku)
    clerks = {clerk.centre: UserFactory(is_staff=True) for clerk in CLERKS if clerk.centre}
    return centres.make(today=NOON.date(), at=NOON, clerks=clerks)


def test_centres_of_both_kinds_are_marked_as_demo_except_the_certain_one(places):
    kinds = Centre.objects.values_list("kind", "is_demo").annotate(count=Count("pk")).order_by("kind", "is_demo")
    assert list(kinds) == [("canon", False, 1), ("canon", True, 5), ("partner", True, 11)]
    assert places["AEDXB"].opening_hours.filter(weekday__in=[4, 5]).count() == 0
    assert places["IT"].opening_hours.filter(weekday=0).count() == 2
    assert len(set(Centre.objects.values_list("time_zone", flat=True))) > 10
    assert (DatedHours.objects.count(), LoanUnit.objects.filter(centre=places["UK"]).count()) == (2, 8)
    assert places["DE"].clerks.count() == places["UK"].clerks.count() == 1


def told_on(today, places, shops):
    """Each story's moments and acts on a day, in order."""
    for story in STORIES:
        key = (story.centre, today)
        if key not in shops:
            shops[key] = Workshop(places[story.centre], None, today)
        yield story, [(shops[key].moment(act.ago, act.wall), act) for act in story.acts]


@pytest.mark.parametrize("month", range(12))
def test_stories_hold_on_every_day(places, month):
    for step in range(0, 31, 5):
        today = date(2027, month + 1, 1) + timedelta(days=step)
        spans, shops = defaultdict(list), {}
        for story, acts in told_on(today, places, shops):
            moments = [moment for moment, _act in acts]
            assert moments == sorted(set(moments)), (today, story.sku)
            assert moments[-1].date() < today
            by = {act.what: moment for moment, act in acts}
            ends = [moment for moment, act in acts if act.what in {"back", "cancel"}]
            spans[story.who, story.sku].append((moments[0], ends[-1] if ends and "reopen" not in by else None))
            if "reopen" in by:
                assert by["reopen"] - by["back"] < timedelta(days=settings.CASE_REOPEN_DAYS), today
        for thing, found in spans.items():
            found.sort(key=lambda span: span[0])
            for (_begun, ended), (begun, _ended) in pairwise(found):
                assert ended is not None, (today, thing)
                assert ended < begun, (today, thing)
        _places_are_free(today, places, shops)


def _places_are_free(today, places, shops):
    """Nobody who does not say what to do without a place asks for a fourth; a request that never came expires."""
    moves = defaultdict(list)
    for story, acts in told_on(today, places, shops):
        left = next((moment for moment, act in acts if act.what in OVER), None)
        if not any(act.what in {"receive", "cancel"} for _moment, act in acts):
            expired = acts[0][0] + timedelta(days=settings.CASE_REQUEST_DAYS, hours=24)
            left = expired if expired.date() <= today else None
        moves[story.who].append((acts[0][0], 1, story))
        if left:
            moves[story.who].append((left, -1, story))
        if again := next((moment for moment, act in acts if act.what == "reopen"), None):
            moves[story.who].append((again, 1, story))
    for who, found in moves.items():
        taken = 0
        for _moment, change, story in sorted(found, key=lambda move: move[:2]):
            if story.lane and change > 0:
                assert taken == settings.FAST_TRACK_SLOTS, (today, who)
                assert Stretch.Lane(story.lane) in (Stretch.Lane.QUEUED, Stretch.Lane.STANDARD)
            elif not story.lane:
                taken += change
            assert taken <= settings.FAST_TRACK_SLOTS, (today, who, story.sku)
