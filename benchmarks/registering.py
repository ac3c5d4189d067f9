"""T1: registering a product through the whole stack, beside the same statements in pgbench.

The statements are those of a real request, as the database got them; pgbench sends them over one
connection, as the product does, with a number and an item of its own each time.
"""

import tempfile
import uuid
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, time

from django.test.utils import override_settings

from benchmarks.goal import Goal
from benchmarks.kits import Visitor, member_of
from benchmarks.pgbench import statements_of, transactions_a_second
from kitbag.models import KitItem, Product

PATH = "/kitbag/add/"
POSTS = 60
ROUNDS = 7


def run() -> list[Goal]:
    """Registrations a second, medians of interleaved rounds."""
    sku = Product.objects.filter(category="camera_mirrorless", points_full__gt=0).order_by("sku").values_list("sku")[0]
    member = member_of(0, name=f"t1-{int(time())}")
    visitor = Visitor(member.user)
    numbers = count(int(time()) * 100_000 % 900_000_000_000 + 100_000_000_000, 17)
    product, floor = [], []
    # Ten an hour is a rule for people; every request here should do the same work.
    with override_settings(ITEMS_VALIDATED_PER_HOUR=10**9), tempfile.TemporaryDirectory() as folder:
        visitor.post(PATH, _form(sku[0], str(next(numbers)), uuid.uuid4()))
        script = Path(folder) / "register.sql"
        script.write_text(_script(visitor, sku[0], str(next(numbers))))
        for turn in range(ROUNDS + 1):
            begin = perf_counter()
            for _ in range(POSTS):
                visitor.post(PATH, _form(sku[0], str(next(numbers)), uuid.uuid4()))
            rate = POSTS / (perf_counter() - begin)
            bare = transactions_a_second(script, times=POSTS * 5)
            if turn:  # the first round warms both
                product.append(rate)
                floor.append(bare)
    if KitItem.objects.filter(member=member).exclude(state=KitItem.State.VALIDATED).exists():
        raise RuntimeError("T1: not every registration counted at once.")
    return [Goal.at_least("T1", median(product), median(floor), 1 / 15)]


def _form(sku: str, serial: str, item: uuid.UUID) -> dict[str, str]:
    return {
        "product": sku,
        "item": str(item),
        "serial_typed": serial,
        "country_of_purchase": "GB",
        "purchased_on": "2024-03-02",
        "store": "Jacobs",
    }


def _script(visitor: Visitor, sku: str, serial: str) -> str:
    """The statements of one request; its number and its item become pgbench's own."""
    item = uuid.uuid4()
    statements = "\n".join(statements_of(lambda: visitor.post(PATH, _form(sku, serial, item))))
    statements = statements.replace(serial, ":number").replace(str(item), "00000000-0000-4000-8000-:number")
    return "\\set number random(100000000000, 999999999999)\n" + statements
