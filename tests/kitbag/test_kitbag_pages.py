"""The kitbag's pages: what they show, what they do, and that nobody sees anybody else's."""

import itertools
import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cps_portal.pages.kitbag.item import curve_of
from kitbag import editing, listing, removal, standing, validation
from kitbag.listing import Choice, Show, Sort
from kitbag.models import ItemEvent, KitItem, Night, ProposedEdit, RemovalReason, StolenUnit, WaitingReason
from kitbag.rules.checks import Reason
from kitbag.rules.worth import Step
from kitbag.turns import BEING_CHECKED, NEEDS_MEMBER
from members.models import Level
from servicing import eligibility
from tests.conftest import details
from tests.factories import NOON, ProductFactory
from tests.kitbag import hostile
from tests.kitbag.test_hostile_files import upload

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


@pytest.fixture
def as_omar(client, omar):
    client.force_login(omar.user)
    return client


@pytest.fixture
def fast(db):
    return ProductFactory(name="EOS R3", sku="eos-r3", points=600, fast_track=True)


def page(client, name, *args, status=200, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == status
    return response


def text(response):
    return " ".join(response.content.decode().split())


# The list


def test_an_empty_kitbag_says_what_to_do_first(as_layla):
    response = page(as_layla, "kitbag")
    assert "Add the first thing you own" in text(response)
    assert reverse("kitbag-add") in text(response)


def test_the_list_shows_figures_states_and_totals(as_layla, layla, camera, lens, register):
    register(layla, camera)
    draft = register(layla, lens, serial="1234567890", purchased_on=None, store="")
    response = page(as_layla, "kitbag")
    counted, waiting, track, needs = response.context["figures"]
    assert (counted["value"], counted["unit"]) == ("320", "points, 1 item")
    assert (waiting["value"], waiting["unit"]) == ("235", "points, 1 item")
    assert (track["value"], track["unit"]) == ("0", "of 2 items")
    assert (needs["value"], needs["unit"]) == ("1", "item")
    words = text(response)
    assert "Date and store missing" in words
    assert f"{reverse('kitbag-item-edit', args=[draft.pk])}#id_purchased_on" in words
    assert "With this item complete and checked you would have 555, Silver." in words


def test_a_reduced_value_shows_what_it_was(as_layla, layla, register):
    product = ProductFactory(name="EOS C300 Mark II", points=795)
    register(layla, product)
    product.points_full = 1000
    product.save(update_fields=["points_full"])
    assert "was 1,000" in text(page(as_layla, "kitbag"))


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("r5", True),
        ("EOS-R5 markii", True),
        ("mark r5", True),
        ("0123 4567", True),
        ("０１２３４５", True),
        ("r6", False),
        ("'; drop table", False),
        ("%", False),
        ("\x00", True),
    ],
)
def test_search_finds_names_and_numbers_in_any_spelling(as_layla, layla, camera, register, query, finds):
    register(layla, camera, serial="012-345-678901")
    assert bool(page(as_layla, "kitbag", q=query).context["rows"]) is finds


def test_filters_and_their_counts(as_layla, layla, camera, lens, register):
    register(layla, camera)
    register(layla, lens, serial="1234567890", store="")
    register(layla, lens, serial="X")
    checked = register(layla, lens, serial="2222222222", number_confirmed=True)
    KitItem.objects.filter(pk=checked.pk).update(in_case_since=NOON)
    response = page(as_layla, "kitbag", family="lens")
    assert {row["name"] for row in response.context["rows"]} == {lens.name}
    assert [(show["value"], show["count"]) for show in response.context["shows"]] == [
        ("needs-you", 2),
        ("counts", 1),
        ("waiting", 2),
        ("servicing", 1),
    ]
    assert [(one["label"], one["count"]) for one in response.context["segments"]] == [
        ("All", 4),
        ("Bodies", 1),
        ("Lenses", 3),
    ]
    for show in Show:
        rows = page(as_layla, "kitbag", show=show.value).context["rows"]
        assert len(rows) == {"": 4, "needs-you": 2, "counts": 2, "waiting": 2, "servicing": 1}[show.value]


def test_unknown_choices_are_as_if_they_were_not_there(as_layla, layla, camera, register):
    register(layla, camera)
    odd = {"family": "<b>", "show": "\x00", "sort": "; --", "after": "%%%", "before": "W10"}
    assert len(page(as_layla, "kitbag", **odd).context["rows"]) == 1


