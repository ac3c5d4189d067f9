"""Who the demo is about: plain data. Days are counted back from the day the demo is made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from members.rules.roles import Role

PASSWORD = "red-index-85-by-54"  # noqa: S105 - printed by dev.py, only made where mail stays at home


@dataclass(frozen=True, slots=True)
class Thing:
    """One product registered so many days ago. An empty detail stays empty; `removed` as (days ago, reason).

    `paper`: a receipt, or a photo of the number, is kept with it.
    """

    days_ago: int
    sku: str
    serial: str
    bought_days_ago: int | None = 600
    store: str = "Jacobs"
    country: str = "GB"
    confirmed: bool = False
    removed: tuple[int, str] | None = None
    paper: Literal["", "receipt", "photo"] = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A demo member; `note` says what there is to see."""

    key: str
    name: str
    country: str
    note: str
    language: str = "en"
    joined_days_ago: int = 700
    things: list[Thing] = field(default_factory=list)

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"


@dataclass(frozen=True, slots=True)
class Clerk:
    """A demo staff account; the superuser has no role, centre staff have a centre (its code)."""

    key: str
    name: str
    role: Role | None
    centre: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@cps.example.org"


@dataclass(frozen=True, slots=True)
class Plan:
    """Staff mark a product from a day on: `recorded` and `begins` are days from the demo's day."""

    recorded: int
    sku: str
    stage: str
    begins: int
    reason: str


CLERKS = [
    Clerk("care", "Maren Holt", Role.MEMBER_CARE),
    Clerk("validation", "Vera Lindqvist", Role.VALIDATION),
    Clerk("centre", "Samir Doyle", Role.CENTRE_STAFF, "UK"),
    Clerk("centre-de", "Heike Sommer", Role.CENTRE_STAFF, "DE"),
    Clerk("centre-ae", "Rashid Karim", Role.CENTRE_STAFF, "AEDXB"),
    Clerk("logistics", "Lotte Brandt", Role.LOGISTICS),
    Clerk("programme", "Pilar Ortega", Role.PROGRAMME_MANAGER),
    Clerk("auditor", "Anders Wold", Role.AUDITOR),
    Clerk("superuser", "Site Superuser", None),
]

PLANS = [
    Plan(-400, "ef-16-35mm-f2-8l-iii-usm", "superseded", -330, "Successor on sale"),
    Plan(-300, "ef-24-105mm-f4l-is-ii-usm", "superseded", -238, "Successor on sale"),
    Plan(-120, "rf-70-200mm-f2-8l-is-usm", "superseded", -54, "Superseded by the Z version"),
    Plan(-30, "eos-c300-mark-ii", "unserviceable", 96, "Parts run out"),
    Plan(-20, "eos-5d-mark-iii", "unserviceable", 218, "Parts run out"),
    Plan(-10, "rf-24-70mm-f2-8l-is-usm", "superseded", 280, "Successor announced"),
    Plan(-9, "speedlite-el-1", "unserviceable", 293, "Parts run out"),
]

LAYLA = Person(
    "layla",
    "Layla Mansour",
    "GB",
    "Gold, with falls announced, a draft, an item being checked and a disputed unit",
    joined_days_ago=720,
    things=[
        Thing(640, "eos-c300-mark-ii", "021544001187", 3900, "CVP"),
        Thing(638, "eos-5d-mark-iii", "063024009958", 5200, "Jacobs"),
        Thing(637, "speedlite-600ex-rt", "89310040", 5000, "Jacobs"),
        Thing(636, "ef-40mm-f2-8-stm", "0010227331", 4800, "Jacobs"),
        Thing(500, "ef-24-105mm-f4l-is-ii-usm", "7310004412", 2900, "Calumet", "DE", removed=(81, "sold")),
        Thing(430, "imageprograf-pro-1000", "AFXJ04172", 2950, "Calumet", "DE"),
        Thing(317, "rf-24-70mm-f2-8l-is-usm", "4911005820", 320, "Fotocine", "ES"),
        Thing(289, "speedlite-el-1", "1208004417", 291, "Second hand", "FR", paper="receipt"),
        Thing(203, "eos-r5-mark-ii", "042026003371", 209, "WEX", paper="receipt"),
        Thing(158, "extender-rf1-4x", "2830001904", 160, "WEX"),
        Thing(30, "rf-100-500mm-f4-5-7-1l-is-usm", "5400012793", None, ""),
        Thing(11, "rf-70-200mm-f2-8l-is-usm-z", "7811003256", 14, "Park Cameras"),
        Thing(2, "battery-grip-bg-r20", "0117", 3, "WEX", confirmed=True, paper="photo"),
    ],
)

