"""Who gets what at every address: a row for each URL name, a column for each role.

The admin's own addresses are generated from its registry, role by role, in tests/portal/test_admin_access.py.
"""

import hashlib
from dataclasses import dataclass, fields
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from kitbag import importing
from kitbag.claims import open_claim
from kitbag.lists import issue_list
from kitbag.models import Claim
from kitbag.rules.table import read_text
from members import thread_links
from members.mail_choices import stop_address
from members.models import Message
from members.rules.mailing import REFUSABLE
from servicing import cards
from servicing.estimate_links import token_of
from tests.factories import (
    AddressFactory,
    CaseFactory,
    EstimateFactory,
    EventFactory,
    FormerAccountFactory,
    LoanFactory,
    MemberFactory,
    OfferFactory,
    ProofFactory,
    ThreadFactory,
    UserFactory,
)

LOGIN = "sign in"  # redirected to the sign-in page, and back
CONFIRM = "confirm"  # asked to confirm who they are first
HOME = "elsewhere"  # redirected inside the portal: nothing to do here now


@dataclass(frozen=True)
class Row:
    """What GET answers. Staff are signed in without a membership; `staff` holds for every role of theirs."""

    anonymous: int | str
    owner: int | str
    other_member: int | str
    staff: int | str


PUBLIC = Row(200, 200, 200, 200)
MEMBERS = Row(LOGIN, 200, 200, 403)
OWN = Row(LOGIN, 200, 404, 403)
SIGNED_IN = Row(LOGIN, 200, 200, 200)
POST_ONLY = Row(405, 405, 405, 405)
SENSITIVE = Row(LOGIN, CONFIRM, CONFIRM, CONFIRM)
ONLY_IN_THE_MIDDLE = Row(LOGIN, HOME, HOME, HOME)

