"""Role by address: what each role of §10 gets at every name of the staff pages, and what no way round gives it.

A name without a row here fails: whoever adds a page says who reads it.
"""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from kitbag.models import Claim, Hold, KitItem, Product, Proof
from members.models import DataImport, Member, PlanRequest, PostFile, Thread, Threshold, Topic
from members.models.threads import thread_storage
from members.rules.roles import Role
from servicing.models import CaseFile, Centre, CentreClerk, Event, Loan, LoanUnit, PackBatch, WelcomePack
from servicing.models.papers import case_storage
from tests.factories import NOON, CaseFactory, CentreFactory, ThreadFactory, UserFactory
from tests.portal.staff import EVERYBODY, SUPERUSER, confirmed, programme_tables, staff_user
from tests.portal.test_admin_access import ADDED_HERE, address, label, may

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OF_A_MODEL = ("changelist", "add", "change", "history", "delete")
# Who reads a page besides the superuser, by the first letter: member care, validation, bench (centre staff),
# logistics, programme manager, auditor.
LETTERS = {
    "C": Role.MEMBER_CARE,
    "V": Role.VALIDATION,
    "B": Role.CENTRE_STAFF,
    "L": Role.LOGISTICS,
    "P": Role.PROGRAMME_MANAGER,
    "A": Role.AUDITOR,
}
ALL = "CVBLPA"


class Rows:
    """The rows that addresses name, as `a_row_of_each` left them."""

    def __init__(self):
        self.case = CaseFactory(centre=Centre.objects.get(code="UK"), requested_at=NOON)
        self.loan, self.event = Loan.objects.first(), Event.objects.first()
        self.item = KitItem.objects.filter(state="waiting").first()
        self.claim = Claim.objects.get()
        self.batch = PackBatch.objects.first()
        if self.batch is None or not WelcomePack.objects.filter(batch=self.batch).exclude(name="").exists():
            pack = WelcomePack.objects.first()
            self.batch = PackBatch.objects.create(country=pack.country, picked_at=NOON, by=UserFactory(is_staff=True))
            WelcomePack.objects.filter(pk=pack.pk).update(batch=self.batch, state="picked")
        self.lost = ThreadFactory(user=self.case.member.user, topic=Topic.LOST_CARD)
        day = (NOON + timedelta(days=40)).date()
        last = Threshold.objects.order_by("-effective_on").first()
        self.threshold = Threshold.objects.create(
            effective_on=day,
            silver=last.silver,
            gold=last.gold,
            platinum=last.platinum,
            reason="Plan",
            recorded_on=NOON.date(),
        )