def test_the_states_a_page_counts_are_those_of_the_vocabulary(layla, camera, lens, register):
    register(layla, camera)
    register(layla, lens, store="")
    register(layla, camera, serial="1")
    register(layla, camera, serial="2", number_confirmed=True)
    mine = KitItem.objects.live().owned_by(layla)
    choice = Choice()
    counts = listing.counts_of(
        layla.pk,
        day=DAY,
        choice=choice,
        fast_track=eligibility.qualifying(eligibility.terms_of("GB", level=1, day=DAY)),
    )
    assert counts.needs_you == mine.filter(NEEDS_MEMBER).count() == 2
    assert mine.filter(BEING_CHECKED).count() == 1
    assert counts.uncounted == mine.uncounted().count() == 3
    assert counts.validated == mine.validated().count() == 1


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_by_key_show_everything_once_there_and_back(layla, sort, register):
    products = [ProductFactory(name=f"Lens {n % 4}", points=10 * (n % 3)) for n in range(11)]
    for n, product in enumerate(products):
        register(layla, product, at=NOON + timedelta(minutes=n // 3), store="")
    choice = Choice(sort=sort)
    whole = [row.id for row in listing.page_of(layla.pk, day=DAY, choice=choice).rows]
    assert len(whole) == 11
    seen, after, pages = [], "", []
    while True:
        found = listing.page_of(layla.pk, day=DAY, choice=choice, after=after, limit=3)
        seen += [row.id for row in found.rows]
        pages.append(found)
        if not found.after:
            break
        after = found.after
    assert seen == whole
    for earlier, later in itertools.pairwise(pages):
        back = listing.page_of(layla.pk, day=DAY, choice=choice, before=later.before, limit=3)
        assert [row.id for row in back.rows] == [row.id for row in earlier.rows]
        assert bool(back.before) == bool(earlier.before)


def fill(member, products, count, register):
    """A kitbag of many items, most of them counting, spread over hours as people add them."""
    for n in range(count):
        store = "" if n % 5 == 4 else "Jacobs"
        register(member, products[n % len(products)], at=NOON - timedelta(hours=count - n), store=store)


def asked(client, name, *args):
    """The queries of a page that a member opens for the second time."""
    page(client, name, *args)
    with CaptureQueriesContext(connection) as queries:
        response = page(client, name, *args)
    return [query["sql"] for query in queries], response


# session; user and member; standing; terms; counts; rows; thresholds
LIST_QUERIES = 7
# session; user and member; item, product, papers and places; valuations; standing; change; claim; events; terms;
# and below Platinum another product to compare levels by
ITEM_QUERIES = 9
# Before the night is complete the standing is the expression's: total, holds, thresholds.
BEFORE_THE_NIGHT = 3


@pytest.mark.parametrize("count", [5, 50, 500])
def test_queries_do_not_grow_with_the_kitbag(as_layla, layla, count, register):
    products = [ProductFactory(name=f"Product {n}", points=10 + n, fast_track=n % 2 == 0) for n in range(12)]
    fill(layla, products, count, register)
    queries, response = asked(as_layla, "kitbag")
    assert len(queries) == LIST_QUERIES + BEFORE_THE_NIGHT <= 10, "\n".join(queries)
    assert len(response.context["rows"]) == min(count, listing.PAGE)
    Night.objects.create(day=DAY, begun_at=TODAY, completed_at=TODAY)
    assert len(asked(as_layla, "kitbag")[0]) == LIST_QUERIES
    item = KitItem.objects.validated().first()
    queries, response = asked(as_layla, "kitbag-item", item.pk)
    below_platinum = response.context["track"]["higher"] != []
    assert len(queries) == ITEM_QUERIES + below_platinum, "\n".join(queries)


# Adding


def add(client, product, status=302, **typed):
    data = {
        "product": product.sku,
        "item": str(uuid.uuid4()),
        "serial_typed": "012345678901",
        "country_of_purchase": "GB",
        "purchased_on": "2024-03-14",
        "store": "Jacobs",
    } | typed
    response = client.post(reverse("kitbag-add"), data)
    assert response.status_code == status, text(response)
    return response


def test_points_are_shown_before_anything_is_entered(as_layla, layla, camera):
    response = page(as_layla, "kitbag-add", product=camera.sku)
    assert response.context["product"].points == 320
    assert "320" in text(response)
    assert not KitItem.objects.exists()


def test_search_works_without_scripts_and_by_keystroke(as_layla, camera):
    found = page(as_layla, "kitbag-add", q="eos r5").context["found"]
    assert [(hit["name"], hit["points"]) for hit in found] == [("EOS R5 Mark II", 320)]
    response = as_layla.get(
        reverse("kitbag-add"), {"q": "eos r5"}, headers={"HX-Request": "true", "HX-Target": "found"}
    )
    assert response.templates[0].name == "kitbag/_found.html"
    assert "<html" not in text(response)


def test_a_product_with_all_details_counts_at_once(as_layla, layla, camera):
    response = add(as_layla, camera)
    item = KitItem.objects.get()
    assert (item.state, item.member, item.store) == (KitItem.State.VALIDATED, layla, "Jacobs")
    assert response.url == reverse("kitbag-item", args=[item.pk])
    assert "EOS R5 Mark II counts: 320 points." in text(as_layla.get(response.url))
    assert standing.on(layla.pk, DAY).points == 320


def test_everything_may_be_left_out(as_layla, layla, camera):
    add(as_layla, camera, serial_typed="", country_of_purchase="", purchased_on="", store="")
    item = KitItem.objects.get()
    assert item.state == KitItem.State.DRAFT
    words = text(page(as_layla, "kitbag"))
    assert "Serial number, country, date and store missing" in words


def test_sent_twice_it_is_added_once(as_layla, camera):
    key = str(uuid.uuid4())
    first, second = (add(as_layla, camera, item=key) for _twice in range(2))
    assert first.url == second.url
    assert KitItem.objects.count() == 1
    assert ItemEvent.objects.filter(kind=ItemEvent.Kind.ADDED).count() == 1


def test_sent_again_after_it_was_removed_it_stays_removed(as_layla, layla, camera):
    key = str(uuid.uuid4())
    add(as_layla, camera, item=key)
    removal.remove_item(uuid.UUID(key), member_id=layla.pk, reason=RemovalReason.SOLD, at=TODAY, by=layla.user)
    response = as_layla.get(add(as_layla, camera, item=key).url)
    assert "This product has been removed from your kitbag." in text(response)
    assert not KitItem.objects.live().exists()


def test_a_key_of_another_members_item_adds_nothing_and_says_to_save_again(as_layla, omar, camera, register):
    theirs = register(omar, camera)
    response = add(as_layla, camera, status=200, item=str(theirs.pk))
    assert "Look at it and save again" in text(response)
    assert response.context["form"]["item"].value() != str(theirs.pk)
    assert KitItem.objects.count() == 1


def test_a_product_that_is_none_is_not_added(as_layla, camera):
    for sku in ("no-such", "\x00", "a" * 500, "أ"):
        response = as_layla.post(reverse("kitbag-add"), {"product": sku})
        assert response.status_code == 200
        assert response.context["unknown"]
    assert not KitItem.objects.exists()


def test_a_product_without_numbers_asks_for_none(as_layla):
    strap = ProductFactory(name="Strap", sku="strap", points=2, serial_need="none")
    form = page(as_layla, "kitbag-add", product="strap").context["form"]
    assert "serial_typed" not in form.fields
    add(as_layla, strap, serial_typed="ignored 123")
    assert KitItem.objects.get().serial == ""


# One item


def test_a_draft_links_to_the_very_fields(as_layla, layla, camera, register):
    item = register(layla, camera, purchased_on=None, store="")
    words = text(page(as_layla, "kitbag-item", item.pk))
    edit = reverse("kitbag-item-edit", args=[item.pk])
    for field in ("purchased_on", "store"):
        assert f"{edit}#id_{field}" in words
        assert f'id="id_{field}"' in text(page(as_layla, "kitbag-item-edit", item.pk))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_and_a_way_on(as_layla, layla, camera, register, reason):
    item = register(layla, camera, serial="1")
    KitItem.objects.filter(pk=item.pk).update(reasons=[reason.value])
    response = page(as_layla, "kitbag-item", item.pk)
    (shown,) = response.context["reasons"]
    assert shown["words"] == WaitingReason(reason.value).label
    assert len(str(shown["todo"])) > 20
    page(as_layla, "kitbag")


def test_this_is_what_it_says_with_a_photo_sends_it_to_review(as_layla, shelf, layla, camera, register):
    item = register(layla, camera, serial="12")
    assert "This is what it says" in text(page(as_layla, "kitbag-item", item.pk))
    number = reverse("kitbag-item-number", args=[item.pk])
    answer = as_layla.post(number)
    assert answer.context["form"].errors["proof"] == ["Add a photo on which the number can be read."]
    as_layla.post(number, {"proof_file": upload(hostile.JPEG, "number.jpg")})
    item.refresh_from_db()
    assert [proof.kind for proof in item.proofs.all()] == ["number_photo"]
    assert (item.state, item.reasons) == (KitItem.State.WAITING, ["shape_confirmed"])
    assert text(page(as_layla, "kitbag")).count("We are checking it") == 1


def test_a_look_alike_is_offered_and_never_taken_by_itself(as_layla, layla, camera, register):
    item = register(layla, camera, serial="O1234567890I")
    assert item.serial == "O1234567890I"
    assert "012345678901" in text(page(as_layla, "kitbag-item", item.pk))
    as_layla.post(reverse("kitbag-item-number", args=[item.pk]), {"use": "lookalike"})
    item.refresh_from_db()
    assert (item.serial, item.state) == ("012345678901", KitItem.State.VALIDATED)


def test_confirming_where_nothing_is_in_doubt_changes_nothing(as_layla, layla, camera, register):
    item = register(layla, camera)
    before = ItemEvent.objects.count()
    assert as_layla.post(reverse("kitbag-item-number", args=[item.pk])).status_code == 302
    assert ItemEvent.objects.count() == before


def test_staff_words_reach_the_member(as_layla, layla, vera, camera, register):
    item = register(layla, camera, serial="1")
    validation.ask_member(item.pk, note="Is that the <b>lens</b>?", by=vera, at=TODAY)
    words = text(page(as_layla, "kitbag-item", item.pk))
    assert "Is that the &lt;b&gt;lens&lt;/b&gt;?" in words
    validation.reject_item(item.pk, note="Not a Canon.", by=vera, at=TODAY)
    words = text(page(as_layla, "kitbag-item", item.pk))
    assert "Not a Canon." in words
    assert "We could not accept" in words
    assert "Not accepted" in text(page(as_layla, "kitbag"))


def test_fast_track_says_yes_with_targets_and_no_with_every_reason(as_layla, layla, camera, fast, register):
    item = register(layla, fast)
    track = page(as_layla, "kitbag-item", item.pk).context["track"]
    assert (track["qualifies"], track["best"]) == (True, 5)
    repair, maintenance, _upgrade = track["targets"]
    assert repair["days"] == {"canon": "5 days", "partner": "5 days"}
    assert maintenance["days"] == {"canon": "5 days"}
    draft = register(layla, camera, store="")
    track = page(as_layla, "kitbag-item", draft.pk).context["track"]
    assert [str(reason) for reason in track["reasons"]] == [
        "This product is not on the Fast Track list.",
        "Details of this product are missing.",
    ]
    assert page(as_layla, "kitbag").context["figures"][2]["value"] == "1"


def test_bought_outside_the_programme_counts_and_states_the_limits(as_layla, layla, camera, register):
    item = register(layla, camera, country_of_purchase="JP")
    assert item.state == KitItem.State.VALIDATED
    response = page(as_layla, "kitbag-item", item.pk)
    assert response.context["abroad"] == "Japan"
    assert "not eligible for local Canon warranty support" in text(response)


def test_a_change_that_waits_is_shown_with_the_old_values_in_force(as_layla, shelf, layla, camera, register):
    item = register(layla, camera, serial="012345678901")
    editing.edit_item(item.pk, member_id=layla.pk, details=details("ABC"), at=TODAY, by=layla.user)
    response = page(as_layla, "kitbag-item", item.pk)
    assert response.context["change"]["serial"] == "ABC"
    assert "012345678901" in text(response)
    assert response.context["counts"]
    as_layla.post(reverse("kitbag-item-number", args=[item.pk]), {"proof_file": upload(hostile.JPEG, "number.jpg")})
    edit = ProposedEdit.objects.get(item=item, state=ProposedEdit.State.WAITING)
    assert (edit.number_confirmed, edit.reasons) == (True, ["shape_confirmed"])
    assert standing.on(layla.pk, DAY).points == 320


def test_the_value_of_a_product_through_its_life(lens):
    first = Step(date(2024, 1, 1), 235, "current", "first")
    scale = (235, 140, 47)

    def told(*steps, day=DAY):
        return [
            (line["stage"], line["points"], line["from"], line["today"])
            for line in curve_of(steps, day=day, scale=scale)
        ]

    assert told(first) == [
        ("current", 235, None, True),
        ("superseded", 140, None, False),
        ("unserviceable", 47, None, False),
    ]
    planned = Step(date(2027, 9, 14), 150, "superseded", "superseded")
    assert told(first, planned)[1] == ("superseded", 150, date(2027, 9, 14), False)
    assert told(first, planned, day=date(2027, 9, 14))[1] == ("superseded", 150, date(2027, 9, 14), True)
    raised = Step(date(2026, 1, 1), 260, "current", "set")
    assert told(first, raised)[0] == ("current", 260, None, True)


def test_what_happened_is_told_in_words(as_layla, layla, camera, register):
    item = register(layla, camera, serial="012345678901")
    edit(as_layla, item, store="Park Cameras", country_of_purchase="ES")
    edit(as_layla, item, store="Park Cameras", country_of_purchase="ES", serial_typed="12")
    timeline = page(as_layla, "kitbag-item", item.pk).context["timeline"]
    assert [line["text"] for line in timeline["past"]] == [
        "Serial number \u2068012345678901\u2069 to \u206812\u2069. The serial number does not look like this product’s",
        "Country and store",
        "",
        "",
    ]


# Editing


def edit(client, item, status=302, **typed):
    data = {
        "serial_typed": item.serial_typed,
        "country_of_purchase": str(item.country_of_purchase),
        "purchased_on": item.purchased_on.isoformat() if item.purchased_on else "",
        "store": item.store,
    } | typed
    response = client.post(reverse("kitbag-item-edit", args=[item.pk]), data)
    assert response.status_code == status, text(response)
    return response


def test_completing_a_draft_makes_it_count(as_layla, layla, camera, register):
    item = register(layla, camera, store="")
    edit(as_layla, item, store="Jacobs")
    item.refresh_from_db()
    assert item.state == KitItem.State.VALIDATED


def test_saving_again_keeps_what_was_confirmed_about_a_number(as_layla, layla, camera, register):
    item = register(layla, camera, serial="12", number_confirmed=True, store="")
    edit(as_layla, item, store="Jacobs")
    item.refresh_from_db()
    assert (item.number_confirmed, item.reasons) == (True, ["shape_confirmed"])
    edit(as_layla, item, serial_typed="13")
    item.refresh_from_db()
    assert (item.number_confirmed, item.reasons) == (False, ["serial_shape"])


def test_a_counting_item_keeps_counting_and_all_its_details(as_layla, layla, camera, register):
    item = register(layla, camera)
    response = edit(as_layla, item, status=200, store="", purchased_on="")
    assert set(response.context["form"].errors) == {"store", "purchased_on"}
    edit(as_layla, item, store="Park Cameras")
    item.refresh_from_db()
    assert (item.store, item.state) == ("Park Cameras", KitItem.State.VALIDATED)
    assert standing.on(layla.pk, DAY).points == 320


@pytest.mark.parametrize(
    ("typed", "words"), [("2099-01-01", "lies in the future"), ("2005-01-01", "before the product")]
)
def test_a_refusal_stands_beside_its_field(as_layla, layla, camera, register, typed, words):
    item = register(layla, camera)
    response = edit(as_layla, item, status=200, purchased_on=typed)
    assert words in str(response.context["form"].errors["purchased_on"])


def test_another_product_can_be_chosen_and_takes_over_when_it_passes(as_layla, layla, camera, fast, register):
    item = register(layla, camera)
    assert page(as_layla, "kitbag-item-edit", item.pk, q="eos r3").context["found"][0]["name"] == "EOS R3"
    assert page(as_layla, "kitbag-item-edit", item.pk, product=fast.sku).context["other_product"]
    edit(as_layla, item, product=fast.sku)
    item.refresh_from_db()
    assert item.product == fast
    assert standing.on(layla.pk, DAY).points == 600


def test_in_servicing_product_and_number_stay(as_layla, layla, camera, register):
    item = register(layla, camera)
    KitItem.objects.filter(pk=item.pk).update(in_case_since=NOON)
    response = edit(as_layla, item, status=200, serial_typed="999999999999")
    assert "in servicing" in str(response.context["form"].errors["serial_typed"])


# Removing


def test_the_effect_is_shown_before_it_is_taken(as_layla, layla, camera, fast, register):
    register(layla, camera)
    item = register(layla, fast)
    response = page(as_layla, "kitbag-item-remove", item.pk)
    assert response.context["before"] == standing.Stands(920, Level.SILVER)
    assert response.context["after"] == standing.Stands(320, Level.RED)
    assert "your level becomes Red" in text(response)
    assert KitItem.objects.live().count() == 2
    response = as_layla.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": "sold"}, follow=True)
    assert "EOS R3 is out of your kitbag." in text(response)
    assert len(response.context["rows"]) == 1
    assert "Removed from your kitbag on 24 Nov 2026." in text(page(as_layla, "kitbag-item", item.pk))


@pytest.mark.parametrize("reason", ["", "gift", "\x00"])
def test_without_one_of_the_reasons_nothing_is_removed(as_layla, layla, camera, register, reason):
    item = register(layla, camera)
    response = as_layla.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": reason})
    assert response.context["form"].errors["reason"]
    assert KitItem.objects.live().count() == 1


def test_what_is_in_servicing_leaves_only_as_stolen(as_layla, layla, camera, register):
    item = register(layla, camera)
    KitItem.objects.filter(pk=item.pk).update(in_case_since=NOON)
    response = as_layla.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": "sold"})
    assert "It is in servicing." in str(response.context["form"].errors["reason"])
    as_layla.post(reverse("kitbag-item-remove", args=[item.pk]), {"reason": "stolen"})
    assert StolenUnit.objects.get().serial == item.serial


def test_a_removal_is_undone_from_the_items_page(as_layla, layla, camera, register):
    item = register(layla, camera)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.STOLEN, at=TODAY, by=layla.user)
    assert "Possible until 8 Dec 2026." in text(page(as_layla, "kitbag-item", item.pk))
    with time_machine.travel(TODAY + timedelta(days=14)):
        as_layla.post(reverse("kitbag-item-undo", args=[item.pk]))
        item.refresh_from_db()
        assert item.state == KitItem.State.VALIDATED
        assert StolenUnit.objects.get().withdrawn_at is not None
        assert standing.on(layla.pk, (TODAY + timedelta(days=14)).date()).points == 320


def test_after_the_last_day_it_stays_removed(as_layla, layla, camera, register):
    item = register(layla, camera)
    removal.remove_item(item.pk, member_id=layla.pk, reason=RemovalReason.SOLD, at=TODAY, by=layla.user)
    with time_machine.travel(TODAY + timedelta(days=15)):
        assert "Put it back" not in text(page(as_layla, "kitbag-item", item.pk))
        response = as_layla.post(reverse("kitbag-item-undo", args=[item.pk]), follow=True)
        assert "Add the product again." in text(response)
    item.refresh_from_db()
    assert item.state == KitItem.State.REMOVED


# Who sees what

ITEM_PAGES = ["kitbag-item", "kitbag-item-edit", "kitbag-item-remove"]
ITEM_ACTS = ["kitbag-item-edit", "kitbag-item-remove", "kitbag-item-number", "kitbag-item-undo"]


def test_another_members_item_is_not_there(as_omar, layla, camera, register):
    item = register(layla, camera)
    for name in ITEM_PAGES:
        page(as_omar, name, item.pk, status=404)
        page(as_omar, name, uuid.uuid4(), status=404)
    for name in ITEM_ACTS:
        assert as_omar.post(reverse(name, args=[item.pk]), {"reason": "sold", "store": "x"}).status_code == 404
    item.refresh_from_db()
    assert (item.state, item.store) == (KitItem.State.VALIDATED, "Jacobs")
    assert not page(as_omar, "kitbag").context.get("rows")


def test_visitors_sign_in_first(client, layla, camera, register):
    item = register(layla, camera)
    for name, args in [("kitbag", []), ("kitbag-add", []), *((name, [item.pk]) for name in ITEM_PAGES)]:
        assert "/account/login/" in page(client, name, *args, status=302).url
    for name in ITEM_ACTS:
        assert "/account/login/" in client.post(reverse(name, args=[item.pk])).url
    item.refresh_from_db()
    assert item.state == KitItem.State.VALIDATED


def test_pages_speak_arabic_the_other_way_round(as_layla, layla, camera, register):
    item = register(layla, camera, store="متجر 📷")
    as_layla.cookies["django_language"] = "ar"
    for name, args in [("kitbag", []), ("kitbag-item", [item.pk]), ("kitbag-item-remove", [item.pk])]:
        words = text(page(as_layla, name, *args))
        assert 'dir="rtl"' in words
        assert "320" in words
