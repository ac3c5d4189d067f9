"""Forecasts come true: random histories, day by day, against a plain oracle and what was said before (programme §4).

Members register, remove and undo; staff plan, move and withdraw falls, set values, keep levels, move their ends,
plan and withdraw thresholds; nights are missed and caught up; the turn of a year and 29 February pass.
"""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from kitbag import drops, holds, night, removal, standing, statement, valuing
from kitbag.models import DropNotice, Hold, KitItem, Stage, Valuation
from kitbag.registration import KitError
from kitbag.rules.statement import lines
from kitbag.rules.valuing import PlanError
from members.models import Level, Threshold
from members.rules.days import programme_day
from tests.factories import MemberFactory, ProductFactory

FIRST = datetime(2027, 12, 14, 9, tzinfo=UTC)
DAYS = 90
LOOKS_AHEAD = 40
NEEDS = (500, 1000, 1600)


def newest(rows, key):
    """Of rows with the same key the one of the highest revision."""
    found = {}
    for row in sorted(rows, key=lambda row: row.revision):
        found[key(row)] = row
    return found.values()


def oracle(member, day):
    """Points and level of a day from the bare rows, written again: nothing of the portal's reckoning is used."""
    values = defaultdict(dict)
    for row in newest(Valuation.objects.all(), lambda row: (row.product_id, row.effective_on)):
        if row.points is not None and row.effective_on <= day:
            values[row.product_id][row.effective_on] = row.points
    total = 0
    for spell in member.spells.all():
        if spell.opened_at.date() <= day and (spell.closed_at is None or day < spell.closed_at.date()):
            steps = values[spell.product_id]
            total += steps[max(steps)]
    needs = [
        row
        for row in newest(Threshold.objects.all(), lambda row: row.effective_on)
        if row.effective_on <= day and not row.is_withdrawn
    ]
    now = max(needs, key=lambda row: row.effective_on)
    level = sum(total >= points for points in (now.silver, now.gold, now.platinum))
    for hold in newest(Hold.objects.filter(member=member), lambda row: row.number):
        if hold.begins_on <= day < hold.ends_on:
            level = max(level, hold.level)
    return total, level


class World:
    """Members and products whose days pass; remembers what was forecast and when anything was decided."""

    def __init__(self, seed, register, clerk):
        self.dice = random.Random(seed)
        self.register, self.clerk = register, clerk
        start = FIRST.date()
        self.members = [MemberFactory(standing_on=start, joined_at=FIRST) for _ in range(3)]
        self.products = [ProductFactory(points=self.dice.randrange(60, 700)) for _ in range(7)]
        self.said = defaultdict(dict)
        self.decided = dict.fromkeys([member.pk for member in self.members], start)
        self.acted = defaultdict(set)

    def everybody(self, day):
        self.decided = dict.fromkeys(self.decided, day)

    def mine(self, act, member, at):
        act(member, at)
        self.decided[member.pk] = at.date()
        self.acted[member.pk].add(at.date())

    def adds(self, member, at):
        self.register(member, self.dice.choice(self.products), at=at)

    def removes(self, member, at):
        items = list(KitItem.objects.owned_by(member).validated().order_by("added_at"))
        if items:
            item = self.dice.choice(items)
            removal.remove_item(item.pk, member_id=member.pk, reason="sold", at=at, by=member.user)

    def undoes(self, member, at):
        gone = KitItem.objects.owned_by(member).filter(state="removed", removed_at__gt=at - timedelta(days=13))
        item = gone.order_by("-removed_at").first()
        if item:
            removal.undo_removal(item.pk, member_id=member.pk, at=at, by=member.user)

    def plans(self, at):
        day = self.dice.choice([None, *[at.date() + timedelta(days=days) for days in (1, 2, 9, 30, 61, 75)]])
        stage = self.dice.choice([Stage.SUPERSEDED, Stage.SUPERSEDED, Stage.UNSERVICEABLE])
        product = self.dice.choice(self.products)
        valuing.replan(product.pk, mark=(stage, day), reason="Plan", short_notice="It came late", by=self.clerk, at=at)

    def sets(self, at):
        wanted = valuing.SetValue(self.dice.randrange(100, 900), at.date() + timedelta(days=self.dice.randrange(1, 9)))
        valuing.replan(self.dice.choice(self.products).pk, set_value=wanted, reason="Set", by=self.clerk, at=at)

    def keeps(self, at):
        member = self.dice.choice(self.members)
        begins = at.date() + timedelta(days=self.dice.randrange(1, 4))
        level = self.dice.choice([Level.SILVER, Level.GOLD, Level.PLATINUM])
        ends = begins + timedelta(days=self.dice.randrange(1, 30))
        holds.hold_level(member, level=level, begins_on=begins, ends_on=ends, reason="Press", by=self.clerk, at=at)

    def moves_an_end(self, at):
        found = list(Hold.objects.in_force().filter(ends_on__gt=at.date()).order_by("pk"))
        if found:
            ends = at.date() + timedelta(days=self.dice.randrange(1, 20))
            hold = self.dice.choice(found)
            holds.end_hold(hold.pk, ends_on=ends, reason="Moved", short_notice="Late", by=self.clerk, at=at)

    def needs_more(self, at):
        day = at.date() + timedelta(days=self.dice.randrange(1, 15))
        silver, gold, platinum = (points + self.dice.randrange(-90, 90) for points in NEEDS)
        holds.plan_thresholds(
            effective_on=day,
            silver=silver,
            gold=gold,
            platinum=platinum,
            reason="New",
            short_notice="Late",
            by=self.clerk,
            at=at,
        )

    def needs_as_before(self, at):
        planned = Threshold.objects.filter(effective_on__gt=at.date()).order_by("effective_on").first()
        if planned:
            holds.withdraw_thresholds(
                effective_on=planned.effective_on, reason="No", short_notice="Late", by=self.clerk, at=at
            )

    def day(self, at):
        """A few acts, or none."""
        for member in self.members:
            if self.dice.random() < 0.16:
                self.mine(self.dice.choice([self.adds, self.adds, self.removes, self.undoes]), member, at)
        if self.dice.random() < 0.2:
            act = self.dice.choice(
                [*[self.plans] * 3, self.sets, self.keeps, self.moves_an_end, self.needs_more, self.needs_as_before]
            )
            try:
                act(at + timedelta(hours=1))
            except (PlanError, KitError):
                return
            self.everybody(at.date())

    def foretell(self, today):
        """What the statement says of the days ahead, kept until they come."""
        for member in self.members:
            facts = statement.facts_of(member.pk)
            found = lines(facts)
            for ahead in range(1, LOOKS_AHEAD):
                day = today + timedelta(days=ahead)
                total = next((line.total for line in reversed(found) if line.day <= day), 0)
                self.said[member.pk, day][today] = (total, int(facts.level(total, day)))


