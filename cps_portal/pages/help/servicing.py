"""Questions about servicing (programme §6)."""

from django.utils.translation import gettext_lazy as _

from cps_portal.pages.help.section import Group, Section

GROUP = Group(
    "servicing",
    _("Repair and servicing"),
    (
        Section(
            "fast-track",
            _("What is Fast Track, and is it guaranteed?"),
            (
                _(
                    "With Fast Track a centre aims at a number of working days, by your level: Silver %(silver_days)s,"
                    " Gold %(gold_days)s, Platinum %(platinum_days)s. In some countries it is more, or there is no"
                    " target. Without CPS a repair takes about %(standard)s."
                ),
                _(
                    "It is for %(fast_track)s of the catalogue, fully registered and validated. Repairs qualify at"
                    " every Canon Service Centre; maintenance and upgrades only at Canon Service & Repair Centres. The"
                    " page of each product in your kitbag says whether it qualifies, and your days."
                ),
                _("At most %(slots)s of yours can be on it at one time, and the days in the post do not count."),
                _(
                    "It is a target and no promise: spare parts, above all, can be late. If it is missed, Gold and"
                    " Platinum members can have a backup on loan."
                ),
            ),
            (
                (_("Send something in"), "servicing-send"),
                (_("How turnaround times are calculated"), "terms#turnaround"),
            ),
            _("turnaround, guarantee, days, repair time, how long, three products, priority"),
        ),
        Section(
            "video",
            _("Why is the target of my video camera %(video_days)s?"),
            (
                _(
                    "Cinema EOS and X series cameras are harder to repair, need special tools and wait longer for"
                    " parts. So their shortest target is %(video_days)s, also where your level gives less for other"
                    " kit."
                ),
                _("If it will take longer than that, Gold and Platinum members can ask for a backup."),
            ),
            ((_("Open your kitbag"), "kitbag"),),
            _("cinema EOS, camcorder, XF, five days, slower"),
        ),
        Section(
            "loan",
            _("Can I borrow a camera meanwhile?"),
            (
                _(
                    "Gold and Platinum members can, when a target is missed or it is clear that it will be, as long as"
                    " the centre has something to lend. You are asked on the page of the case; it goes back"
                    " %(loan_days)s after yours has come home."
                ),
            ),
            ((_("Servicing"), "servicing"),),
            _("backup, courtesy loan, replacement, lend"),
        ),
        Section(
            "discount",
            _("Where do I get the maintenance discount and free return shipping?"),
            (
                _(
                    "At Canon Service & Repair Centres only: the discount on maintenance, and free return shipping for"
                    " repairs you pay for. How much depends on your level and your country."
                ),
                _(
                    "CPS Authorised Service Partners do not give these two. They may have offers of their own, so it is"
                    " worth asking. The list of centres has a filter for Canon Professional Services."
                ),
            ),
            ((_("Find a centre"), "centres"), (_("Participating countries"), "countries")),
            _("maintenance, clean and check, percent, shipping costs, partner"),
        ),
        Section(
            "centres",
            _("What is the difference between the two kinds of centres?"),
            (
                _(
                    "Canon Service & Repair Centres are Canon's own large workshops and repair nearly everything. There"
                    " are %(canon_centres)s of them in the region, one in the United Kingdom."
                ),
                _(
                    "CPS Authorised Service Partners are independent workshops that Canon has trained, equipped and"
                    " authorised to repair certain products for CPS members within the Fast Track targets."
                ),
                _("Together they are called Canon Service Centres; the list shows both, and what each one takes."),
            ),
            ((_("Find a centre"), "centres"),),
            _("authorised service partner, workshop, service and repair centre, locator, map"),
        ),
        Section(
            "send-in",
            _("How do I send something in?"),
            (
                _(
                    "Choose the product and the centre and answer a few questions; print the sheet and put it in the"
                    " parcel. A request expires if nothing has come after %(expires)s."
                ),
                _("Until it is received you can change or cancel it. Then you see each step as it happens."),
            ),
            ((_("Send something in"), "servicing-send"), (_("Servicing"), "servicing")),
            _("repair request, parcel, estimate, broken"),
        ),
    ),
)
