"""The night on a million members: N1 against bare SQL, N3 its growth, N5 after kills, locks, memory, the full check."""

import random
from contextlib import closing
from datetime import UTC, datetime, time
from statistics import median
from time import monotonic

import psutil
import psycopg2
from django.db import connection

from benchmarks.baselines.bare_night import bare_night
from benchmarks.goal import Goal
from benchmarks.kits import Visitor
from benchmarks.night_worker import Worker, cpu_milliseconds, worker_of
from benchmarks.night_world import MEMBERS, World
from kitbag import full_check, night
from kitbag.models import Night
from members.models import User

FALLING = 57
ROUNDS = 5
GROWTH = (0, 1, 10, FALLING, 250)
RANDOM_NIGHTS = 19


def run() -> list[Goal]:
    world, small = World(MEMBERS), World(MEMBERS // 10)
    goals = []
    with worker_of(world) as worker:
        goals += [against_bare_sql(worker), *locks_and_memory(worker)]
        goals.append(after_kills(worker))
    return [*goals, *growth(world, small), *long_history(world)]


def say(words: str) -> None:
    print(f"  {words}", flush=True)


def against_bare_sql(worker: Worker) -> Goal:
    """CPU of a night as a task, the worker's and the database's, and of the same work as one statement; interleaved."""
    product, floor = [], []
    with closing(psycopg2.connect(worker.world.url())) as by_hand:
        server = psutil.Process(by_hand.info.backend_pid).parent()
        for turn in range(ROUNDS + 1):
            day, items = worker.world.plan(FALLING)
            worker.open(day)
            other, _items = worker.world.plan(FALLING)
            before = cpu_milliseconds(worker.process, server)
            taken = worker.take(day)
            task = cpu_milliseconds(worker.process, server) - before
            before = cpu_milliseconds(psutil.Process(), server)
            begin = monotonic()
            bare_night(by_hand, other)
            bare = (monotonic() - begin) * 1000
            by_hand_cpu = cpu_milliseconds(psutil.Process(), server) - before
            say(
                f"{items:,} items of {FALLING} products: task {task:.0f} ms of CPU in {taken:.0f} ms,"
                f" bare SQL {by_hand_cpu:.0f} in {bare:.0f}"
            )
            if turn:  # the first round warms both
                product.append(task)
                floor.append(by_hand_cpu)
    return Goal.at_most("N1", median(product), median(floor), 1.25)


def locks_and_memory(worker: Worker) -> list[Goal]:
    """The longest that a transaction with locks on standings lasted, in ms; the worker's most memory, in MB."""
    longest = 0.0
    for _ in range(3):
        day, _items = worker.world.plan(FALLING)
        worker.open(day)
        with worker.watched() as samples:
            worker.take(day)
        longest = max(longest, *samples)
    return [
        Goal.at_most("row locks, ms", longest, 500, 1),
        Goal.at_most("worker memory, MB", worker.peak_megabytes(), 200, 1),
    ]


def after_kills(worker: Worker) -> Goal:
    """Members that differ from a full recompute after random nights, in each of which the worker is killed."""
    struck = 0
    for _ in range(RANDOM_NIGHTS):
        day, _items = worker.world.plan(random.randint(1, 2 * FALLING))
        worker.open(day)
        struck += worker.take_killed(day, within=600)
    with worker.world.entered():
        begin = monotonic()
        differing = full_check.compare(last=Night.objects.last_complete_day()).count
        seconds = monotonic() - begin
    say(f"{worker.kills} kills, {struck} of them in an unfinished night; {differing} members differ")
    say(f"full check of {worker.world.members:,} standings: {seconds:.1f} s")
    return Goal("N5", differing, 0, 0, not differing and struck > 0)


def growth(world: World, small: World) -> list[Goal]:
    """Milliseconds of whole nights in this process, by products that fall and by members."""
    times: dict[int, float] = {}
    touched: dict[int, int] = {}
    with world.entered():
        forget_today(world)
        for products in GROWTH:
            times[products], touched[products] = whole_nights(world, products)
    say("products, items, ms: " + "; ".join(f"{n}, {touched[n]:,}, {times[n]:.0f}" for n in GROWTH))
    with world.entered():
        few, few_items = whole_nights(world, FALLING // 10)
    with small.entered():
        forget_today(small)
        idle_small, _none = whole_nights(small, 0)
        same, same_items = whole_nights(small, FALLING)
    per_item = same / same_items
    say(f"{small.members:,} members: nothing due {idle_small:.0f} ms; {same_items:,} items {same:.0f} ms")
    say(f"{world.members:,} members: {few_items:,} items {few:.0f} ms")
    most, usual = GROWTH[-1], FALLING
    return [
        Goal.at_most("night with nothing due, ms", times[0], 50, 1),
        Goal.at_most("N3 250 products / 57, by item", times[most] / touched[most], times[usual] / touched[usual], 1.25),
        Goal.at_most("N3 ten times the members, by item", few / few_items, per_item, 1.5),
    ]


def forget_today(world: World) -> None:
    """The row that kept the worker to one day goes, so that days follow each other again."""
    Night.objects.filter(day__gt=world.day).delete()


def whole_nights(world: World, products: int) -> tuple[float, int]:
    """Median milliseconds of nights in which so many products fall, with all they do; and items of one."""
    times, counts = [], []
    for _ in range(ROUNDS):
        day, items = world.plan(products)
        at = datetime.combine(day, time(0, 10), UTC)
        begin = monotonic()
        done = night.run(at=at, clock=lambda at=at: at)
        times.append((monotonic() - begin) * 1000)
        if done != [day]:
            raise RuntimeError(f"{done} instead of {day}")
        counts.append(items)
    connection.close()
    return median(times), int(median(counts))


def long_history(world: World) -> list[Goal]:
    """Milliseconds in the database of the points page: statement and forecast of 500 items and ten years."""
    user_id = world.member_of_ten_years()
    with world.entered():
        visitors = [Visitor(User.objects.get(pk=key)) for key in (1, user_id)]
        seen = []
        for visitor in visitors:
            visitor.get("/points/")
            asked = [in_the_database(visitor) for _ in range(11)]
            seen.append((asked[0][0], median(took for _queries, took in asked)))
    (few, _), (queries, took) = seen
    say(f"statement and forecast of 500 items and ten years: {queries} queries, {took:.1f} ms in the database")
    return [
        Goal.at_most("history, database ms", took, 30, 1),
        Goal.at_most("history, queries / those of five items", queries, few, 1),
    ]


def in_the_database(visitor: Visitor) -> tuple[int, float]:
    """Queries of the points page and the milliseconds they took."""
    times: list[float] = []

    def timed(execute, sql, params, many, context):
        begin = monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            times.append((monotonic() - begin) * 1000)

    with connection.execute_wrapper(timed):
        visitor.get("/points/")
    return len(times), sum(times)