ACCESS = {
    "home": PUBLIC,
    "terms": PUBLIC,
    "privacy": PUBLIC,
    "accessibility": PUBLIC,
    "countries": PUBLIC,
    "country-other": PUBLIC,
    "centres": PUBLIC,
    "centre": PUBLIC,
    "products": PUBLIC,
    "product": PUBLIC,
    "product-suggest": PUBLIC,
    "what-if": PUBLIC,
    "what-if-drafts": Row(LOGIN, HOME, HOME, 403),
    "health": PUBLIC,
    "csp-report": POST_ONLY,
    "theme": POST_ONLY,
    "language": POST_ONLY,
    "mailbox": Row(404, 404, 404, 404),
    "mailbox-mail": Row(404, 404, 404, 404),
    "styleguide": Row(LOGIN, 403, 403, 200),
    "dashboard": MEMBERS,
    "points": MEMBERS,
    "points-csv": MEMBERS,
    "points-pdf": MEMBERS,
    "points-day": MEMBERS,
    "kitbag-export": MEMBERS,
    "kitbag-many": MEMBERS,
    "kitbag-many-check": OWN,
    "kitbag-many-left": Row(LOGIN, HOME, 404, 403),
    "kitbag-list": MEMBERS,
    "kitbag-list-pdf": OWN,
    "list-check": PUBLIC,
    "kitbag": MEMBERS,
    "kitbag-add": MEMBERS,
    "kitbag-item": OWN,
    "kitbag-item-proof": OWN,
    "kitbag-proof": Row(LOGIN, 404, 404, 403),
    "kitbag-proofs": MEMBERS,
    "kitbag-doctor": MEMBERS,
    "kitbag-photo": Row(LOGIN, HOME, HOME, 403),
    "kitbag-proof-remove": Row(405, 405, 405, 405),
    "kitbag-claim": Row(LOGIN, HOME, 404, 403),
    "kitbag-claim-answer": Row(LOGIN, 200, 404, 403),
    "kitbag-item-edit": OWN,
    "kitbag-item-remove": OWN,
    "kitbag-item-number": Row(LOGIN, HOME, 404, 403),
    "kitbag-item-undo": Row(LOGIN, 405, 405, 403),
    "servicing": MEMBERS,
    "servicing-send": MEMBERS,
    "case": OWN,
    "case-write": OWN,
    "case-tracking": OWN,
    "case-back": Row(LOGIN, HOME, 404, 403),
    "case-reopen": Row(LOGIN, HOME, 404, 403),
    "estimate": PUBLIC,
    "estimate-pdf": PUBLIC,
    "case-new": OWN,
    "case-sheet": OWN,
    "case-change": OWN,
    "case-cancel": OWN,
    "case-file": Row(LOGIN, 404, 404, 404),
    "case-loan": OWN,
    "loan-agreement": OWN,
    "events": PUBLIC,
    "event": PUBLIC,
    "event-ics": PUBLIC,
    "event-book": Row(LOGIN, HOME, HOME, 403),
    "event-cancel": Row(LOGIN, HOME, HOME, 403),
    "offers": MEMBERS,
    "benefits": MEMBERS,
    "offer": Row(LOGIN, 200, 200, 403),
    "pack": MEMBERS,
    "card": MEMBERS,
    "card-pdf": MEMBERS,
    "card-start": PUBLIC,
    "card-check": PUBLIC,
    "help": PUBLIC,
    "contact": PUBLIC,
    "contact-sent": PUBLIC,
    "threads": SIGNED_IN,
    "thread": Row(LOGIN, 200, 404, 404),
    "thread-file": Row(LOGIN, 404, 404, 404),
    "thread-guest": PUBLIC,
    "thread-guest-file": Row(404, 404, 404, 404),
    "messages": SIGNED_IN,
    "message": Row(LOGIN, 200, 404, 404),
    "messages-preferences": SIGNED_IN,
    "messages-stop": PUBLIC,
    "account": SIGNED_IN,
    "account-move": MEMBERS,
    "account-email-undo": Row(404, 404, 404, 404),
    "account-addresses": MEMBERS,
    "account-address-new": MEMBERS,
    "account-address": OWN,
    "account-address-first": POST_ONLY,
    "account-address-remove": POST_ONLY,
    "account-export": MEMBERS,
    "account-export-file": Row(LOGIN, CONFIRM, CONFIRM, 403),
    "account-looks": MEMBERS,
    "former": OWN,
    "account-close": MEMBERS,
    "account-close-undo": Row(404, 404, 404, 404),
    "acting-stop": POST_ONLY,
    "staff-second-factor": Row(LOGIN, 403, 403, 200),
    # allauth
    "account_login": Row(200, HOME, HOME, HOME),
    "account_signup": Row(200, HOME, HOME, HOME),
    "account_signup_by_passkey": Row(200, HOME, HOME, HOME),
    "account_request_login_code": Row(200, HOME, HOME, HOME),
    "account_confirm_login_code": ONLY_IN_THE_MIDDLE,
    "account_logout": Row(HOME, 200, 200, 200),
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": ONLY_IN_THE_MIDDLE,
    "account_change_password": SIGNED_IN,
    "account_set_password": Row(LOGIN, HOME, HOME, HOME),
    "account_reset_password": PUBLIC,
    "account_confirm_password_reset_code": Row(LOGIN, LOGIN, LOGIN, LOGIN),
    "account_complete_password_reset": Row(HOME, HOME, HOME, HOME),
    "account_password_reset_completed": PUBLIC,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": ONLY_IN_THE_MIDDLE,
    "mfa_reauthenticate": SENSITIVE,
    "mfa_activate_totp": SENSITIVE,
    "mfa_deactivate_totp": Row(LOGIN, 404, 404, 404),
    "mfa_view_recovery_codes": Row(LOGIN, 404, 404, 404),
    "mfa_generate_recovery_codes": SENSITIVE,
    "mfa_download_recovery_codes": Row(LOGIN, 404, 404, 404),
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SENSITIVE,
    "mfa_reauthenticate_webauthn": SENSITIVE,
    "mfa_remove_webauthn": SENSITIVE,
    "mfa_edit_webauthn": SENSITIVE,
    "mfa_login_webauthn": Row(LOGIN, HOME, HOME, HOME),
    "mfa_signup_webauthn": Row(HOME, HOME, HOME, HOME),
    "usersessions_list": SIGNED_IN,
}

STAFF_ROLES = ["Member care", "Validation", "Centre staff", "Logistics", "Programme manager", "Auditor", "superuser"]
HOSTILE = ["", "\x00", "a" * 9000, "\u202e\u200f", "📷" * 50, "１２３", "-1", "9" * 20, "' OR 1=1 --", "%", "\\"]


def names(patterns=None, namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern) and not namespace:
            yield pattern.name


def test_every_address_has_a_row():
    assert set(names()) == set(ACCESS)


@pytest.fixture(autouse=True)
def as_in_production(settings):
    """What the start script opens on a machine of one's own is shut here."""
    settings.MAIL_DIR = ""
    settings.INSECURE_ORIGIN = False


