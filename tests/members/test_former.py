"""Accounts of the former scheme: invited once, claimed by who proves the address (programme §1)."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import reverse

from members import former, wording
from members.models import FormerAccount, Member, Message
from members.rules.former import Row, Thing
from tests.factories import NOON, MemberFactory
from tests.members.test_joining import CODE, FILLED, JOIN, code_mailed_to

pytestmark = pytest.mark.django_db
NADIA = Row("nadia@example.org", "Nadia Rahman", "GB", 3, 2, (Thing("EOS R5 Mark II", "012021000123"),))


def keep(*rows, digest="a"):
    return former.keep(rows, digest=digest, file_name="old.csv", at=NOON)


def test_who_joins_with_the_address_has_the_old_account_once_the_code_is_entered(client):
    keep(NADIA)
    client.post(JOIN, FILLED)
    assert FormerAccount.objects.get().member is None, "nothing is proved before the code"
    client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    account = FormerAccount.objects.get()
    assert account.member == Member.objects.get()
    assert account.claimed_at is not None


def test_a_changed_address_that_is_proved_claims(client, layla):
    keep(NADIA)
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, verified=True, primary=True)
    layla.user.set_password("a-long-lens-9")
    layla.user.save()
    client.post(reverse("account_login"), {"login": layla.user.email, "password": "a-long-lens-9"})
    assert FormerAccount.objects.get().member is None
    asked = client.post(reverse("account_email"), {"email": "Nadia@example.org", "action_add": "1"})
    client.post(asked.url, {"password": "a-long-lens-9"})
    client.post(CODE, {"code": code_mailed_to("nadia@example.org")})
    assert FormerAccount.objects.get().member == layla


def test_whoever_is_here_already_has_claimed_on_import_if_the_address_is_proved(layla, omar):
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=omar.user, email=omar.user.email, verified=False, primary=True)
    keep(
        Row("layla@example.org", "Layla", "GB", 2, None),
        Row("omar@example.org", "Omar", "EG", 1, None),
    )
    claimed = dict(FormerAccount.objects.values_list("email", "member"))
    assert claimed == {"layla@example.org": layla.pk, "omar@example.org": None}


def test_whoever_is_here_already_is_told_once_and_the_mail_leads_to_the_page(client, layla):
    EmailAddress.objects.create(user=layla.user, email=layla.user.email, verified=True, primary=True)
    row = Row("layla@example.org", "Layla", "GB", 2, None)
    keep(row)
    keep(row)
    keep(row, NADIA, digest="b")
    message = Message.objects.get(kind=Message.Kind.FORMER_INVITE)
    assert (message.user, message.address) == (layla.user, "")
    mail = wording.write(message)
    assert mail.subject == "Your CPS account of the former scheme is part of your membership"
    assert "Your photo level was Gold." in mail.text
    assert "Join" not in mail.text + mail.html
    assert re.findall(r"http\S+/account/\S+", mail.text) == [f"{settings.PORTAL_ORIGIN}{reverse('former')}"]
    client.force_login(layla.user)
    assert client.get(reverse("former")).status_code == 200
    page = client.get(reverse("message", args=[message.pk])).content.decode()
    assert reverse("former") in page
    assert "waits for you" not in page


def test_a_file_is_kept_once_and_known_addresses_stay(layla):
    first = keep(NADIA)
    assert keep(NADIA) is None
    keep(Row("nadia@example.org", "Somebody else", "FR", 1, None), digest="b")
    account = FormerAccount.objects.get()
    assert (account.name, account.photo_level, account.source) == ("Nadia Rahman", 3, first)


def test_each_is_invited_once_and_who_claimed_is_not():
    rows = [Row(f"p{n}@example.org", f"Person {n}", "EG" if n else "GB", None, 1) for n in range(5)]
    keep(*rows)
    gone = FormerAccount.objects.get(email="p4@example.org")
    gone.member, gone.claimed_at = MemberFactory(), NOON
    gone.save()
    first = former.waiting().first().pk
    assert former.invite(most=3, at=NOON, first=first) == 3
    assert former.invite(most=3, at=NOON, first=first) == 0, "the same form sent twice"
    assert former.invite(most=3, at=NOON) == 1
    assert former.invite(most=3, at=NOON) == 0
    assert Message.objects.filter(kind=Message.Kind.FORMER_INVITE).count() == 4


def test_the_invitation_says_the_levels_and_leads_to_a_prefilled_form(client):
    keep(NADIA, Row("omar@example.org", "Omar", "EG", None, 1))
    former.invite(most=10, at=NOON)
    english, arabic = (wording.write(message) for message in Message.objects.order_by("pk"))
    assert "Hello Nadia," in english.text
    assert "Your photo level was Platinum." in english.text
    assert "Your video level was Gold." in english.text
    assert re.search("[؀-ۿ]", arabic.subject)
    [address] = re.findall(r"http\S+/account/signup/\S+", english.text)
    page = client.get(address)
    assert page.context["form"]["email"].value() == "nadia@example.org"