def table(rows):
    """Name → arguments, query, status for whom it is, and who that is."""
    product = Product.objects.first().pk
    number, centre = rows.case.number, f"?centre={rows.case.centre.code}"
    kept = f"?for=claim {rows.claim.pk}"
    return {
        "index": ([], "", 200, ALL),
        "login": ([], "", 302, ALL),
        "logout": ([], "", 302, ALL),
        "password_change": ([], "", 302, ALL),
        "password_change_done": ([], "", 302, ALL),
        "jsi18n": ([], "", 200, ALL),
        "search": ([], "?q=layla", 200, ALL),
        "autocomplete": ([], "?term=e&app_label=kitbag&model_name=product&field_name=superseded_by", 200, "CVBPA"),
        "view_on_site": ([ContentType.objects.get_for_model(Member).pk, rows.case.member_id], "", 404, ALL),
        "app_list": (["members"], "", None, ""),
        "bench": ([], centre, 200, "CBA"),
        "bench_case": ([number], "", 200, "CBA"),
        "bench_receive": ([], centre, 200, "B"),
        "bench_visitor": ([], centre, 200, "B"),
        "bench_word": ([], centre, 200, "B"),
        "bench_loans": ([], centre, 200, "CBA"),
        "bench_loan": ([rows.loan.pk], "", 200, "CBA"),
        "bench_loan_agreement": ([rows.loan.pk], "", 200, "CBA"),
        "bench_loan_new": ([number], "", 200, "B"),
        "bench_report": ([], centre, 200, "CBA"),
        "bench_csv": ([], f"{centre}&what=board", 200, "CBA"),
        "event_door": ([rows.event.pk], "", 200, "CP"),
        "event_people": ([rows.event.pk], "", 200, "CPA"),
        "member_part": ([rows.case.member_id, "kit"], "", 200, "CVA"),
        "member_suspend": ([rows.case.member_id], "", 200, "C"),
        "member_lift": ([rows.case.member_id], "", 200, "C"),
        "member_close": ([rows.case.member_id], "", 200, "C"),
        "member_act": ([rows.case.member_id], "", 200, "C"),
        "data": ([], "", 200, "PA"),
        "data_export": (["thresholds"], "", 200, "PA"),
        "data_import": (["thresholds"], "", 200, "P"),
        "data_file": ([DataImport.objects.first().pk], "", 200, "PA"),
        "approval": ([PlanRequest.objects.first().pk], "", 200, "PA"),
        "reports": ([], "", 200, "CBLPA"),
        "report": (["levels"], "", 200, "CPA"),
        "report_csv": (["levels"], "", 200, "CPA"),
        "threads_desk": ([], "", 200, "CA"),
        "thread_desk": ([Thread.objects.first().pk], "", 200, "CA"),
        "packs": ([], "", 200, "CLA"),
        "pack_batch": ([rows.batch.pk], "", 200, "CLA"),
        "pack_paper": ([rows.batch.pk, "labels"], "", 200, "CLA"),
        "packs_sent": ([], "", 200, "L"),
        "packs_lost": ([], "", 200, "C"),
        "pack_lost": ([rows.lost.pk], "", 200, "C"),
        "kitbag_night_report": ([], "", 200, "PA"),
        "kitbag_product_superseded": ([product], "", 200, "P"),
        "kitbag_product_unserviceable": ([product], "", 200, "P"),
        "kitbag_product_value": ([product], "", 200, "P"),
        "kitbag_product_scale": ([product], "", 200, "P"),
        "kitbag_product_plan_many": ([], "", 200, "P"),
        "kitbag_hold_end": ([Hold.objects.first().pk], "", 200, "CP"),
        "members_threshold_withdraw": ([rows.threshold.pk], "", 200, "P"),
        "kitbag_proof_open": ([rows.claim.proof_id], kept, 200, "V"),
        # No file lies behind the row: who may look is told that it is gone.
        "kitbag_proof_picture": ([rows.claim.proof_id], kept, 404, "V"),
        "kitbag_claim_decide": ([rows.claim.pk], "", 200, "V"),
        "kitbag_queue": ([], "", 200, "V"),
        "kitbag_queue_take_back": ([], "", 405, ALL),
        "kitbag_queue_item": ([rows.item.pk], "", 200, "V"),
        "servicing_centreclerk_leave": ([CentreClerk.objects.first().pk], "", 200, "P"),
        "servicing_event_places": ([rows.event.pk], "", 200, "P"),
        "servicing_event_call_off": ([rows.event.pk], "", 200, "P"),
        "members_formerimport_template": ([], "", 200, "C"),
        "members_formeraccount_invite": ([], "", 200, "C"),
    }


def names():
    """Every name of the staff pages, from the resolver."""

    def walk(patterns):
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns)
            elif isinstance(entry, URLPattern) and entry.name:
                yield entry.name

    return set(walk(admin.site.urls[0]))


def of_models():
    return {f"{label(model).replace('.', '_')}_{page}" for model in MODELS for page in OF_A_MODEL}


def everything(rows, role):
    """Each address with what a role gets there."""
    for name, (args, query, status, letters) in table(rows).items():
        if name == "app_list":
            continue
        whose = role == SUPERUSER or role in {LETTERS[letter].value for letter in letters}
        yield reverse(f"admin:{name}", args=args) + query, status if whose else 403
    for model in MODELS:
        row, sees = model._default_manager.first(), 200 if may(role, "view", model) else 403
        adds = may(role, "add", model) and label(model) in ADDED_HERE
        if label(model) == "members.user":
            adds = role == SUPERUSER
        yield address(model, "changelist"), sees
        yield address(model, "change", row.pk), sees
        yield address(model, "history", row.pk), sees
        # That a row is not there is not for everybody to know.
        nowhere = "00000000-0000-4000-8000-000000000000" if len(str(row.pk)) == 36 else "2000000000"
        if model._meta.pk.get_internal_type() != "DateField":
            yield address(model, "history", nowhere), 302 if sees == 200 else 403
        yield address(model, "add"), 200 if adds else 403
        yield address(model, "delete", row.pk), 403


