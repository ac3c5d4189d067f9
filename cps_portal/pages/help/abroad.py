"""Questions about other countries and regions (programme §1, §6)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "abroad",
    _("Other countries"),
    (
        Section(
            "home-country",
            _("Does CPS hold in my own country only?"),
            (
                _(
                    "No. When you travel, the centres of all %(countries)s that take part are there for you. What you"
                    " get may differ from one country to the next; the list says how."
                ),
            ),
            ((_("Participating countries"), "countries"), (_("Find a centre"), "centres")),
            _("travel, abroad, holiday, international, other country"),
        ),
        Section(
            "moving",
            _("What happens if I move to another country?"),
            (
                _(
                    "You keep your points, your level and your kitbag; the benefits follow the new country. Before you"
                    " confirm the move you see what changes."
                ),
            ),
            ((_("Account"), "account"), (_("Participating countries"), "countries")),
            _("move, new address, emigrate, change country"),
        ),
        Section(
            "from-another-region",
            _("I am a CPS member of another region. Can I join here?"),
            (
                _(
                    "Each region of the world runs its own CPS. With a valid card of yours you can use some services at"
                    " our centres and events; they may differ from those at home."
                ),
                _("For the full benefits join here, with an official address in one of the participating countries."),
            ),
            ((_("Which services, and how"), "country-other"), (_("Join"), "account_signup")),
            _("USA, Japan, Asia, Australia, visitor, foreign card"),
        ),
        Section(
            "to-another-region",
            _("Can I use CPS in other parts of the world?"),
            (
                _(
                    "Perhaps: with a valid card Canon may give you priority there too. What you get can differ from"
                    " what you have here, so ask before you rely on it."
                ),
            ),
            ((_("Your card on the screen"), "card"),),
            _("outside Europe, America, Asia, worldwide, global"),
        ),
    ),
)