@pytest.fixture
def address(layla, camera, register):
    """The address of each name, with rows of Layla's where it asks for one."""
    held = register(layla, camera, serial="012345678901")
    rival = MemberFactory()
    asked = register(rival, camera, serial="012345678901")
    proof = ProofFactory(member=layla, items=[held])
    claim = open_claim(
        asked.pk,
        member_id=rival.pk,
        ground=Claim.Ground.USED,
        proof_id=ProofFactory(member=rival).pk,
        at=timezone.now(),
        by=rival.user,
    )
    FormerAccountFactory(member=layla)
    issued, _file = issue_list(
        member=layla,
        item_ids=[held.pk],
        values={},
        with_proofs=False,
        language="en",
        at=timezone.now(),
        write=lambda issued: b"%PDF-",
    )
    case = CaseFactory(member=layla)
    values = {
        "item_id": held.pk,
        "claim_id": claim.pk,
        "code": issued.code,
        "centre_code": "uk",
        "year": 2026,
        "month": 11,
        "day": 24,
        "proof_id": proof.pk,
        "file_id": proof.pk,
        "number": case.number,
        "loan_id": LoanFactory(case=case).pk,
        "signed": token_of(EstimateFactory(case=case).pk),
        "event_id": EventFactory().pk,
        "message_id": Message.objects.filter(user=layla.user).first().pk,
        "thread_id": ThreadFactory(user=layla.user).pk,
        "answer": thread_links.token_of(ThreadFactory(user=None, name="Ana", email="ana@example.org").pk),
        "token": stop_address(layla.user.pk, REFUSABLE).rstrip("/").rpartition("/")[2],
        "import_id": importing.check_table(read_text(camera.name), member_id=layla.pk, at=timezone.now()).pk,
        "export_id": proof.pk,
        "address_id": AddressFactory(member=layla).pk,
        "offer_id": OfferFactory().pk,
        "card_token": cards.token_of(layla.pk, 1),
        "sku": camera.sku,
        "name": "20261123-120000-1.log",
        "pk": 1,
    }

    def find(name):
        ((_, parameters), *_), *_ = get_resolver().reverse_dict[name]
        return reverse(name, kwargs={key: values[key] for key in parameters})

    return find


def person(role, layla, omar):
    """A user of the role, with a password and an address that was confirmed, as most have."""
    if role == "owner":
        user = layla.user
    elif role == "other_member":
        user = omar.user
    else:
        user = UserFactory(is_staff=True, is_superuser=role == "superuser")
        if role != "superuser":
            user.groups.add(Group.objects.get(name=role))
    user.set_password("red-index-85-by-54")
    user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    return user


def outcome(response):
    if response.status_code not in (301, 302):
        return response.status_code
    if response.url.startswith(reverse("account_login")):
        return LOGIN
    if "reauthenticate" in response.url:
        return CONFIRM
    return HOME


def tables():
    """A digest of every row of the programme."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for app in ("members", "kitbag", "servicing"):
            for model in apps.get_app_config(app).get_models():
                cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t ORDER BY 1')
                digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("role", ["anonymous", "owner", "other_member", *STAFF_ROLES])
def test_get_answers_as_the_table_says_and_writes_no_programme_fact(role, address, client, layla, omar):
    if role != "anonymous":
        client.force_login(person(role, layla, omar))
    column = role if role in {field.name for field in fields(Row)} else "staff"
    before = tables()
    got = {name: outcome(client.get(address(name))) for name in ACCESS}
    expected = {name: getattr(row, column) for name, row in ACCESS.items()}
    assert {name: (got[name], expected[name]) for name in got if got[name] != expected[name]} == {}
    assert tables() == before


@pytest.mark.parametrize("role", ["anonymous", "owner", "Auditor"])
def test_hostile_questions_in_addresses_are_answered_calmly(role, address, client, layla, omar):
    if role != "anonymous":
        client.force_login(person(role, layla, omar))
    before = tables()
    for name in ACCESS:
        for value in HOSTILE:
            query = urlencode(
                [(key, value) for key in ("q", "page", "after", "before", "family", "state", "sort", "product")]
                + [
                    (key, value)
                    for key in (
                        "bag",
                        "bag",
                        "next",
                        "country",
                        "year",
                        "from",
                        "item",
                        "where",
                        "language",
                        "level",
                        "everyone",
                    )
                ]
            )
            response = client.get(f"{address(name)}?{query}")
            assert response.status_code < 500, (name, value, response.status_code)
    assert tables() == before


def test_unknown_addresses_are_pages_of_the_portal(client, db):
    for path in ("/nowhere/", "/kitbag/not-a-uuid/", "/products/no-such-product/", "/%00/", "/" + "a" * 3000):
        response = client.get(path)
        assert response.status_code == 404, path
        assert b"CPS" in response.content