@pytest.fixture
def rows(a_row_of_each):
    return Rows()


def test_every_name_has_its_row(rows):
    known = set(table(rows)) | of_models()
    assert names() - known == set()
    assert known - names() == set()


@pytest.mark.parametrize("role", EVERYBODY)
def test_what_each_role_gets_at_every_address(role, rows):
    client = confirmed(staff_user(role))
    before = programme_tables()
    wrong = {}
    for page, expected in everything(rows, role):
        status = client.get(page).status_code
        if status != expected:
            wrong[page] = (status, expected)
    assert wrong == {}
    assert programme_tables() == before


ORACLES = ("member__user__password__startswith=a", "password__startswith=pbkdf2", "user__email__startswith=a")


def ways_of_a_list(model, page):
    """Queries that a list must answer as well as its own page."""
    yield from ("q=x", "_popup=1", "o=1", "p=9999")
    for entry in page.list_filter:
        if isinstance(entry, str):
            field = model._meta.get_field(entry.split("__")[0])
            value = field.choices[0][0] if field.choices else 1
            yield f"{entry}__exact={value}"
        elif isinstance(entry, type):
            yield f"{getattr(entry, 'parameter_name', 'x')}=x"


@pytest.mark.parametrize("role", [Role.AUDITOR.value])
def test_no_query_of_a_list_breaks_it_or_asks_what_is_not_offered(role, rows):
    client, wrong = confirmed(staff_user(role)), {}
    for model in MODELS:
        here, page = address(model, "changelist"), admin.site.get_model_admin(model)
        if not may(role, "view", model):
            for query in ("q=x", "_popup=1", ORACLES[0], "p=9999"):
                status = client.get(f"{here}?{query}").status_code
                if status != 403:
                    wrong[f"{here}?{query}"] = status
            continue
        for query in ways_of_a_list(model, page):
            status = client.get(f"{here}?{query}").status_code
            # Refused as what no page links to, or shown; never an error.
            if status not in {200, 302, 400}:
                wrong[f"{here}?{query}"] = status
        for query in ORACLES:
            answer = client.get(f"{here}?{query}")
            refused = answer.status_code == 400 or (answer.status_code == 302 and answer.url.endswith("?e=1"))
            if not refused:
                wrong[f"{here}?{query}"] = answer.status_code
    assert wrong == {}


def relations():
    for model in MODELS:
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model in admin.site._registry:
                yield model, field


@pytest.mark.parametrize("role", [Role.CENTRE_STAFF.value, Role.LOGISTICS.value, Role.AUDITOR.value])
def test_an_autocomplete_finds_what_its_role_may_list(role, rows):
    client, wrong = confirmed(staff_user(role)), {}
    for model, field in relations():
        app, name = label(model).split(".")
        asked = f"?term=a&app_label={app}&model_name={name}&field_name={field.name}"
        status = client.get(reverse("admin:autocomplete") + asked).status_code
        searched = admin.site.get_model_admin(field.related_model).search_fields
        expected = {200} if searched and may(role, "view", field.related_model) else {403, 404}
        if status not in expected:
            wrong[asked] = (status, expected)
    assert wrong == {}


def posting(rows):
    """Every named address with something to post; acts with what would carry them out."""
    tomorrow = (NOON + timedelta(days=2)).date().isoformat()
    post = {
        "reason": "Because",
        "name": "x",
        "day": tomorrow,
        "valid_from": tomorrow,
        "decision": "accept",
        "note": "x",
    }
    post |= {"most": "5", "post": "yes", "confirmed": "1", "act": "cancel", "close": "1", "save": "1"}
    post |= {"card": rows.case.member.number, "task": "1", "rows": f"WP-{WelcomePack.objects.first().pk}\tRM1GB"}
    for name, (args, query, _status, _letters) in table(rows).items():
        yield reverse(f"admin:{name}", args=args) + query, post
    for model in MODELS:
        row = model._default_manager.first()
        for page, args in (("change", [row.pk]), ("history", [row.pk]), ("delete", [row.pk]), ("add", [])):
            yield address(model, page, *args), post
        for action in ("delete_selected", *admin.site.get_model_admin(model).actions):
            name = action if isinstance(action, str) else action.__name__
            yield address(model, "changelist"), {**post, "action": name, "_selected_action": str(row.pk), "index": "0"}


