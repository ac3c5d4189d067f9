"""An item's page as one line of days: what happened, what its value did and what lies ahead."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cps_portal.pages.kitbag.words import of_event
from kitbag import editing, removal, valuing
from kitbag.models import ItemEvent, RemovalReason, Stage
from kitbag.renumbering import renumber
from tests.conftest import details
from tests.factories import NOON

TODAY = NOON + timedelta(days=1)
DAY = TODAY.date()


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


def timeline(client, item):
    return client.get(reverse("kitbag-item", args=[item.pk])).context["timeline"]


def test_what_its_value_does_stands_in_the_same_line(as_layla, layla, vera, camera, register):
    item = register(layla, camera)
    ahead = DAY + timedelta(days=90)
    valuing.replan(camera.pk, mark=(Stage.SUPERSEDED, ahead), reason="A successor", by=vera, at=NOON)
    told = timeline(as_layla, item)
    assert [(line["on"], line["words"], line["text"]) for line in told["ahead"]] == [
        (ahead, "Its value falls: 320 to 192 points", "superseded")
    ]
    assert [line["words"] for line in told["past"]] == ["Validated: it counts", "Added to your kitbag"]
    with time_machine.travel(TODAY + timedelta(days=90)):
        as_layla.force_login(layla.user)
        assert timeline(as_layla, item)["past"][0]["on"] == ahead


def test_of_a_removed_item_nothing_lies_ahead(as_layla, layla, vera, camera, register):
    item = register(layla, camera)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=TODAY, by=layla.user)
    ahead = DAY + timedelta(days=90)
    valuing.replan(camera.pk, mark=(Stage.SUPERSEDED, ahead), reason="A successor", by=vera, at=NOON)
    told = timeline(as_layla, item)
    assert told["ahead"] == []
    assert (told["past"][0]["words"], told["past"][0]["text"]) == ("Removed from your kitbag", "I sold it")


def test_every_kind_of_event_has_words(as_layla, layla, vera, camera, lens, register):
    item = register(layla, camera, serial="012345678901")
    renumber(item.pk, serial_typed="987654321098", at=TODAY, by=vera)
    changed = details("987654321098")
    editing.edit_item(item.pk, member_id=layla.pk, product_id=lens.pk, details=changed, at=TODAY, by=layla.user)
    ItemEvent.objects.create(item=item, at=TODAY, kind=ItemEvent.Kind.PROOF_ADDED, facts={"name": "receipt.pdf"})
    told = [line["text"] for line in timeline(as_layla, item)["past"]]
    assert told[0] == "receipt.pdf"
    assert "\u2068EOS R5 Mark II\u2069 to \u2068RF 70-200mm F2.8L IS USM Z\u2069" in told
    assert "Serial number \u2068012345678901\u2069 to \u2068987654321098\u2069" in told
    for kind in ItemEvent.Kind:
        facts = {"reason": "sold", "answer": "objected", "yours": True, "ground": "used"}
        assert isinstance(of_event(kind, facts), str)
