"""Programme data as files: what comes out goes in unchanged, nothing is half-written, large plans need two people."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from cps_portal.data import importing
from cps_portal.data.kinds import KINDS
from kitbag import catalogue
from kitbag.models import LifecycleMark, Product, Valuation
from kitbag.removal import remove_item
from members.models import CountryTerms, DataImport, PlanRequest, StaffChange, Threshold, User
from members.rules.roles import Role
from servicing.models import Centre
from tests.factories import NOON
from tests.portal.staff import SUPERUSER, as_role, confirmed, day, programme_tables, staff_user

pytestmark = pytest.mark.django_db


def bring_in(client, kind, text, **more):
    """Bring a file in; answers the row, or the page that refused it."""
    data = text if isinstance(text, bytes) else text.encode()
    post = {"file": SimpleUploadedFile("data.csv", data), "reason": "New season", **more}
    answer = client.post(reverse("admin:data_import", args=[kind]), post)
    return DataImport.objects.get(pk=answer.url.split("/")[-2]) if answer.status_code == 302 else answer


def save(client, row):
    client.post(reverse("admin:data_file", args=[row.pk]), {"save": "1"})
    row.refresh_from_db()
    return row


def worked():
    """What the worker does with the files that wait; answers how many there were."""
    keys = importing.waiting()
    for key in keys:
        importing.work_on(key, at=NOON)
    return len(keys)


def faults(row):
    return [(fault["row"], fault["column"], fault["words"]) for fault in row.outcome["faults"]]


@pytest.mark.parametrize("kind", [kind.name.value for kind in KINDS if kind.name != "catalogue"])
def test_what_comes_out_goes_in_and_changes_nothing(kind, a_row_of_each, manager, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 10_000)
    table = b"".join(manager.get(reverse("admin:data_export", args=[kind])).streaming_content)
    before = programme_tables()
    row = bring_in(manager, kind, table)
    if table.count(b"\n") < 2:
        assert row.state == DataImport.State.FAULTY
        return
    assert (row.state, row.outcome.get("faults")) == (DataImport.State.CHECKED, None)
    assert set(row.outcome["counts"]) == {"same"}
    after = programme_tables()
    assert {name for name in before if before[name] != after[name]} == {"members_dataimport"}
    assert "Nothing in this file is new." in manager.get(reverse("admin:data_file", args=[row.pk])).content.decode()


def test_the_catalogue_comes_back_too_and_a_changed_name_is_the_only_change(clock, manager, settings):
    lines = ((settings.BASE_DIR / "kitbag" / "data" / "products.csv").read_text("utf-8")).splitlines(keepends=True)
    catalogue.load("".join(lines[:1] + [line for line in lines[1:40] if ",current,," in line]).encode(), at=NOON)
    table = b"".join(manager.get(reverse("admin:data_export", args=["catalogue"])).streaming_content).decode(
        "utf-8-sig"
    )
    row = bring_in(manager, "catalogue", table)
    assert set(row.outcome["counts"]) == {"same"}
    product = Product.objects.first()
    row = bring_in(manager, "catalogue", table.replace(product.name, f"{product.name} X", 1))
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    product.refresh_from_db()
    assert product.name.endswith(" X")
    assert f"name: {product.name.removesuffix(' X')} → {product.name}" in row.outcome["changes"][0]["changes"]


def test_days_of_an_export_stay_days_in_a_spreadsheet(clock, manager, camera):
    """With an apostrophe: a spreadsheet would write 2027-09-14 as 14/09/2027, which does not come back."""
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    save(manager, row)
    for kind, last in (("values", f"eos-r5-mark-ii,'{day(5)},330"), ("thresholds", "'")):
        table = b"".join(manager.get(reverse("admin:data_export", args=[kind])).streaming_content).decode("utf-8-sig")
        assert table.splitlines()[-1].startswith(last), table


def test_thresholds_are_shown_first_and_saved_then(clock, manager):
    row = bring_in(manager, "thresholds", f"day,silver,gold,platinum\n{day(100)},600,1100,1700\n", short_notice="")
    assert row.state == DataImport.State.CHECKED
    assert not Threshold.objects.filter(silver=600).exists()
    page = manager.get(reverse("admin:data_file", args=[row.pk])).content.decode()
    assert "600 / 1100 / 1700" in page
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    planned = Threshold.objects.get(silver=600)
    assert (planned.effective_on.isoformat(), planned.reason) == (day(100), "New season")
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    assert Threshold.objects.filter(silver=600).count() == 1


def test_values_go_through_their_operation_only(clock, manager, camera):
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},100\nnone,{day(5)},5\n")
    assert faults(row) == [
        (2, "points", "A value cannot be set below that of the day before."),
        (3, "sku", "No product has this sku."),
    ]
    assert Valuation.objects.filter(product=camera).count() == 1
    row = bring_in(manager, "values", f"sku;day;points\neos-r5-mark-ii;{day(5)};330\n")
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    assert Valuation.objects.get(product=camera, points=330).effective_on.isoformat() == day(5)


def test_terms_in_force_are_not_rewritten_by_a_file(clock, manager):
    held = CountryTerms.objects.filter(country="GB", valid_from__lte=NOON.date()).first()
    heading = "country,benefit_class,valid_from,ended\n"
    row = bring_in(manager, "country-terms", f"{heading}GB,silver,{held.valid_from},\n")
    [(number, column, words)] = faults(row)
    assert (number, column) == (2, "valid_from")
    assert "never rewritten" in words
    row = bring_in(manager, "country-terms", f"{heading}GB,silver,{day(40)},\n")
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    assert CountryTerms.objects.get(country="GB", valid_from=day(40)).benefit_class == "silver"


def test_centres_are_known_by_their_code(clock, manager):
    table = b"".join(manager.get(reverse("admin:data_export", args=["centres"])).streaming_content).decode("utf-8-sig")
    uk = Centre.objects.get(code="UK")
    row = bring_in(manager, "centres", table.replace(uk.name, "Canon Service Centre, United Kingdom"))
    assert [change["what"] for change in row.outcome["changes"]] == ["changed"]
    assert save(manager, row).state == DataImport.State.SAVED, row.outcome
    uk.refresh_from_db()
    assert uk.name == "Canon Service Centre, United Kingdom"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "The file is empty."),
        (b"\x00\x01\x02\x03\xff\xfe\x00", "This is no text in UTF-8"),
        ("day,silver,gold,platinum\n2030-01-01,1,2,3é\n".encode("cp1252"), "This is no text in UTF-8"),
        (b"day,silver,gold\n2030-01-01,1,2\n", "A column is missing."),
        (b"day,silver,gold,platinum,points\n", "This column is not known."),
        (b"day,day,silver,gold,platinum\n", "This column is there twice."),
        (b"day,silver,gold,platinum\n", "There is no row under the headings."),
        (b"day,silver,gold,platinum\n2030-01-01,1,2\n", "not as many cells"),
        (b'day,silver,gold,platinum\n"2030-01-01,1,2,3\n', "A quotation mark is never closed."),
        (b"day,silver,gold,platinum\n2030-01-01,1,2,3\n2030-01-01,4,5,6\n", "The same stands in row 2."),
        (b"day,silver,gold,platinum\n=1+1,1,2,3\n", "A day is written as 2027-09-14."),
        (b"day,silver,gold,platinum\n2030-01-01,-1,2,3\n", "A whole number"),
        ("day,silver,gold,platinum\n2030-01-01,١,٢,٣\n".encode(), "A whole number"),
        (b"day,silver,gold,platinum\n2030-01-01,3,2,1\n", "Silver, Gold and Platinum ascend"),
    ],
)
def test_a_hostile_file_is_told_row_by_row_and_writes_nothing(text, said, clock, manager):
    before = programme_tables()
    answer = bring_in(manager, "thresholds", text)
    told = str(answer.outcome) if isinstance(answer, DataImport) else answer.content.decode()
    assert said in told
    after = programme_tables()
    assert {name for name in before if before[name] != after[name]} <= {"members_dataimport"}


def test_every_fault_of_a_file_is_told_at_once(clock, manager):
    rows = [f"{day(100)},600,1100,1700", f"{day(100)},1,2,3", "=1+1,1,2,3", f"{day(-1)},1,2,3", "2030-01-01,1,2"]
    row = bring_in(manager, "thresholds", "day,silver,gold,platinum\n" + "\n".join(rows) + "\n")
    assert [number for number, _column, _words in faults(row)] == [3, 4, 5, 6]


@pytest.mark.parametrize("kind", [kind.name.value for kind in KINDS])
def test_a_file_without_one_whole_row_has_no_other_fault(kind, clock, manager):
    columns = next(found.columns for found in KINDS if found.name == kind)
    row = bring_in(manager, kind, f"{','.join(columns)}\nonly,one\nand,another\n")
    cells = "This row has not as many cells as there are headings."
    assert faults(row) == [(2, "", cells), (3, "", cells)]


def catalogue_lines(count):
    """The headings of the catalogue, and rows of one product under several keys."""
    heading, *lines = (settings.BASE_DIR / "kitbag" / "data" / "products.csv").read_text("utf-8").splitlines()
    one = next(line for line in lines if ",current,," in line and line.count(",") == heading.count(","))
    sku, _comma, rest = one.partition(",")
    return heading, [f"{sku}-{number},{rest}" for number in range(count)]


def test_a_broken_row_makes_no_sound_one_faulty(clock, manager):
    """The second follows the first: neither a missing cell nor a wrong one of the first is told of the second."""
    heading, (first, second, third) = catalogue_lines(3)
    sku = first.partition(",")[0]
    second = second.replace(",current,,", f",current,{sku},")
    third = third.replace(",current,", ",nowhere,")
    short = bring_in(manager, "catalogue", f"{heading}\n{first.rpartition(',')[0]}\n{second}\n{third}\n")
    assert [(number, column) for number, column, _words in faults(short)] == [(2, ""), (4, "lifecycle")]
    wrong = first.replace(",current,", ",nowhere,")
    row = bring_in(manager, "catalogue", f"{heading}\n{wrong}\n{second}\n{third}\n")
    assert [(number, column) for number, column, _words in faults(row)] == [(2, "lifecycle"), (4, "lifecycle")]
    unknown = bring_in(manager, "catalogue", f"{heading}\n{second}\n")
    assert [(number, column) for number, column, _words in faults(unknown)] == [(2, "superseded_by")]


def test_a_fault_of_the_catalogue_is_told_at_its_own_row(clock, manager):
    """A cell over two lines moves no number of the rows after it."""
    heading, (first, second) = catalogue_lines(2)
    catalogue.load(f"{heading}\n{first}\n{second.replace(',current,', ',superseded,')}\n".encode(), at=NOON)
    sku, _comma, rest = first.partition(",")
    name, _comma, rest = rest.partition(",")
    row = bring_in(manager, "catalogue", f'{heading}\n{sku},"{name}\nnew",{rest}\n{second}\n')
    assert [(number, column) for number, column, _words in faults(row)] == [(2, "name"), (3, "lifecycle")]


def test_one_bad_row_keeps_the_good_ones_out(clock, manager):
    text = f"day,silver,gold,platinum\n{day(100)},600,1100,1700\n{day(-1)},600,1100,1700\n"
    row = bring_in(manager, "thresholds", text)
    assert faults(row) == [(3, "day", "Choose a day after today: what holds today was settled before it began.")]
    assert not Threshold.objects.filter(silver=600).exists()


def test_a_long_file_is_checked_and_saved_by_the_worker(clock, manager, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    text = "day,silver,gold,platinum\n" + "".join(f"{day(100 + at)},600,1100,{1700 + at}\n" for at in range(5))
    row = bring_in(manager, "thresholds", text)
    assert row.state == DataImport.State.CHECKING
    assert 'http-equiv="refresh"' in manager.get(reverse("admin:data_file", args=[row.pk])).content.decode()
    assert worked() == 1
    row.refresh_from_db()
    assert row.state == DataImport.State.CHECKED
    assert save(manager, row).state == DataImport.State.SAVING
    worked()
    row.refresh_from_db()
    assert row.state == DataImport.State.SAVED
    assert Threshold.objects.filter(silver=600).count() == 5
    assert worked() == 0


@pytest.fixture
def plans_of_the_moment(db):
    """Autovacuum may have seen the tests' tables empty, as no real ones are: plans kept for keys would read all."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def test_twenty_thousand_rows_are_told_row_by_row_and_nothing_is_half_written(
    clock, plans_of_the_moment, manager, settings
):
    """A long catalogue with one bad row at its end: checked by the worker, refused whole; without it, whole."""
    lines = (settings.BASE_DIR / "kitbag" / "data" / "products.csv").read_text("utf-8").splitlines(keepends=True)
    one = next(line for line in lines[1:] if ",current,," in line and line.count(",") == lines[0].count(","))
    sku, _comma, rest = one.partition(",")
    rows = [f"{sku}-{number},{rest}" for number in range(20_000)]
    bad = bring_in(manager, "catalogue", lines[0] + "".join(rows) + rows[0].replace(f"{sku}-0", "a sku"))
    assert bad.state == DataImport.State.CHECKING
    worked()
    bad.refresh_from_db()
    assert [number for number, _column, _words in faults(bad)] == [20_002]
    assert not Product.objects.exists()
    good = bring_in(manager, "catalogue", lines[0] + "".join(rows))
    worked()
    good.refresh_from_db()
    assert good.outcome["counts"] == {"new": 20_000}
    assert not Product.objects.exists()
    save(manager, good)
    worked()
    assert Product.objects.count() == 20_000