def test_an_auditor_posts_anything_anywhere_and_nothing_changes(rows):
    client = confirmed(staff_user(Role.AUDITOR.value))
    before, wrong = programme_tables(), {}
    for page, post in posting(rows):
        if page.startswith((reverse("admin:logout"), reverse("admin:login"), reverse("admin:password_change"))):
            continue
        status = client.post(page, post).status_code
        if status not in {403, 404, 405} and "/history/" not in page and "autocomplete" not in page:
            wrong[page] = status
    allowed = {reverse("admin:index"), reverse("admin:jsi18n"), reverse("admin:app_list", args=["members"])}
    assert {page: status for page, status in wrong.items() if page.split("?")[0] not in allowed} == {}
    assert programme_tables() == before


def test_centre_staff_with_every_other_role_see_their_centre_and_nobody_elses_members(rows):
    """The held centre has no case at all: whatever names a member is hidden on every list, page, desk and search."""
    user = staff_user(Role.CENTRE_STAFF.value, centre="UK")
    CentreClerk.objects.filter(user=user).update(centre=CentreFactory(code="OTHER", name="Centre Elsewhere"))
    user.groups.add(*Group.objects.all())
    client = confirmed(user)
    shown = secrets_of(rows)
    assert_nothing_shown(client, rows, shown)
    for name in ("members_member_change", "member_part"):
        args, _query, _status, _letters = {**table(rows), "members_member_change": ([rows.case.member_id], "", 0, "")}[
            name
        ]
        assert client.get(reverse(f"admin:{name}", args=args)).status_code == 403
    assert client.get(reverse("admin:report", args=["levels"])).status_code == 403
    assert client.get(reverse("admin:event_door", args=[rows.event.pk])).status_code == 403
    assert client.get(reverse("admin:event_people", args=[rows.event.pk])).status_code == 403
    before = programme_tables()
    invited = {"most": "5", "first": "1"}
    client.post(reverse("admin:kitbag_queue_item", args=[rows.item.pk]), {"decision": "accept", "note": "x"})
    client.post(reverse("admin:kitbag_claim_decide", args=[rows.claim.pk]), {"decision": "claimant", "note": "x"})
    client.post(reverse("admin:members_formeraccount_invite"), invited)
    client.post(reverse("admin:packs"), {"oldest": str(WelcomePack.objects.first().pk), "country": "GB", "most": "5"})
    client.post(reverse("admin:packs_sent"), {"rows": f"WP-{WelcomePack.objects.first().pk}\tRM1GB"})
    client.post(reverse("admin:thread_desk", args=[rows.lost.pk]), {"close": "1"})
    assert programme_tables() == before


def secrets_of(rows):
    """What pages would say of any member: names, addresses, numbers as typed and as printed."""
    said = set()
    for member in Member.objects.select_related("user"):
        said |= {member.user.email, member.number, member.spaced_number}
    return {text for text in said if text}


def assert_nothing_shown(client, rows, secrets):
    """On no list, page, desk, search or file that a client may open stands one of these."""
    found = {}
    pages = [reverse(f"admin:{name}", args=args) + query for name, (args, query, _s, _l) in table(rows).items()]
    for model in MODELS:
        row = model._default_manager.first()
        pages += [address(model, "changelist"), address(model, "change", row.pk), address(model, "history", row.pk)]
    pages += [f"{reverse('admin:search')}?q={Member.objects.first().user.email}"]
    for page in pages:
        answer = client.get(page)
        if answer.status_code != 200:
            continue
        raw = answer.getvalue() if answer.streaming else answer.content
        text = raw.decode(errors="replace")
        text = text.replace(page.split("q=")[-1], "") if "q=" in page else text
        hit = sorted(secret for secret in secrets if secret in text)
        if hit:
            found[page] = hit[:2]
    assert found == {}