# Kits that give a level today, bought where the member lives.
KITS = {
    "red": [("ef-40mm-f2-8-stm", "0010227"), ("eos-5d-mark-iii", "0630240")],
    "silver": [
        ("eos-r5-mark-ii", "0420260"),
        ("rf-24-70mm-f2-8l-is-usm", "491100"),
        ("extender-rf1-4x", "283001"),
    ],
    "gold": [
        ("eos-c300-mark-iii", "0313440"),
        ("rf-70-200mm-f2-8l-is-usm-z", "781100"),
        ("extender-rf1-4x", "283000"),
    ],
    "platinum": [
        ("eos-c300-mark-iii", "0313441"),
        ("eos-r5-mark-ii", "0420261"),
        ("rf-70-200mm-f2-8l-is-usm", "681100"),
        ("rf-100-500mm-f4-5-7-1l-is-usm", "540001"),
        ("rf-24-70mm-f2-8l-is-usm", "491101"),
        ("ef-16-35mm-f2-8l-iii-usm", "431100"),
    ],
}

# A member of every level in each class of country (programme §7).
GRID = [
    ("red", "Oliver Reed", "GB"),
    ("silver", "Clara Neumann", "DE"),
    ("gold", "Matteo Ricci", "IT"),
    ("platinum", "Ingrid Solberg", "NO"),
    ("red", "Ana Kovač", "HR"),
    ("silver", "Deniz Aksoy", "TR"),
    ("gold", "Andrei Ionescu", "RO"),
    ("platinum", "Hessa Al Maktoum", "AE"),
    ("red", "Eleni Pappas", "GR"),
    ("silver", "Omar Haddad", "EG"),
    ("gold", "Nino Beridze", "GE"),
    ("platinum", "Faisal Al Saud", "SA"),
]

EMPTY = Person("noor", "Noor Rahman", "GB", "Red, with an empty kitbag", joined_days_ago=1)
PRESS = Person("press", "Astrid Lund", "DK", "Held at Platinum as an accredited photographer")
ARABIC = Person("salma", "سلمى الحداد", "AE", "Reads the portal in Arabic", language="ar")


def serial(prefix: str, index: int, length: int) -> str:
    """A number of a usual length that follows on from no other."""
    digits = length - len(prefix)
    return prefix + str((index * 37 + 11) % 10**digits).rjust(digits, "0")


def grid() -> Iterator[Person]:
    """One member for each level and class of country."""
    for index, (level, name, country) in enumerate(GRID):
        things = [
            Thing(
                600 - 20 * index - place,
                sku,
                serial(prefix, 20 * index + place, 12 if sku.startswith("eos") else 10),
                700,
                "Foto Markt",
                country,
            )
            for place, (sku, prefix) in enumerate(KITS[level])
        ]
        key = f"{level}-{country.lower()}"
        yield Person(key, name, country, f"{level.capitalize()} from {country}", things=things)


def bag(key: str, name: str, country: str, skus: list[str], *, first: int, per_day: int = 8) -> Person:
    """A member with many items, registered a few a day so that none waits for a check."""
    things = [
        Thing(690 - index // per_day, sku, serial("", first + 7 * index, 7), 1000 + index, "Estate sale", country)
        for index, sku in enumerate(skus)
    ]
    return Person(key, name, country, f"{len(skus)} items in the kitbag", joined_days_ago=700, things=things)
