"""Questions about points and levels (programme §4)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "points",
    _("Points and levels"),
    (
        Section(
            "points",
            _("What are points, and how do they work?"),
            (
                _(
                    "Nearly everything of Canon that has to do with photos or video carries points; you see them as"
                    " soon as you choose a product. They count once its details are complete and validated."
                ),
                _(
                    "The sum of all your products is your total. Silver begins at %(silver)s, Gold at %(gold)s and"
                    " Platinum at %(platinum)s points; below that you are Red."
                ),
                _(
                    "A product can be worth less as it gets older. Points are not money: they cannot be redeemed or"
                    " exchanged."
                ),
            ),
            ((_("Your points, line by line"), "points"), (_("Kit values"), "products")),
            _("level, total, Silver, Gold, Platinum, redeem, exchange"),
        ),
        Section(
            "worth",
            _("How many points is my kit worth?"),
            (
                _(
                    "Look up any product: its points stand beside it, before you join and before you register anything."
                    " In the what-if bag you put a whole kit together and see the level it gives."
                ),
                _("As a member, add what you own; you may stop half-way and finish another day."),
            ),
            (
                (_("Kit values"), "products"),
                (_("Try in the what-if bag"), "what-if"),
                (_("Add to kitbag"), "kitbag-add"),
            ),
            _("value, calculator, how much, catalogue"),
        ),
        Section(
            "blue-dot",
            _("Why are points grey, with a blue dot?"),
            (
                _(
                    "The dot says that this product waits for you, and beside it stands in words for what. Follow it:"
                    " it leads to the very field."
                ),
                _(
                    "Most often a detail is missing: serial number, country, day or store of purchase. Until then the"
                    " points are grey and not part of your total. When all is there and validated they count."
                ),
                _("Without a dot nothing is left for you to do: we are checking, and say so in words."),
            ),
            ((_("What needs you"), "kitbag?show=needs-you"), (_("All gaps in one list"), "kitbag-doctor")),
            _("greyed-out, draft, missing details, not counted, waiting"),
        ),
        Section(
            "fallen",
            _("Why have my points dropped?"),
            (
                _(
                    "There are two reasons only: a product left your kitbag, or it is worth less, because a newer model"
                    " took its place or because it can no longer be serviced."
                ),
                _(
                    "Each fall is a line on your points page, with its day and its reason. We tell you %(notice)s ahead"
                    " that a value will fall; a product that has points keeps some for ever."
                ),
            ),
            ((_("Your points, line by line"), "points"),),
            _("fall, fewer, lost points, superseded, depreciation, went down, reduced"),
        ),
    ),
)
