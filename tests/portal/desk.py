"""Clerks, papers and posts of the validation queue, for its tests."""

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.urls import reverse

from kitbag.models.proofs import proof_storage
from members.models import User
from members.rules.roles import Role
from tests.factories import ProofFactory, UserFactory
from tests.kitbag.hostile import pdf
from tests.portal.staff import confirmed

QUEUE = "/admin/kitbag/kititem/queue/"
PNG = b"\x89PNG\r\n\x1a\n as kept"


def second_clerk():
    """A client of another person of the same role."""
    user = UserFactory(email="second@staff.example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.VALIDATION.value))
    return confirmed(user)


def person(client):
    """Who is signed in with a client."""
    return User.objects.get(pk=client.session["_auth_user_id"])


def page_of(item):
    return reverse("admin:kitbag_queue_item", args=[item.pk])


def decide(client, item, decision, **more):
    return client.post(page_of(item), {"decision": decision, **more})


def take_back(client, event):
    return client.post(reverse("admin:kitbag_queue_take_back"), {"event": event.pk}, follow=True)


def picture(item, **more):
    """A paper of an item with a picture behind it."""
    return paper_of(item, PNG, content_type="image/png", name="label.png", **more)


def receipt_of(item, content=None):
    """A receipt of an item as a PDF, or as whatever is given for one."""
    return paper_of(item, content or pdf(), content_type="application/pdf", name="receipt.pdf")


def paper_of(item, content, **more):
    proof = ProofFactory(member=item.member, items=[item], **more)
    proof.file.name = proof_storage().save(f"aa/{proof.pk.hex}", ContentFile(content))
    proof.save(update_fields=["file"])
    return proof
