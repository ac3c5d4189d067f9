"""Questions about the welcome pack and the membership card (programme §8)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "card",
    _("Welcome pack and card"),
    (
        Section(
            "pack",
            _("When do I get my membership card?"),
            (
                _(
                    "It comes in the welcome pack, for Silver, Gold and Platinum. When you reach Silver, the pack"
                    " stands under Offers on your dashboard: open it and say where it shall go."
                ),
                _(
                    "There is one pack and one card for each member, for good: moving up or down later brings no"
                    " second one."
                ),
            ),
            ((_("Offers"), "offers"), (_("Your card on the screen"), "card")),
            _("welcome pack, notification, address, order card, new level"),
        ),
        Section(
            "not-arrived",
            _("My card has not arrived"),
            (_("Give it %(late)s from the day you asked for it. If it is not there by then, write to us."),),
            ((_("Ask where it is"), "contact?topic=pack"),),
            _("delay, late, post, weeks, tracking, missing pack"),
        ),
        Section(
            "lost-card",
            _("I lost my card"),
            (_("Write to us. We check it and send you a new card; the code of the lost one no longer works."),),
            ((_("Report a lost card"), "contact?topic=lost_card"),),
            _("replacement, stolen card, new card, second card"),
        ),
        Section(
            "in-the-pack",
            _("What is in the welcome pack?"),
            (
                _(
                    "A letter, your membership card, stickers that mark a parcel to a centre as a priority, and a small"
                    " gift, a lens cloth for instance. What is in it may change without notice."
                ),
            ),
            ((_("Offers"), "offers"),),
            _("contents, gift, stickers, cleaning cloth, letter"),
        ),
    ),
)