def test_what_would_differ_from_what_was_shown_is_checked_anew(clock, manager, camera):
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    other = bring_in(confirmed(staff_user(SUPERUSER)), "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},325\n")
    assert other.by != row.by
    DataImport.objects.filter(pk=other.pk).update(state=DataImport.State.SAVING)
    importing.save(other.pk, at=NOON)
    assert save(manager, row).state == DataImport.State.CHECKED, row.outcome
    assert "325 → 330" in str(row.outcome)
    assert row.rows_done == row.rows
    page = manager.get(reverse("admin:data_file", args=[row.pk])).content.decode()
    assert "The data have changed since this was shown. Look at it again." in page
    assert Valuation.objects.filter(product=camera, points=325).exists()


def test_a_file_whose_impact_grew_since_it_was_approved_waits_again(
    clock, manager, layla, omar, camera, register, settings, monkeypatch
):
    settings.APPROVAL_MEMBERS = 0
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    register(layla, camera)
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    worked()
    save(manager, row)
    second = confirmed(staff_user(SUPERUSER))
    second.post(reverse("admin:data_file", args=[row.pk]), {"approve": "1"})
    register(omar, camera)
    worked()
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decided_at) == (DataImport.State.WAITING, None, None)
    assert [told["members"] for told in row.outcome["impact"]] == [2]
    assert not Valuation.objects.filter(product=camera, points=330).exists()
    page = second.get(reverse("admin:data_file", args=[row.pk])).content.decode()
    assert "It concerns more members than was shown before. Look at it again." in page
    second.post(reverse("admin:data_file", args=[row.pk]), {"approve": "1"})
    worked()
    row.refresh_from_db()
    assert row.state == DataImport.State.SAVED
    assert Valuation.objects.filter(product=camera, points=330).exists()


