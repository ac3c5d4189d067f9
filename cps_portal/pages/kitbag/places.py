"""Where the serial number is, for translators: the hints that the catalogue's file gives, word for word."""

from django.utils.translation import gettext_noop

SERIAL_PLACES = (
    gettext_noop("Base of the grip, 5-10 digits where fitted; many carry none"),
    gettext_noop("Base or battery compartment, where fitted"),
    gettext_noop("Base or handle recess engraving; 5-7 digits"),
    gettext_noop("Base or side of the body, near the battery door; 8-12 digits"),
    gettext_noop("Base plate sticker or engraving, under the body; 6-12 digits"),
    gettext_noop("Base plate under the body, near the tripod socket or battery door; 12 digits"),
    gettext_noop("Engraved on the front or side ring of the barrel; 4-7 digits, date code on the rear"),
    gettext_noop("Foot or underside of the flash head; 5-10 digits; cords and brackets carry none"),
    gettext_noop("Label on the back or inside the cover; four letters and five digits (ABCD12345)"),
    gettext_noop("Label on the back or inside the front cover; three letters and five or six digits"),
    gettext_noop("Label on the underside; two to four letters and five or six digits"),
    gettext_noop(
        "Mount end of the barrel or engraved by the mount; 5-10 digits, older EF also a "
        "two-letter date code on the rear"
    ),
    gettext_noop("No serial number on this kind of product"),
    gettext_noop("Rating label on the back or base; 6-12 digits"),
    gettext_noop("Rating label on the base or inside the dome; 6-12 digits"),
    gettext_noop("Rating label on the base; 12 digits"),
    gettext_noop("Rating label on the rear or left side; four letters and five digits (ABCD12345)"),
    gettext_noop("Rating label on the rear; 6-12 digits"),
    gettext_noop("Rating label on the underside or side; 8-12 characters"),
    gettext_noop("Rating label where fitted; otherwise none"),
    gettext_noop("Rating plate on the barrel or drive unit; 6-12 digits"),
    gettext_noop("Rating plate on the rear or base of the body; 12 digits"),
    gettext_noop("Rating plate on the underside; 6-12 digits"),
    gettext_noop("Rating plate under the body or in the battery recess; 12 digits (older: 6-10)"),
    gettext_noop("Top plate, back or base plate engraving; 5-8 digits"),
    gettext_noop("Underside of the body, near the battery cover; 6-8 digits"),
    gettext_noop("Underside or rear mount face; 5-10 digits; many tubes, rings and plain adapters carry none"),
    gettext_noop("Usually none; controllers with a rating plate carry 6-12 digits"),
)
