"""The register knows every field of every table, and says of each what it is for and when it goes."""

import html
from collections import Counter

from django.apps import apps

from cps_portal.privacy.register import REGISTER, model_of
from cps_portal.privacy.showing import Fate, fate_of, what_goes, what_is_kept, what_stays
from cps_portal.privacy.subjects import AUDIT, NOBODY, SHOWN
from cps_portal.privacy.table import Ends, Kind


def all_models():
    return {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


def test_every_field_of_every_table_has_one_class():
    unknown = {}
    for label, model in all_models().items():
        classed = Counter(name for name, _kind in REGISTER[label].classed()) if label in REGISTER else Counter()
        fields = Counter(field.name for field in model._meta.local_fields)
        if classed != fields:
            unknown[label] = {"not classed": list(fields - classed), "no field, or twice": list(classed - fields)}
    assert unknown == {}
    assert set(REGISTER) == set(all_models())


def test_what_is_about_a_person_has_a_purpose_a_time_and_an_end():
    for label, table in REGISTER.items():
        about = table.about_people()
        assert (table.subject == NOBODY) <= (not about), label
        assert table.subject == NOBODY or table.subject in SHOWN, label
        if about and table.theirs:
            assert table.ends != Ends.KEPT, label
        assert (table.ends == Ends.KEPT) or table.theirs or table.subject == AUDIT, label


def test_names_beside_the_classes_are_fields_too():
    for label, table in REGISTER.items():
        fields = {field.name for field in model_of(label)._meta.local_fields}
        assert {*table.withheld.split(), *table.left} <= fields, label
        for theirs in table.theirs:
            assert set(theirs.hides.split()) <= fields, label
        assert bool(table.shelf) == any(name == "file" for name, kind in table.classed() if kind != Kind.NONE), label


def test_secrets_are_in_no_copy():
    for label, field in (("members.User", "password"), ("mfa.Authenticator", "data"), ("members.Message", "sealed")):
        assert field in REGISTER[label].withheld.split()


def test_the_page_says_of_each_subject_what_why_how_long_and_what_closing_does(client, db, settings):
    settings.GUEST_KEPT_DAYS = 77
    page = client.get("/privacy/").content.decode()
    rows = what_is_kept()
    assert len(rows) == len(SHOWN)
    assert "until 77 days after the last word" in page
    ends = {row["what"]: row["on_closing"] for row in rows}
    assert ends["Messages we sent you"] == "Erased when you close your account."
    assert ends["Points, levels and the changes of both"].startswith(
        "When you close your account, what is about you is erased"
    )
    assert ends["What you entered to join, if you never enter the code"] == ""
    for row in rows:
        assert all(row[key] for key in ("what", "why", "how_long")), row


def test_what_goes_and_what_stays_is_what_the_register_says(client, layla):
    for subject in SHOWN:
        fate = fate_of(subject)
        assert bool(subject.stays) == (fate in (Fate.IN_PART, Fate.NAMELESS)), subject.what
        assert not subject.goes or fate == Fate.IN_PART, subject.what
    client.force_login(layla.user)
    page = client.get("/account/close/")
    assert (page.context["goes"], page.context["stays"]) == (list(what_goes()), list(what_stays()))
    text = " ".join(html.unescape(page.content.decode()).split())
    goes, stays = text.split('id="goes"')[1].split('id="stays"')
    for words in (
        "Your account of the former scheme",
        "your card and its QR code",
        "professional field",
        "Which staff role opened your data",
        "The address you had before",
        "Copies of your data",
    ):
        assert words in goes, words
    assert "Codes of offers that were drawn and places at events, without your name" in stays
