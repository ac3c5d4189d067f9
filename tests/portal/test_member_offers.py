"""Offers, the welcome pack and the card as a member uses them (programme §8, §9)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cps_portal.pdf.paper import cannot_print
from kitbag import removal
from kitbag.models import RemovalReason
from members.models import Level, Message
from members.rules.roles import Role
from servicing import packs
from servicing.cards import token_of
from servicing.models import CardRevocation, OfferCode, WelcomePack
from tests.browser.readings import written_on
from tests.factories import NOON, MemberFactory, OfferFactory, ProductFactory
from tests.portal.staff import confirmed, staff_user
from tests.servicing.packed import PEOPLE

LABEL = {"name": "Layla Mansour", "street": "1 Bench Lane", "postcode": "N1 1AA", "town": "London", "country": "GB"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def silver(layla, register):
    """Layla, Silver by a product of 600 points."""
    register(layla, ProductFactory(name="EOS R1", points=600))
    return layla


def get(client, member, name, *args):
    client.force_login(member.user)
    return client.get(reverse(name, args=args))


def text_of(response):
    return " ".join(response.content.decode().split())


# Offers


def test_offers_say_why_they_are_shown_and_what_is_missing(client, silver, camera):
    owned = silver.kit_items.get().product
    mine = OfferFactory(title="Straps", levels=[1, 2, 3])
    by_kit = OfferFactory(title="Batteries")
    by_kit.products.set([owned])
    OfferFactory(title="Gold days", levels=[2, 3])
    OfferFactory(title="For R5", levels=[1]).products.set([camera])
    OfferFactory(title="Nearby", countries=["GB", "IE"])
    OfferFactory(title="Elsewhere", countries=["EG"])
    OfferFactory(title="Drafted", published=False)
    OfferFactory(title="Over", ends_on=NOON.date())
    page = text_of(get(client, silver, "offers"))
    assert "Shown because you own the EOS R1." in page
    assert "Shown because you are Silver." in page
    for_some = "It is for some countries, and yours is one: United Kingdom."
    assert page.count(for_some) == 1
    dashboard = text_of(client.get(reverse("dashboard")))
    assert "Shown because you own the EOS R1." in dashboard
    assert "Shown because you are Silver." in dashboard
    assert dashboard.count(for_some) == 1
    assert "From Gold on: 400 points more." in page
    assert "For owners of the EOS R5 Mark II." in page
    for title in ("Elsewhere", "Drafted", "Over"):
        assert title not in page
        other = mine.__class__.objects.get(title=title)
        assert get(client, silver, "offer", other.pk).status_code == 404


def test_just_out_of_reach_is_one_step_away_and_names_every_product(client, silver, camera, lens):
    """The next level, or a product at their own level; the page of what is further away says what is missing."""
    third = ProductFactory(name="EOS C70")
    fourth = ProductFactory(name="XF605")
    near = {
        OfferFactory(title="Next level", levels=[2]): "From Gold on: 400 points more.",
        OfferFactory(title="A product", levels=[1]): "For owners of the EOS R5 Mark II.",
        OfferFactory(title="Some", levels=[1]): "For owners of one of these: EOS C70, EOS R5 Mark II.",
        OfferFactory(title="Many", levels=[1]): "For owners of one of these: EOS C70, EOS R5 Mark II, RF",
    }
    for offer, products in zip(near, ([], [camera], [camera, third], [camera, lens, third, fourth]), strict=True):
        offer.products.set(products)
    two_up = OfferFactory(title="Two levels up", levels=[3])
    both = OfferFactory(title="Level and product", levels=[2])
    both.products.set([camera])
    page = get(client, silver, "offers")
    assert {row["title"] for row in page.context["others"]} == {offer.title for offer in near}
    for words in near.values():
        assert words in text_of(page)
    assert ", or 1 more." in text_of(page)
    assert "From Platinum on" in text_of(get(client, silver, "offer", two_up.pk))
    assert "For owners of the EOS R5 Mark II." in text_of(get(client, silver, "offer", both.pk))


def test_the_label_is_seen_as_it_is_printed(client, silver):
    """One function writes both: in Arabic too the country stands there as the post wants it."""
    client.force_login(silver.user)
    client.cookies["django_language"] = "ar"
    preview = client.post(reverse("pack"), LABEL | {"postcode": "n11aa", "look": "1"}).context["preview"]
    assert preview == ["Layla Mansour", "1 Bench Lane", "London", "N1 1AA", "UNITED KINGDOM"]
    client.post(reverse("pack"), LABEL | {"postcode": "n11aa"})
    assert client.get(reverse("pack")).context["pack"]["lines"] == preview
    clerk = staff_user(Role.LOGISTICS.value)
    batch = packs.pick_batch("GB", most=9, at=NOON, by=clerk)
    staff = confirmed(clerk)
    labels = staff.get(reverse("admin:pack_paper", args=[batch.pk, "labels"]))
    printed = written_on(labels.content)
    assert "".join(preview) in "".join(printed)


def test_what_staff_wrote_keeps_its_direction_between_arabic_sentences(client, silver):
    offer = OfferFactory(summary="Half price, everywhere.")
    client.cookies["django_language"] = "ar"
    for page in ("offers", "dashboard"):
        assert f"\u2068{offer.summary}\u2069" in get(client, silver, page).content.decode(), page


def test_a_code_is_drawn_once_and_shown_again(client, silver):
    offer = OfferFactory(codes="own")
    OfferCode.objects.bulk_create([OfferCode(offer=offer, code=f"CPS-{n}") for n in range(2)])
    here = reverse("offer", args=[offer.pk])
    assert "Get your code" in text_of(get(client, silver, "offer", offer.pk))
    for _twice in range(2):
        client.post(here)
    assert OfferCode.objects.filter(member=silver).count() == 1
    assert "CPS-0" in text_of(client.get(here))
    omar = MemberFactory()
    client.force_login(omar.user)
    client.post(here)
    assert "CPS-1" in text_of(client.get(here))
    late = MemberFactory()
    client.force_login(late.user)
    client.post(here)
    page = text_of(client.get(here))
    assert "All codes of this offer are taken." in page
    assert "Get your code" not in page


@pytest.mark.parametrize("how", ["ended", "taken_back", "moved"])
def test_a_code_is_still_there_when_its_offer_is_over(client, silver, how):
    offer = OfferFactory(title="Straps", codes="own", countries=["GB"], link="https://shop.example.org/")
    OfferCode.objects.create(offer=offer, code="CPS-0")
    here = reverse("offer", args=[offer.pk])
    client.force_login(silver.user)
    client.post(here)
    if how == "moved":
        silver.country = "FR"
        silver.save(update_fields=["country"])
    else:
        over = {"ends_on": NOON.date()} if how == "ended" else {"published": False}
        offer.__class__.objects.update(**over)
    says = {
        "ended": "This offer ended on 22 Nov 2026.",
        "taken_back": "This offer has ended.",
        "moved": "It is for another level or country than yours now.",
    }[how]
    listed = client.get(reverse("offers"))
    assert [row["href"] for row in listed.context["kept"]] == [here]
    assert says in text_of(listed)
    for page in (client.get(here), client.post(here, follow=True)):
        assert says in text_of(page)
        assert "CPS-0" in text_of(page)
        assert offer.link not in text_of(page)
    client.force_login(MemberFactory(country="DE").user)
    assert client.get(here).status_code == 404
    assert not client.get(reverse("offers")).context["kept"]


def test_the_list_costs_the_same_however_many_there_are(client, silver):
    found = {}
    for size in (3, 30):
        for each in range(size):
            OfferFactory(codes="own").products.set([silver.kit_items.get().product])
            over = OfferFactory(codes="own", published=False)
            OfferCode.objects.create(offer=over, code=f"CPS-{each}", member=silver, drawn_at=NOON)
        get(client, silver, "offers")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("offers"))
        with CaptureQueriesContext(connection) as home:
            client.get(reverse("dashboard"))
        found[size] = (len(queries), len(home))
    assert found[3] == found[30]
    assert max(found[3]) <= 10


# The welcome pack


def test_the_pack_is_offered_from_silver_on_and_only_then(client, silver, omar):
    assert "Your welcome pack" in text_of(get(client, silver, "dashboard"))
    assert reverse("pack") in text_of(get(client, silver, "offers"))
    page = text_of(get(client, omar, "pack"))
    assert "The welcome pack comes with Silver." in page
    client.post(reverse("pack"), LABEL)
    assert not WelcomePack.objects.exists()


def test_the_pack_is_asked_for_once_for_good(client, silver):
    client.force_login(silver.user)
    here = reverse("pack")
    looked = client.post(here, {**LABEL, "look": "1"})
    assert not WelcomePack.objects.exists()
    assert looked.context["preview"][:4] == ["Layla Mansour", "1 Bench Lane", "London", "N1 1AA"]
    for _twice in range(2):
        assert client.post(here, LABEL).status_code == 302
    pack = WelcomePack.objects.get()
    assert (pack.level, pack.lines) == (Level.SILVER, "1 Bench Lane\nLondon\nN1 1AA")
    client.post(here, {**LABEL, "street": "2 Bench Lane"})
    pack.refresh_from_db()
    assert pack.lines.startswith("2 Bench Lane")
    batch = packs.pick_batch("GB", most=5, at=NOON, by=staff_user(Role.LOGISTICS.value))
    client.post(here, LABEL)
    pack.refresh_from_db()
    assert (pack.batch, pack.lines.splitlines()[0]) == (batch, "2 Bench Lane")
    assert "for good" in text_of(client.get(here))
    assert reverse("pack") not in [row["href"] for row in client.get(reverse("offers")).context["mine"]]


def test_a_level_that_falls_takes_nothing_and_one_that_rises_again_brings_no_second_pack(
    client, silver, register, time_machine
):
    client.force_login(silver.user)
    client.post(reverse("pack"), LABEL)
    removal.remove_item(
        silver.kit_items.get().pk, member_id=silver.pk, reason=RemovalReason.SOLD, at=timezone.now(), by=silver.user
    )
    assert "Red" in text_of(client.get(reverse("card")))
    client.post(reverse("pack"), {**LABEL, "street": "3 Bench Lane"})
    page = text_of(client.get(reverse("pack")))
    assert "3 Bench Lane" in page
    assert "comes with Silver" not in page
    time_machine.move_to(NOON + timedelta(days=3), tick=False)
    packs.pick_batch("GB", most=5, at=timezone.now(), by=staff_user(Role.LOGISTICS.value))
    packs.mark_sent({WelcomePack.objects.get().pk: "RR123456785GB"}, at=timezone.now())
    register(silver, ProductFactory(points=1700), at=timezone.now())
    assert "Platinum" in text_of(client.get(reverse("card")))
    client.post(reverse("pack"), LABEL)
    packs.tell_of_packs(at=timezone.now())
    assert WelcomePack.objects.filter(member=silver).count() == 1
    assert not Message.objects.filter(kind=Message.Kind.PACK_OFFER, user=silver.user).exists()
    assert "Your welcome pack waits" not in text_of(client.get(reverse("offers")))


def test_from_day_28_on_it_is_said_to_be_late(client, silver, time_machine):
    client.force_login(silver.user)
    client.post(reverse("pack"), LABEL)
    time_machine.move_to(NOON + timedelta(days=27), tick=False)
    assert "Not arrived?" not in text_of(get(client, silver, "pack"))
    time_machine.move_to(NOON + timedelta(days=28), tick=False)
    assert "Not arrived?" in text_of(get(client, silver, "pack"))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "Layla \U0001f4f7", "The label cannot print"),
        ("street", "a\nb\nc\nd\ne", "Four lines fit on a label."),
        ("country", "XX", "Choose a country from the list."),
        ("town", "", "Enter the town."),
        ("postcode", "1234", "looks like SW1A 1AA."),
    ],
)
def test_a_bad_address_is_refused_beside_its_field(client, silver, field, value, says):
    client.force_login(silver.user)
    answer = client.post(reverse("pack"), {**LABEL, field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert says in " ".join(answer.context["form"].errors[field])
    assert not WelcomePack.objects.exists()


def test_reaching_silver_is_told_once_until_the_pack_was_asked_for(client, silver, omar):
    for _hour in range(2):
        packs.tell_of_packs(at=NOON)
    told = Message.objects.filter(kind=Message.Kind.PACK_OFFER)
    assert [row.user for row in told] == [silver.user]
    late = MemberFactory()
    packs.tell_of_packs(at=NOON + timedelta(days=31))
    assert not Message.objects.filter(user=late.user, kind=Message.Kind.PACK_OFFER).exists()
    page = text_of(get(client, silver, "message", told.get().pk))
    assert "your welcome pack waits" in page


def test_who_is_red_again_is_not_told_of_a_pack(silver, register, time_machine):
    item = silver.kit_items.get()
    time_machine.move_to(NOON + timedelta(minutes=5), tick=False)
    removal.remove_item(
        item.pk, member_id=silver.pk, reason=RemovalReason.SOLD, at=NOON + timedelta(minutes=5), by=silver.user
    )
    assert packs.tell_of_packs(at=NOON + timedelta(minutes=20)) == 0
    assert not Message.objects.filter(kind=Message.Kind.PACK_OFFER).exists()
    register(silver, ProductFactory(points=1700), at=NOON + timedelta(minutes=30))
    assert packs.tell_of_packs(at=NOON + timedelta(hours=1)) == 1


def test_the_mail_of_a_sent_pack_names_its_number(client, silver):
    client.force_login(silver.user)
    client.post(reverse("pack"), LABEL)
    packs.pick_batch("GB", most=5, at=NOON, by=staff_user(Role.LOGISTICS.value))
    packs.mark_sent({WelcomePack.objects.get().pk: "RR123456785GB"}, at=NOON)
    told = Message.objects.get(kind=Message.Kind.PACK_SENT)
    assert "RR123456785GB" in text_of(get(client, silver, "message", told.pk))
    assert "RR123456785GB" in text_of(get(client, silver, "pack"))


# The card


def test_anyone_sees_that_a_card_is_valid_and_never_whose(client, silver):
    page = client.get(reverse("card-check", args=[token_of(silver.pk, 1)]))
    assert page.status_code == 200
    assert "Valid" in text_of(page)
    assert "Silver" in text_of(page)
    assert text_of(page).count("is valid.") == 1
    for secret in (silver.user.name, silver.number, silver.spaced_number, silver.user.email):
        assert secret not in text_of(page)


def test_staff_see_whose_card_it_is(silver):
    page = confirmed(staff_user(Role.CENTRE_STAFF.value)).get(reverse("card-check", args=[token_of(silver.pk, 1)]))
    assert silver.user.name in text_of(page)
    assert silver.spaced_number in text_of(page)


def test_a_card_is_scanned_so_often_and_no_more(client, silver):
    address = reverse("card-check", args=[token_of(silver.pk, 1)])
    assert [client.get(address).status_code for _scan in range(62)] == [200] * 60 + [429] * 2
    assert client.get(address, REMOTE_ADDR="192.0.2.7").status_code == 200, "another place scans on"


@pytest.mark.parametrize("token", ["x", "1.1.x", "0" * 300, "1.1"])
def test_a_false_code_is_not_valid(client, silver, token):
    page = client.get(reverse("card-check", args=[token]))
    assert page.status_code == 404
    assert "Not valid" in text_of(page)


def test_the_address_without_a_code_says_what_it_is(client, db):
    page = client.get("/v/")
    assert page.status_code == 200
    assert "Scan the code of a membership card" in text_of(page)
    assert 'lang="en" dir="ltr"' in client.get("/v/", headers={"accept-language": "ar"}).content.decode()


def test_other_regions_read_the_level_in_english_on_every_page(client, silver):
    """In Arabic the English words stand there as such, from left to right."""
    client.cookies["django_language"] = "ar"
    shown = get(client, silver, "card").content.decode()
    assert '<span class="card__english" lang="en" dir="ltr">Silver</span>' in shown
    checked = client.get(reverse("card-check", args=[token_of(silver.pk, 1)])).content.decode()
    assert '<span lang="en" dir="ltr">Valid</span>' in checked
    assert '<p lang="en" dir="ltr">' in checked
    assert "Its level is Silver." in checked
    said = "".join(written_on(get(client, silver, "card-pdf").content))
    assert "Silver" in said
    assert "Scan to verify" in said
    client.cookies["django_language"] = "en"
    assert "card__english" not in get(client, silver, "card").content.decode()
    assert "".join(written_on(get(client, silver, "card-pdf").content)).count("Scan to verify") == 1


def test_the_card_says_since_when_on_the_page_in_the_file_and_in_print(client, silver):
    since = "Silver since"
    page = get(client, silver, "card")
    assert page.context["level_since"] == NOON.date()
    assert since in text_of(page)
    assert f"{since}23 Nov 2026" in "".join(written_on(get(client, silver, "card-pdf").content))
    client.post(reverse("pack"), LABEL)
    clerk = staff_user(Role.LOGISTICS.value)
    batch = packs.pick_batch("GB", most=9, at=NOON, by=clerk)
    printed = confirmed(clerk).get(reverse("admin:pack_paper", args=[batch.pk, "cards"]))
    assert f"{since}23 Nov 2026" in "".join(written_on(printed.content))


def test_a_new_code_is_asked_about_first(client, silver):
    page = get(client, silver, "card")
    assert 'name="generation"' not in page.content.decode()
    assert f"{reverse('card')}?new#new-code" in page.content.decode()
    asked = text_of(client.get(reverse("card"), {"new": ""}))
    for words in ("Make a new code?", "is valid no more at once", "a card that you printed", "Keep the code"):
        assert words in asked
    assert not CardRevocation.objects.exists()


def test_a_new_code_ends_the_old_one_and_twice_is_once(client, silver):
    old = reverse("card-check", args=[token_of(silver.pk, 1)])
    client.force_login(silver.user)
    assert 'name="generation" value="1"' in text_of(client.get(reverse("card"), {"new": ""}))
    for _twice in range(2):
        client.post(reverse("card"), {"generation": "1"})
    assert CardRevocation.objects.count() == 1
    assert client.get(old).status_code == 404
    assert client.get(reverse("card-check", args=[token_of(silver.pk, 2)])).status_code == 200


def test_the_card_is_a_file_of_its_own_size(client, silver):
    page = get(client, silver, "card-pdf")
    assert page["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 242.65 153.07]" in page.content


@pytest.mark.parametrize(("name", "_lines", "_country"), PEOPLE)
def test_the_card_is_written_in_the_letters_of_a_name(client, db, name, _lines, _country):
    """Every letter has its shape and is read back; what runs from the right stands there as the eye meets it."""
    member = MemberFactory(user__name=name)
    page = get(client, member, "card-pdf")
    assert cannot_print(name) == ""
    said = " ".join(" ".join(written_on(page.content)).split())
    assert member.spaced_number in said
    assert "As of23 Nov 2026" in said
    assert "Scan to verify" in said
    assert name in said or name[::-1] in said
