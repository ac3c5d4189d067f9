"""Questions about registering kit (programme §2, §3)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "kit",
    _("Registering kit"),
    (
        Section(
            "which-products",
            _("Which products can I register?"),
            (
                _(
                    "The catalogue holds %(products)s: cameras, lenses, camcorders, cinema cameras, flashes, printers"
                    " and accessories, new and old. Kit from other countries counts too."
                ),
                _(
                    "%(fast_track)s of the catalogue can go on Fast Track: a centre then aims at having your repair"
                    " done in as little as %(platinum_days)s, by your level."
                ),
            ),
            ((_("Search the catalogue"), "products"), (_("Add to kitbag"), "kitbag-add")),
            _("catalogue, eligible, cameras, lenses, printers, accessories, old"),
        ),
        Section(
            "serial-number",
            _("Where do I find a serial number?"),
            (
                _(
                    "On a camera it is usually on the base plate, on a lens near the mount or on the barrel. When you"
                    " add a product, a drawing shows the place for its kind, and a photo from the camera itself can"
                    " tell us the number."
                ),
                _(
                    "A short code such as U1140F on an older lens is the date it was made, not its number. If yours"
                    " looks wrong to us and is right, send a photo of it."
                ),
            ),
            (
                (_("Add to kitbag"), "kitbag-add"),
                (_("Read it from a photo"), "kitbag-add#photo"),
                (_("A problem with a serial number"), "contact?topic=serial"),
            ),
            _("number plate, sticker, underside, engraving, locate"),
        ),
        Section(
            "second-hand",
            _("Can I register second-hand kit?"),
            (
                _("Yes, exactly like new kit, and it is worth the same points."),
                _(
                    "If somebody else has registered the number already, say that you bought it and add proof of"
                    " purchase; the other member is asked and we decide. If anything else is in your way, write to us"
                    " with the model, the serial number and what happens."
                ),
            ),
            ((_("Add to kitbag"), "kitbag-add"), (_("A problem with a serial number"), "contact?topic=serial")),
            _("used, secondhand, pre-owned, previous owner, claim, already registered"),
        ),
        Section(
            "bought-elsewhere",
            _("Can I register kit I bought outside Europe, the Middle East and Africa?"),
            (
                _("Yes. It counts like any other, and the benefits of CPS hold for it."),
                _(
                    "Mind the limits when it comes to warranty: we ask for proof of purchase, and a product imported"
                    " past the authorised retailers of the region has no local Canon warranty."
                ),
            ),
            ((_("Add to kitbag"), "kitbag-add"), (_("Proofs"), "kitbag-proofs")),
            _("grey import, abroad, America, Japan, warranty, travel"),
        ),
        Section(
            "removing",
            _("How do I take a product out?"),
            (
                _(
                    "On its page, with the reason. You see first what it does to points and level, and can put it back"
                    " for %(undo)s. While it is in servicing it stays."
                ),
            ),
            ((_("Open your kitbag"), "kitbag"),),
            _("sold, lost, stolen, broken, delete, remove"),
        ),
    ),
)
