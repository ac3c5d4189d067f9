"""The headings of a table of kit, in English and Arabic, by the names people give them."""

import re
import unicodedata
from enum import StrEnum


class Column(StrEnum):
    """What the portal reads of a row, named as the fields of the form; `product` beside the four details of §3."""

    PRODUCT = "product"
    SERIAL = "serial_typed"
    COUNTRY = "country_of_purchase"
    DATE = "purchased_on"
    STORE = "store"


# In the order of a table without headings. Of two columns with one meaning the name further in front is meant.
HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.PRODUCT: (
        "product",
        "product name",
        "model",
        "model name",
        "product or model",
        "sku",
        "product code",
        "name",
        "item",
        "item name",
        "equipment",
        "gear",
        "kit",
        "description",
        "المنتج",
        "اسم المنتج",
        "الموديل",
        "الطراز",
        "الجهاز",
        "الاسم",
        "المعدات",
        "الوصف",
    ),
    Column.SERIAL: (
        "serial number",
        "serial no",
        "serial nr",
        "serial num",
        "serialnumber",
        "serial",
        "s n",
        "sn",
        "number",
        "الرقم التسلسلي",
        "رقم تسلسلي",
        "الرقم المتسلسل",
        "رقم السيريال",
        "السيريال",
        "السيريال نمبر",
        "الرقم",
    ),
    Column.COUNTRY: (
        "country of purchase",
        "purchase country",
        "country bought",
        "bought in",
        "country",
        "بلد الشراء",
        "دولة الشراء",
        "البلد",
        "الدولة",
    ),
    Column.DATE: (
        "date of purchase",
        "purchase date",
        "date purchased",
        "purchased on",
        "purchased",
        "bought on",
        "date bought",
        "bought",
        "date",
        "تاريخ الشراء",
        "يوم الشراء",
        "التاريخ",
    ),
    Column.STORE: (
        "store",
        "shop",
        "dealer",
        "seller",
        "retailer",
        "reseller",
        "vendor",
        "supplier",
        "place of purchase",
        "bought from",
        "purchased from",
        "store name",
        "المتجر",
        "اسم المتجر",
        "المحل",
        "البائع",
        "الموزع",
        "التاجر",
        "مكان الشراء",
    ),
}
_NOT_WORD = re.compile(r"[\W_]+")
_ONE_LETTER = str.maketrans({"ة": "ه", "ى": "ي", "\u0640": ""})


def fold(text: str) -> str:
    """A name to compare: lower case, no accents or vowel signs, one form of each letter, single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_ONE_LETTER)
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf")
    return _NOT_WORD.sub(" ", kept).strip()


_MEANT = {fold(name): (column, place) for column, names in HEADINGS.items() for place, name in enumerate(names)}


def columns_of(cells: list[str]) -> dict[Column, int] | None:
    """Which column means what, where these cells are headings; None where they are no headings.

    They are where one names the product, or where two are known at all.
    """
    best: dict[Column, tuple[int, int]] = {}
    for at, cell in enumerate(cells):
        # Longer cells are no headings, and folding them would be for nothing.
        meant = _MEANT.get(fold(cell[:60]))
        if meant and (meant[0] not in best or meant[1] < best[meant[0]][0]):
            best[meant[0]] = (meant[1], at)
    if Column.PRODUCT not in best and len(best) < 2:
        return None
    return {column: at for column, (_place, at) in best.items()}