def falls_of(member, day):
    """Points that a day takes at 00:00 and whether a level goes with it, by the statement's own lines."""
    due = [
        line
        for line in lines(statement.facts_of(member.pk), until=day)
        if line.day == day and line.kind in {"value", "hold_begins", "hold_ends", "thresholds"}
    ]
    points = -sum(line.change for line in due if line.change < 0)
    last = due[-1] if due else None
    loses = bool(last and last.level is not None and last.level < last.level_before)
    return points, loses


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_every_day_is_as_it_was_foretold(seed, db, register, vera):
    world = World(seed, register, vera)
    compared = told = missed = 0
    for number in range(DAYS):
        at = FIRST + timedelta(days=number)
        today = at.date()
        for member in world.members:
            points, loses = falls_of(member, today)
            notice = DropNotice.objects.filter(member=member, day=today).first()
            if points or loses:
                assert notice, (seed, today, member.pk, "not told ahead")
                assert notice.told_on < today, (seed, today, member.pk)
                assert notice.state == "told", (seed, today, member.pk)
                assert notice.costs_level or not loses, (seed, today, member.pk)
                told += 1
            elif notice and notice.state == "told":
                since = {day for day in world.acted[member.pk] if day >= notice.told_on}
                assert since, (seed, today, member.pk, "told of what did not come")
        if world.dice.random() < 0.8:
            night.run(at=at, clock=lambda at=at: at)
        else:
            missed += 1
        world.day(at)
        evening = at + timedelta(hours=12)
        drops.tell(at=evening)
        for member in world.members:
            stands = standing.on(member.pk, today)
            answer = (stands.points, int(stands.level))
            assert answer == oracle(member, today), (seed, today, member.pk)
            for said_on, said in world.said[member.pk, today].items():
                if said_on >= world.decided[member.pk]:
                    assert said == answer, (seed, today, member.pk, f"said on {said_on}")
                    compared += 1
        world.foretell(today)
    night.run(at=at, clock=lambda: at)
    for member in world.members:
        changes = list(member.level_changes.order_by("at", "pk").values_list("from_level", "to_level"))
        levels = [Level.RED, *[after for _before, after in changes]]
        assert [before for before, _after in changes] == levels[:-1], (seed, member.pk)
        assert levels[-1] == oracle(member, at.date())[1], (seed, member.pk)
    assert date(2028, 2, 29) <= programme_day(at)
    assert (compared > 250, told > 0, missed > 3) == (True, True, True), (compared, told, missed)