def test_a_file_whose_impact_fell_since_it_was_approved_is_saved(
    clock, manager, layla, omar, camera, register, settings, monkeypatch
):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    item = register(omar, camera)
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    save(manager, row)
    remove_item(item.pk, member_id=omar.pk, reason="sold", at=NOON, by=omar.user)
    confirmed(staff_user(SUPERUSER)).post(reverse("admin:data_file", args=[row.pk]), {"approve": "1"})
    row.refresh_from_db()
    assert row.state == DataImport.State.SAVED


def test_a_large_impact_waits_for_a_second_person(clock, manager, layla, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    assert row.outcome["needs_second"]
    assert save(manager, row).state == DataImport.State.WAITING
    manager.post(reverse("admin:data_file", args=[row.pk]), {"approve": "1"})
    row.refresh_from_db()
    assert row.state == DataImport.State.WAITING
    second = confirmed(staff_user(SUPERUSER))
    second.post(reverse("admin:data_file", args=[row.pk]), {"approve": "1"})
    row.refresh_from_db()
    assert row.state == DataImport.State.SAVED
    assert Valuation.objects.filter(product=camera, points=330).exists()


def plan(client, camera):
    page = reverse("admin:kitbag_product_superseded", args=[camera.pk])
    post = {"day": day(100), "reason": "A successor", "short_notice": "", "confirmed": "1"}
    return client.post(page, post, follow=True)


def test_a_plan_of_large_impact_is_carried_out_by_the_second_person(clock, manager, layla, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    for _again in range(2):
        assert "a second person approves it" in plan(manager, camera).content.decode()
    asked = PlanRequest.objects.get()
    assert not LifecycleMark.objects.exists()
    page = reverse("admin:approval", args=[asked.pk])
    assert "You asked for this yourself" in manager.get(page).content.decode()
    manager.post(page, {"approve": "1"})
    assert not LifecycleMark.objects.exists()
    second = confirmed(staff_user(SUPERUSER))
    assert "Approve and carry out" in second.get(page).content.decode()
    second.post(page, {"approve": "1"})
    mark = LifecycleMark.objects.get()
    asked.refresh_from_db()
    assert (mark.effective_on.isoformat(), asked.state) == (day(100), PlanRequest.State.APPROVED)
    second.post(page, {"approve": "1"})
    assert LifecycleMark.objects.count() == 1


def test_the_second_persons_changes_carry_the_reason_of_who_asked(clock, manager, layla, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    plan(manager, camera)
    second = staff_user(SUPERUSER)
    confirmed(second).post(reverse("admin:approval", args=[PlanRequest.objects.get().pk]), {"approve": "1"})
    changes = StaffChange.objects.filter(table__in=["kitbag_lifecyclemark", "kitbag_valuation"])
    assert {(change.by, change.why) for change in changes} == {(second, "A successor")}


@pytest.fixture
def asked(clock, manager, layla, camera, register, settings):
    """A plan that waits for a second person."""
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    plan(manager, camera)
    return PlanRequest.objects.get()


def test_a_refused_plan_is_not_looked_at_anew(asked, omar, camera, register):
    """Who approves after another one refused is told so, and what the refusal was about stays as it was."""
    second, page = confirmed(staff_user(SUPERUSER)), reverse("admin:approval", args=[asked.pk])
    second.post(page, {"refuse": "1", "why": "Too early"})
    register(omar, camera)
    told = second.post(page, {"approve": "1"}, follow=True).content.decode()
    assert "Somebody has decided this meanwhile." in told
    asked.refresh_from_db()
    assert (asked.state, [row["members"] for row in asked.impact]) == (PlanRequest.State.REFUSED, [1])
    assert not LifecycleMark.objects.exists()


def test_nobody_looks_anew_at_their_own_plan(clock, manager, layla, omar, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    plan(manager, camera)
    asked = PlanRequest.objects.get()
    register(omar, camera)
    told = manager.post(reverse("admin:approval", args=[asked.pk]), {"approve": "1"}, follow=True).content.decode()
    assert "You asked for this yourself: a second person decides." in told
    asked.refresh_from_db()
    assert [row["members"] for row in asked.impact] == [1]


def test_what_grew_since_it_was_asked_is_looked_at_again(clock, manager, layla, omar, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    register(layla, camera)
    plan(manager, camera)
    asked = PlanRequest.objects.get()
    register(omar, camera)
    second = confirmed(staff_user(SUPERUSER))
    page = reverse("admin:approval", args=[asked.pk])
    told = second.post(page, {"approve": "1"}, follow=True).content.decode()
    assert "It concerns more members than when it was asked for. Look at it again." in told
    assert not LifecycleMark.objects.exists()
    asked.refresh_from_db()
    assert [row["members"] for row in asked.impact] == [2]
    second.post(page, {"approve": "1"})
    assert LifecycleMark.objects.count() == 1


def test_a_file_that_came_to_concern_many_waits_for_a_second_person(clock, manager, layla, camera, register, settings):
    settings.APPROVAL_MEMBERS = 0
    row = bring_in(manager, "values", f"sku,day,points\neos-r5-mark-ii,{day(5)},330\n")
    assert not row.outcome["needs_second"]
    register(layla, camera)
    assert save(manager, row).state == DataImport.State.WAITING
    assert not Valuation.objects.filter(product=camera, points=330).exists()


def test_what_a_file_changed_is_the_change_of_who_brought_it_in(clock, manager, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    row = bring_in(manager, "thresholds", f"day,silver,gold,platinum\n{day(100)},600,1100,1700\n")
    worked()
    save(manager, row)
    worked()
    change = StaffChange.objects.get(table="members_threshold")
    assert (change.by, change.why, change.new["silver"]) == (row.by, "New season", 600)


def test_a_second_person_may_refuse_and_says_why(asked):
    second, page = confirmed(staff_user(SUPERUSER)), reverse("admin:approval", args=[asked.pk])
    assert "Say why." in second.post(page, {"refuse": "1", "why": ""}).content.decode()
    second.post(page, {"refuse": "1", "why": "Too early"})
    asked.refresh_from_db()
    assert (asked.state, asked.why) == (PlanRequest.State.REFUSED, "Too early")
    assert not LifecycleMark.objects.exists()


def test_a_plan_that_fits_no_more_stays_with_its_reason(asked, time_machine):
    staff_user(SUPERUSER)
    time_machine.move_to(NOON + timedelta(days=101), tick=False)
    answer = confirmed(User.objects.get(is_superuser=True)).post(
        reverse("admin:approval", args=[asked.pk]), {"approve": "1"}, follow=True
    )
    assert "It cannot be carried out as it was asked." in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == PlanRequest.State.WAITING
    assert not LifecycleMark.objects.exists()


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_who_may_do_what_with_programme_data(role, a_row_of_each):
    client = as_role(role)
    sees = role in (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    writes = role == Role.PROGRAMME_MANAGER
    row, asked = DataImport.objects.get(), PlanRequest.objects.get()
    pages = {
        reverse("admin:data"): sees,
        reverse("admin:data_export", args=["offers"]): sees,
        reverse("admin:data_import", args=["offers"]): writes,
        reverse("admin:data_file", args=[row.pk]): sees,
        reverse("admin:approval", args=[asked.pk]): sees,
    }
    for page, expected in pages.items():
        assert client.get(page).status_code == (200 if expected else 403), page
    if not writes:
        for page in (reverse("admin:data_file", args=[row.pk]), reverse("admin:approval", args=[asked.pk])):
            assert client.post(page, {"refuse": "1", "why": "x"}).status_code == 403
        row.refresh_from_db()
        asked.refresh_from_db()
        assert (row.state, asked.state) == ("waiting", "waiting")
