"""Who looked: every opening once, newest first, through all pages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitbag.models import ProofOpening
from members.models import StaffLook
from tests.factories import NOON, ProofFactory

pytestmark = pytest.mark.django_db
HERE = reverse("account-looks")


def test_looks_and_openings_stand_together_page_by_page(client, layla, omar, vera, django_assert_max_num_queries):
    proof = ProofFactory(member=layla)
    for n in range(40):
        at = NOON - timedelta(minutes=n // 4)
        StaffLook.objects.create(member=layla, by=vera, role=f"care {n}", page="member", at=at)
        ProofOpening.objects.create(proof=proof, by=vera, role=f"checks {n}", purpose="claim 1", at=at)
    StaffLook.objects.create(member=omar, by=vera, role="of another", page="member", at=NOON)
    client.force_login(layla.user)
    client.get(HERE)
    seen, page, pages = [], HERE, 0
    while page:
        with django_assert_max_num_queries(5):
            answer = client.get(page)
        seen += [(row["at"], row["role"]) for row in answer.context["rows"]]
        page, pages = answer.context["older"], pages + 1
    assert pages == 4
    assert len(seen) == len(set(seen)) == 80
    assert [at for at, _role in seen] == sorted((at for at, _role in seen), reverse=True)
    body = client.get(HERE).content.decode()
    assert "Your details" in body
    assert "to decide a claim" in body
    assert "Vera" not in body


def test_roles_are_named_in_the_language_of_the_page(client, layla, vera):
    StaffLook.objects.create(member=layla, by=vera, role="Member care, Auditor", page="member", at=NOON)
    client.force_login(layla.user)
    client.cookies["django_language"] = "ar"
    [row] = client.get(HERE).context["rows"]
    assert "خدمة الأعضاء" in row["role"]
    assert "التدقيق" in row["role"]


@pytest.mark.parametrize("key", ["x", "_", "2026-11-23_1_1", f"{NOON.isoformat()}_7_1", f"{NOON.isoformat()}_1_²"])
def test_odd_keys_give_the_first_page(client, layla, key):
    client.force_login(layla.user)
    assert "Nobody has looked" in client.get(HERE, {"after": key}).content.decode()
