"""Fast Track: yes or no with every reason, and the targets by kind of centre (programme §6, §7)."""

import itertools
from datetime import timedelta

import pytest

from kitbag import listing
from kitbag.models import KitItem, Stage
from members.models import CountryTerms, Level
from members.rules.levels import Rank
from servicing import eligibility
from servicing.rules.eligibility import Answer, CentreKind, No, Target, Terms, Thing, answer, kinds_for
from tests.factories import NOON, ProductFactory

DAY = NOON.date()
ALL = {"repair": (3, 5), "maintenance": (3, 5), "upgrade": (3, 5)}
NONE = {"repair": (None, None), "maintenance": (None, None), "upgrade": (None, None)}
GOLD = Terms(Rank.GOLD, Rank.PLATINUM, ALL)
FINE = {"listed": True, "video": False, "serviceable": True, "complete": True, "validated": True}


def thing(**changes):
    return Thing(**{**FINE, **changes})


def test_repairs_count_at_partners_too_and_the_rest_only_at_canon_centres():
    found = answer(thing(), GOLD)
    assert found.qualifies
    assert found.best == 3
    assert found.targets == (
        Target("repair", CentreKind.CANON, 3),
        Target("repair", CentreKind.PARTNER, 3),
        Target("maintenance", CentreKind.CANON, 3),
        Target("upgrade", CentreKind.CANON, 3),
    )
    assert kinds_for("upgrade") == (CentreKind.CANON,)


def test_video_has_targets_of_its_own():
    assert {target.days for target in answer(thing(video=True), GOLD).targets} == {5}


@pytest.mark.parametrize(
    ("changes", "terms", "reasons"),
    [
        ({"listed": False}, GOLD, (No.NOT_LISTED,)),
        ({"serviceable": False}, GOLD, (No.UNSERVICEABLE,)),
        ({"complete": False, "validated": False}, GOLD, (No.DETAILS_MISSING,)),
        ({"validated": False}, GOLD, (No.NOT_VALIDATED,)),
        ({}, Terms(Rank.RED, Rank.PLATINUM, NONE), (No.LEVEL,)),
        ({}, Terms(Rank.SILVER, Rank.PLATINUM, ALL), ()),
        ({}, Terms(Rank.PLATINUM, Rank.RED, NONE), (No.COUNTRY,)),
        ({}, Terms(Rank.PLATINUM, Rank.SILVER, ALL), ()),
        ({}, Terms(Rank.RED, Rank.RED, NONE), (No.LEVEL, No.COUNTRY)),
        ({}, Terms(Rank.GOLD, Rank.PLATINUM, NONE), (No.NO_TARGET,)),
        ({"video": True}, Terms(Rank.GOLD, Rank.PLATINUM, {"repair": (3, None)}), (No.NO_TARGET,)),
        (
            {"listed": False, "serviceable": False, "complete": False, "validated": False},
            Terms(Rank.RED, Rank.RED, NONE),
            (No.NOT_LISTED, No.UNSERVICEABLE, No.DETAILS_MISSING, No.LEVEL, No.COUNTRY),
        ),
    ],
)
def test_every_reason_is_given(changes, terms, reasons):
    found = answer(thing(**changes), terms)
    assert found.reasons == reasons
    assert found.qualifies is not bool(reasons)
    assert bool(found.targets) is not bool(reasons)


def test_no_combination_says_yes_without_a_target():
    for flags in itertools.product([True, False], repeat=5):
        for level, cap, days in itertools.product(Rank, Rank, (ALL, NONE)):
            found = answer(Thing(*flags), Terms(level, cap, days))
            assert isinstance(found, Answer)
            assert (found.best is not None) == found.qualifies


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "level", "cap", "repair"),
    [
        ("GB", Level.RED, Rank.PLATINUM, (None, None)),
        ("GB", Level.SILVER, Rank.PLATINUM, (5, 5)),
        ("GB", Level.GOLD, Rank.PLATINUM, (3, 5)),
        ("GB", Level.PLATINUM, Rank.PLATINUM, (2, 5)),
        ("AE", Level.PLATINUM, Rank.SILVER, (5, 5)),
        ("EG", Level.PLATINUM, Rank.RED, (None, None)),
        ("US", Level.PLATINUM, Rank.RED, (None, None)),
    ],
)
def test_terms_are_those_of_the_official_country_under_its_cap(country, level, cap, repair):
    terms = eligibility.terms_of(country, level=level, day=DAY)
    assert (terms.cap, terms.days["repair"]) == (cap, repair)


@pytest.mark.django_db
def test_a_country_that_stopped_taking_part_gives_nothing_from_that_day():
    CountryTerms.objects.create(country="GB", benefit_class="full", valid_from=DAY, ended=True)
    assert eligibility.terms_of("GB", level=Level.GOLD, day=DAY).cap == Rank.RED
    assert eligibility.terms_of("GB", level=Level.GOLD, day=DAY - timedelta(days=1)).cap == Rank.PLATINUM


@pytest.mark.django_db
def test_terms_take_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        eligibility.terms_of("GB", level=Level.GOLD, day=DAY)


def test_counting_in_sql_and_the_rule_give_the_same_answer(layla, register):
    for fast, store in itertools.product([True, False], ["Jacobs", ""]):
        register(layla, ProductFactory(fast_track=fast), store=store)
    items = listing.items_of(layla.pk, day=DAY)
    for country, level in itertools.product(["GB", "AE", "EG", "US"], Level):
        terms = eligibility.terms_of(country, level=level, day=DAY)
        counted = set(items.filter(eligibility.qualifying(terms)).values_list("pk", flat=True))
        ruled = {
            item.pk
            for item in items.select_related("product")
            if answer(
                Thing(
                    listed=item.product.fast_track,
                    video=item.product.fast_track_video,
                    serviceable=item.stage != Stage.UNSERVICEABLE,
                    complete=bool(item.store),
                    validated=item.state == KitItem.State.VALIDATED,
                ),
                terms,
            ).qualifies
        }
        assert counted == ruled
        assert bool(ruled) == (country in ("GB", "AE") and level > Level.RED)
