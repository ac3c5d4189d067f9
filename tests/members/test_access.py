"""The doors for members and for staff."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from members.access import member_of, member_required, staff_required
from members.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def asked_by(user, path="/kitbag/?page=2"):
    request = RequestFactory().get(path)
    request.user = user
    return request


@member_required
def members_page(request):
    return HttpResponse(request.member.number)


@staff_required
def staff_page(request):
    return HttpResponse(request.user.email)


def test_members_pass(layla):
    assert members_page(asked_by(layla.user)).content.decode() == layla.number


def test_visitors_sign_in_first():
    answer = members_page(asked_by(AnonymousUser()))
    assert answer.status_code == 302
    assert answer.url == "/account/login/?next=/kitbag/%3Fpage%3D2"
    assert staff_page(asked_by(AnonymousUser())).status_code == 302


def test_staff_without_membership_are_told(vera):
    answer = members_page(asked_by(vera))
    assert answer.status_code == 403
    assert answer.template_name == "members/no_membership.html"


def test_members_are_no_staff(layla, vera):
    assert staff_page(asked_by(vera)).status_code == 200
    with pytest.raises(PermissionDenied):
        staff_page(asked_by(layla.user))


def test_member_of(layla, vera):
    assert member_of(AnonymousUser()) is None
    assert member_of(vera) is None
    assert member_of(User.objects.get(pk=layla.user.pk)) == layla
    assert member_of(UserFactory()) is None
