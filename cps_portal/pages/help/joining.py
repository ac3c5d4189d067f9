"""Questions about CPS and about joining (programme §1)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "joining",
    _("CPS and joining"),
    (
        Section(
            "what-is-cps",
            _("What is CPS?"),
            (
                _(
                    "Canon Professional Services looks after people who earn their living, or part of it, with Canon"
                    " cameras and lenses in Europe, the Middle East and Africa."
                ),
                _(
                    "Members get their kit repaired faster, can borrow a backup, and are invited to events and offers."
                    " How much of it you get depends on your level."
                ),
            ),
            ((_("Levels side by side"), "home#levels"), (_("Participating countries"), "countries")),
            _("Canon Professional Services, benefits, programme"),
        ),
        Section(
            "who-can-join",
            _("Who can join?"),
            (
                _(
                    "Photographers and videographers who work professionally or semi-professionally, from the age of 18"
                    " on, with an address in a participating country."
                ),
            ),
            ((_("Join"), "account_signup"), (_("My country is not in the list"), "country-other")),
            _("sign up, register, eligible, amateur, age"),
        ),
        Section(
            "free",
            _("Does it cost anything?"),
            (
                _("No. Joining is free and stays free. Your level comes from the Canon kit that you own and register."),
                _("A centre charges for repairs that no warranty covers; you see its estimate before any work."),
            ),
            ((_("Join"), "account_signup"),),
            _("price, fee, money, subscription"),
        ),
        Section(
            "little-kit",
            _("Can I join with little or no kit?"),
            (
                _(
                    "Yes. You are a Red member from the first minute, also without a single product. With every product"
                    " that counts you come nearer to Silver, which begins at %(silver)s points and opens Fast Track,"
                    " the welcome pack and more."
                ),
            ),
            ((_("Levels side by side"), "home#levels"), (_("Try in the what-if bag"), "what-if")),
            _("beginner, no camera, Red, Silver"),
        ),
        Section(
            "what-to-have-ready",
            _("What do I need for joining?"),
            (
                _(
                    "Your name, your country and an e-mail address. We mail you a code; with it you are a member at"
                    " once."
                ),
                _(
                    "For each product we ask for serial number, store, and the country and day of purchase. You can"
                    " leave that for later: the product waits as a draft, and its points count once it is complete and"
                    " validated."
                ),
                _(
                    "Give details as they are and keep your receipts: for some benefits, for a check and for warranty"
                    " we ask for proof of purchase."
                ),
            ),
            ((_("Join"), "account_signup"), (_("Add to kitbag"), "kitbag-add"), (_("Proofs"), "kitbag-proofs")),
            _("register, details, receipt, invoice, proof of purchase, information"),
        ),
        Section(
            "old-level",
            _("Why is my level not the one of my old CPS account?"),
            (
                _(
                    "The former scheme looked at certain products only. Now each product brings points, older models"
                    " too, so kit that counted for nothing before counts today, and a level follows from the total."
                ),
                _(
                    "Register everything you own and complete what is still a draft: that is what closes the gap. Your"
                    " old level stands beside the new one in your account, with what is missing."
                ),
            ),
            ((_("Open your kitbag"), "kitbag"), (_("Account"), "account")),
            _("former scheme, previous membership, lost Gold, transfer"),
            own_links=((_("Old and new level"), "former"),),
        ),
        Section(
            "video-status",
            _("What became of my CPS Video status?"),
            (
                _(
                    "Most people now film and photograph, so there is one membership for both. Video and photo kit add"
                    " up in one kitbag to one level; there is no level of its own for video any more."
                ),
            ),
            ((_("Open your kitbag"), "kitbag"),),
            _("videographer, cinema, film, former video level"),
            own_links=((_("Old and new level"), "former"),),
        ),
    ),
)
