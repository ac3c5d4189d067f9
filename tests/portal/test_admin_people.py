"""Messages, terms and staff accounts on the staff pages."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from members.messages import post_security
from members.models import CountryTerms, Message, User
from members.rules.roles import Role
from servicing.models import ServiceTerms
from tests.factories import NOON
from tests.portal.staff import SUPERUSER, act, as_role, day, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_security_mail_is_never_shown(care, layla):
    message = post_security(
        user=layla.user, address="new@example.org", subject="Your code", text="SECRET-7788", html="", at=NOON
    )
    for page in (
        reverse("admin:members_message_changelist"),
        reverse("admin:members_message_change", args=[message.pk]),
    ):
        text = care.get(page).content.decode()
        assert "SECRET" not in text
        assert "Your code" not in text
    for query in ("sealed__text__contains=SECRET", "sealed__isnull=False", "facts__code=1", "user__password__gt=a"):
        assert care.get(reverse("admin:members_message_changelist") + "?" + query).status_code == 400


def test_a_parked_message_is_tried_again(care, layla):
    made = {"user": layla.user, "kind": "level_up", "about": "level", "created_at": NOON, "due_at": NOON}
    parked = Message.objects.create(occasion="1", parked_at=NOON, tries=8, last_error="refused", **made)
    sent = Message.objects.create(occasion="2", sent_at=NOON, **made)
    answer = act(care, "members_message", "try_again", parked, sent)
    assert "1 message will be tried again." in answer.content.decode()
    parked.refresh_from_db()
    assert (parked.parked_at, parked.tries) == (None, 0)
    assert (len(history(parked)), history(sent)) == (1, [])


def test_new_country_terms_begin_after_today(manager):
    page = reverse("admin:members_countryterms_add")
    post = {"country": "EG", "benefit_class": "silver", "valid_from": day(0), "reason": "Extended"}
    assert "valid_from" in manager.post(page, post).context["adminform"].form.errors
    assert manager.post(page, {**post, "valid_from": day(1)}).status_code == 302
    row = CountryTerms.objects.get(country="EG", valid_from=day(1))
    assert row.benefit_class == "silver"
    assert "Reason: Extended" in history(row)[0][1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"video_target_days": ""}, "video_target_days"),
        ({"video_target_days": 4}, "video_target_days"),
        ({"target_days": 9}, "video_target_days"),
        ({"discount_percent": 101}, "discount_percent"),
        ({"level": 7}, "level"),
        ({"country": "XX"}, "country"),
    ],
)
def test_service_terms_that_are_not_allowed(manager, changes, field):
    post = {
        "country": "EG",
        "level": 1,
        "service": "repair",
        "valid_from": day(1),
        "target_days": 5,
        "video_target_days": 5,
        "discount_percent": 10,
        "reason": "x",
    }
    answer = manager.post(reverse("admin:servicing_serviceterms_add"), {**post, **changes})
    assert field in answer.context["adminform"].form.errors
    assert manager.post(reverse("admin:servicing_serviceterms_add"), post).status_code == 302
    assert ServiceTerms.objects.get(country="EG", valid_from=day(1)).target_days == 5


def signs_in_by_code(email):
    """Where a person lands who asks for a code, enters it and goes to the staff pages."""
    browser = Client()
    asked = browser.post(reverse("account_request_login_code"), {"email": email})
    text = Message.objects.get(kind="security", user__email=email).sealed["text"]
    (code,) = re.findall(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", text, re.MULTILINE)
    browser.post(asked.url, {"code": code})
    return browser.get(reverse("admin:index")).url.split("?")[0]


def test_the_superuser_opens_a_staff_account():
    client = as_role(SUPERUSER)
    page = reverse("admin:members_user_add")
    role = Group.objects.get(name=Role.VALIDATION.value)
    post = {"email": "New.Clerk@Example.org", "name": "New Clerk", "language": "en", "groups": [role.pk], "reason": "x"}
    assert client.post(page, post).status_code == 302
    user = User.objects.get(email="new.clerk@example.org")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert list(user.groups.all()) == [role]
    assert "email" in client.post(page, post).context["adminform"].form.errors
    assert signs_in_by_code(user.email) == reverse("staff-second-factor")
    change = reverse("admin:members_user_change", args=[user.pk])
    assert client.post(change, {"name": "New Clerk", "language": "en", "reason": "Left"}).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_active, user.groups.count()) == (False, False, 0)
    assert user.email == "new.clerk@example.org"
    assert "Reason: Left" in history(user)[-1][1]


def test_an_account_says_whether_it_has_a_second_factor():
    client = as_role(SUPERUSER)
    page = client.get(reverse("admin:members_user_changelist")).content.decode()
    assert "Second factor" in page
    assert "icon-yes" in page