def test_a_country_team_sees_no_row_of_another_country(rows):
    """Staff held to a country in which no member is see of no list, page, search, desk or export a member's row."""
    Member.objects.filter(country="IS").update(country="GB")
    user = UserFactory(is_staff=True, countries=["IS"])
    user.groups.add(*Group.objects.exclude(name=Role.CENTRE_STAFF.value))
    client = confirmed(user)
    assert_nothing_shown(client, rows, secrets_of(rows))


def test_files_go_to_who_may_see_what_they_belong_to(rows):
    """Case files, papers of items, files of threads: by role, by centre, by country."""
    file, post_file, proof = CaseFile.objects.first(), PostFile.objects.first(), Proof.objects.first()
    file.file.name = case_storage().save("aa/table", ContentFile(b"jpeg"))
    file.save(update_fields=["file"])
    post_file.file.name = thread_storage().save("aa/table", ContentFile(b"jpeg"))
    post_file.save(update_fields=["file"])
    links = {
        reverse("case-file", args=[file.pk]): {"Member care", "Centre staff", "Auditor", SUPERUSER},
        reverse("thread-file", args=[post_file.pk]): {"Member care", "Auditor", SUPERUSER},
        # Staff open a paper by its own page, for a reason; the member's link is theirs alone.
        reverse("kitbag-proof", args=[proof.pk]): set(),
    }
    wrong = {}
    for role in EVERYBODY:
        client = confirmed(staff_user(role))
        for link, whose in links.items():
            status = client.get(link).status_code
            if (status == 200) != (role in whose):
                wrong[role, link] = status
    assert wrong == {}
    held = (
        staff_user(Role.MEMBER_CARE.value + " x", countries=["IS"])
        if False
        else UserFactory(is_staff=True, countries=["IS"])
    )
    held.groups.add(Group.objects.get(name=Role.MEMBER_CARE.value))
    elsewhere = UserFactory(is_staff=True)
    elsewhere.groups.add(
        Group.objects.get(name=Role.CENTRE_STAFF.value), Group.objects.get(name=Role.MEMBER_CARE.value)
    )
    CentreClerk.objects.create(user=elsewhere, centre=CentreFactory(code="OTHER"))
    for user in (held, elsewhere):
        client = confirmed(user)
        for link in links:
            assert client.get(link).status_code != 200, (user.pk, link)


def test_a_foreign_key_of_another_centre_is_refused(rows):
    """A unit of the pool posted for, or moved to, another centre stays one's own."""
    clerk = staff_user(Role.CENTRE_STAFF.value)
    client, other = confirmed(clerk), CentreFactory(code="OTHER", name="Centre Elsewhere")
    unit = LoanUnit.objects.filter(centre__code="UK").first()
    post = {"centre": other.pk, "product": unit.product_id, "serial": "555000111222", "reason": "New"}
    client.post(address(LoanUnit, "add"), post)
    client.post(address(LoanUnit, "change", unit.pk), {**post, "serial": unit.serial})
    assert not LoanUnit.objects.filter(centre=other).exists()
    theirs = LoanUnit.objects.filter(pk=unit.pk)
    theirs.update(centre=other)
    before = programme_tables()
    assert client.post(address(LoanUnit, "change", unit.pk), {**post, "reason": "Mine"}).status_code in {302, 403}
    assert programme_tables() == before


def test_who_is_not_staff_is_sent_away_everywhere_and_staff_show_a_second_factor(rows, layla):
    pages = [page for page, _status in everything(rows, SUPERUSER)]
    visitor, member, weak = Client(), Client(), Client()
    member.force_login(layla.user)
    weak.force_login(UserFactory(is_staff=True, is_superuser=True))
    for page in pages:
        assert visitor.get(page).url.startswith(reverse("account_login")), page
        assert member.get(page).status_code == 403, page
        assert weak.get(page).url.startswith(reverse("staff-second-factor")), page


def test_sessions_of_staff_end_after_eight_hours(rows, time_machine):
    client = confirmed(staff_user(Role.MEMBER_CARE.value))
    assert client.get(reverse("admin:index")).status_code == 200
    time_machine.shift(timedelta(hours=8, minutes=1))
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 302
    assert answer.url.startswith((reverse("account_login"), reverse("staff-second-factor")))
