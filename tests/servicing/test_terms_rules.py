"""Every combination of a thing, a member's terms and a centre, against the rules as §6 and §7 say them."""

from decimal import Decimal
from itertools import product

import pytest

from members.rules.levels import Rank
from servicing.rules.eligibility import CentreKind, No, Terms, Thing, at_centre
from servicing.rules.terms import NOTHING, Given, Row, Whose, together

CANON, PARTNER = CentreKind.CANON, CentreKind.PARTNER
SERVICES = ("repair", "maintenance", "upgrade")
DAYS = (None, 2, 3, 5)


def reasons_by_hand(thing, level, cap, days, service, kind, target):
    """The programme's sentences, one after the other, in the order in which a page gives them."""
    said = []
    if not thing.listed:
        said.append(No.NOT_LISTED)
    if not thing.serviceable:
        said.append(No.UNSERVICEABLE)
    if not thing.complete:
        said.append(No.DETAILS_MISSING)
    if thing.complete and not thing.validated:
        said.append(No.NOT_VALIDATED)
    if level == Rank.RED:
        said.append(No.LEVEL)
    if cap == Rank.RED:
        said.append(No.COUNTRY)
    if kind == PARTNER and service != "repair":
        said.append(No.CENTRE_KIND)
    if days is None and Rank.RED not in (level, cap):
        said.append(No.NO_TARGET)
    if target is None and not said:
        said.append(No.CENTRE_TARGET)
    return tuple(said)


def test_reasons_at_a_centre_in_every_combination():
    seen = 0
    for flags in product([True, False], repeat=5):
        thing = Thing(*flags)
        for level, cap, days, service, kind, there in product(
            Rank, (Rank.RED, Rank.SILVER, Rank.PLATINUM), (None, 3), SERVICES, CentreKind, (None, 5)
        ):
            # The row of the benefit level, as terms_of gives it; other services have a target of their own.
            own = {one: ((days, days) if one == service else (4, 5)) for one in SERVICES}
            target = None if days is None or there is None else max(days, there)
            found = at_centre(thing, Terms(level, cap, own), service=service, kind=kind, target=target)
            assert found == reasons_by_hand(thing, level, cap, days, service, kind, target), (thing, level, cap)
            seen += 1
    assert seen == 32 * 4 * 3 * 2 * 3 * 2 * 2


def test_it_goes_on_fast_track_only_where_every_need_is_met():
    """At most one combination of flags, and a target that both countries give (programme §6)."""
    for flags in product([True, False], repeat=5):
        thing = Thing(*flags)
        for level, cap, service, kind in product(Rank, Rank, SERVICES, CentreKind):
            own = dict.fromkeys(SERVICES, (3, 5))
            found = at_centre(thing, Terms(level, cap, own), service=service, kind=kind, target=5)
            needs = thing.listed and thing.serviceable and thing.complete and thing.validated
            by_level = min(level, cap) >= Rank.SILVER
            assert (found == ()) == (needs and by_level and (kind == CANON or service == "repair"))


ROWS = [
    Row(plain, video, loan, discount, free)
    for (plain, video), loan, discount, free in product(
        [(None, None), (5, 5), (3, 5), (2, 6)], [True, False], [Decimal(0), Decimal(10), Decimal(20)], [True, False]
    )
]


def test_what_two_countries_give_together_in_every_combination():
    for home, there, kind, video in product(ROWS, ROWS, CentreKind, [True, False]):
        given = together(home, there, kind=kind, video=video)
        own, their = (row.video_target if video else row.target for row in (home, there))
        assert (given.home_target, given.centre_target) == (own, their)
        # The longer of both, none if either gives none.
        assert given.target == (None if None in (own, their) else max(own, their))
        # A loan only where both give one, and never without a target.
        assert given.loan == (given.target is not None and home.loan and there.loan)
        assert (given.loan_after is None) == (not given.loan)
        if given.loan:
            assert given.loan_after == (min(given.target, 5) if video else given.target)
        # Discount and return shipping at Canon Service & Repair Centres only.
        assert given.discount == (min(home.discount, there.discount) if kind == CANON else 0)
        assert given.free_shipping == (kind == CANON and home.free_shipping and there.free_shipping)
        assert Given.from_json(given.as_json()) == given


@pytest.mark.parametrize(
    ("home", "there", "whose"),
    [
        (3, 3, Whose.BOTH),
        (None, None, Whose.BOTH),
        (5, 3, Whose.HOME),
        (3, 5, Whose.CENTRE),
        (None, 3, Whose.HOME),
        (3, None, Whose.CENTRE),
    ],
)
def test_whose_terms_decided(home, there, whose):
    given = together(Row(home, 5), Row(there, 5), kind=CANON, video=False)
    assert given.whose_target == whose


def test_both_countries_are_the_same_at_home_and_nothing_is_nothing():
    for row, kind, video in product(ROWS, CentreKind, [True, False]):
        given = together(row, row, kind=kind, video=video)
        assert (given.target, given.whose_target) == (row.days(video=video), Whose.BOTH)
        assert together(NOTHING, row, kind=kind, video=video).target is None
        assert not together(row, NOTHING, kind=kind, video=video).loan
