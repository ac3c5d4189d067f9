"""Centres, loan units and their staff for the demo: real towns, made-up streets, every row marked as demo.

Made-up names keep to letters that every page has a font for: the list of all centres stays light.

The UK centre is certain and comes with the migrations; here it only gets its units and its clerk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings

from kitbag.models import FamilyName, Product
from members.models import User
from servicing.models import Centre, CentreClerk, DatedHours, LoanUnit, OpeningHours, Service
from servicing.rules.eligibility import CentreKind

Week = Mapping[int, Sequence[str]]

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERYTHING = tuple(FamilyName.values)
STILLS = ("body", "lens", "flash", "accessory")
ALL_SERVICES = tuple(Service.values)
NO_UPGRADES = ("repair", "maintenance")


def days(*weekdays: int, hours: Sequence[str], also: Week | None = None) -> Week:
    """The same hours on some weekdays, and others on a few."""
    return dict.fromkeys(weekdays, hours) | dict(also or {})


@dataclass(frozen=True, slots=True)
class Place:
    """A centre as plain data; spans are "09:00-17:30" of its own clock."""

    code: str
    name: str
    street: str
    postcode: str
    town: str
    country: str
    latitude: str
    longitude: str
    zone: str
    currency: str
    vat: str
    week: Week
    cut_off: str = "12:00"
    region: str = ""
    services: tuple[str, ...] = ALL_SERVICES
    families: tuple[str, ...] = EVERYTHING
    video: bool = True
    offers: str = ""
    visitor_days: int | None = None

    @property
    def kind(self) -> CentreKind:
        return CentreKind.CANON if len(self.code) == 2 else CentreKind.PARTNER


MON_FRI = (MON, TUE, WED, THU, FRI)
SUN_THU = (SUN, MON, TUE, WED, THU)

CANON = [
    Place(
        "DE", "Canon Service & Repair Centre, Germany", "Lindenfeld 12", "47803", "Krefeld", "DE",
        "51.35270", "6.56850", "Europe/Berlin", "EUR", "19", days(*MON_FRI, hours=["08:30-17:00"]),
        region="NW", visitor_days=10,
    ),
    Place(
        "FR", "Canon Service & Repair Centre, France", "27 rue des Deux Moulins", "92400", "Courbevoie", "FR",
        "48.89730", "2.25220", "Europe/Paris", "EUR", "20",
        days(*MON_FRI, hours=["09:00-12:30", "13:30-17:30"]), visitor_days=10,
    ),
    Place(
        "IT", "Canon Service & Repair Centre, Italy", "Via delle Officine 41", "20063", "Cernusco sul Naviglio", "IT",
        "45.52360", "9.33060", "Europe/Rome", "EUR", "22",
        days(*MON_FRI, hours=["09:00-12:30", "13:30-18:00"]), visitor_days=12,
    ),
    Place(
        "NL", "Canon Service & Repair Centre, Netherlands", "Sluiswachterstraat 8", "1185 XT", "Amstelveen", "NL",
        "52.30800", "4.97150", "Europe/Amsterdam", "EUR", "21", days(*MON_FRI, hours=["09:00-17:00"]),
        cut_off="11:30", visitor_days=8,
    ),
    Place(
        "ES", "Canon Service & Repair Centre, Spain", "Calle del Telar 19", "28108", "Alcobendas", "ES",
        "40.54750", "-3.64200", "Europe/Madrid", "EUR", "21",
        days(MON, TUE, WED, THU, hours=["09:00-14:00", "15:00-18:00"], also={FRI: ["09:00-15:00"]}), region="MD",
    ),
]  # fmt: skip

PARTNERS = [
    Place(
        "AEDXB", "Falcon Camera Works", "Unit 6, Al Warsha Street, Al Quoz", "", "Dubai", "AE",
        "25.13940", "55.23100", "Asia/Dubai", "AED", "5", days(*SUN_THU, hours=["09:00-18:00"]),
        offers="A free sensor check with every repair, and pick-up in Dubai and Sharjah at no charge.",
    ),
    Place(
        "EGCAI", "Nile Optics Service", "14 Sharia el-Mahatta, Heliopolis", "11757", "Cairo", "EG",
        "30.09100", "31.32200", "Africa/Cairo", "EGP", "14", days(*SUN_THU, hours=["10:00-18:00"]),
        services=NO_UPGRADES, families=STILLS, video=False,
        offers="15 % off cleaning for members of any level, with the card.",
    ),
    Place(
        "SARUH", "Najd Imaging Service", "Building 22, Olaya Crossing", "12241", "Riyadh", "SA",
        "24.71360", "46.67530", "Asia/Riyadh", "SAR", "15",
        days(*SUN_THU, hours=["09:00-12:00", "13:00-17:00"]), families=("body", "lens", "flash", "accessory", "cinema"),
    ),
    Place(
        "PLWAW", "Serwis Optyka Warszawa", "ul. Wiatraczna Dolna 5", "02-600", "Warsaw", "PL",
        "52.19350", "21.02300", "Europe/Warsaw", "PLN", "23", days(*MON_FRI, hours=["10:00-18:00"]),
        services=NO_UPGRADES, families=STILLS, video=False, offers="A loan tripod while your camera is here.",
    ),
    Place(
        "SESTO", "Solna Kameraverkstad", "Verkstadsgatan 3", "171 54", "Solna", "SE",
        "59.36000", "18.00090", "Europe/Stockholm", "SEK", "25", days(*MON_FRI, hours=["08:00-16:30"]),
        video=False, families=(*STILLS, "printer"),
    ),
    Place(
        "NOOSL", "Fjordlys Fotoservice", "Kverngata 7B", "0484", "Oslo", "NO",
        "59.94560", "10.76870", "Europe/Oslo", "NOK", "25", days(*MON_FRI, hours=["08:30-16:00"]),
        services=NO_UPGRADES, offers="Members of Gold and Platinum get the front desk until 18:00 on request.",
    ),
    Place(
        "PTLIS", "Oficina da Luz", "Travessa do Relojoeiro 11", "1200-309", "Lisbon", "PT",
        "38.71070", "-9.14500", "Europe/Lisbon", "EUR", "23",
        days(*MON_FRI, hours=["09:30-13:00", "14:30-18:30"]), families=STILLS, video=False,
    ),
    Place(
        "ZACPT", "Table Bay Camera Clinic", "3 Old Slipway Lane", "8001", "Cape Town", "ZA",
        "-33.91540", "18.42720", "Africa/Johannesburg", "ZAR", "15",
        days(*MON_FRI, hours=["08:30-17:00"], also={SAT: ["09:00-13:00"]}),
        offers="Free return courier within the Western Cape.",
    ),
    Place(
        "TRIST", "Marmara Kamera Servis", "Fenerci Sokak 18", "34353", "Istanbul", "TR",
        "41.04380", "29.00690", "Europe/Istanbul", "TRY", "20",
        days(*MON_FRI, hours=["09:00-18:00"], also={SAT: ["10:00-14:00"]}), services=NO_UPGRADES,
    ),
    Place(
        "ROCLJ", "Atelierul Foto Cluj", "Strada Atelierelor 9", "400124", "Cluj-Napoca", "RO",
        "46.77120", "23.62360", "Europe/Bucharest", "RON", "21", days(*MON_FRI, hours=["09:00-17:00"]),
        services=("repair",), families=STILLS, video=False,
    ),
    Place(
        "GBEDI", "Forth Camera Repairs", "16 Cooper's Wynd", "EH6 6QQ", "Edinburgh", "GB",
        "55.97350", "-3.16850", "Europe/London", "GBP", "20", days(*MON_FRI, hours=["09:30-17:30"]),
        region="SCT", services=NO_UPGRADES, families=STILLS, video=False,
        offers="Collection from any address in Scotland for £10.",
    ),
]  # fmt: skip

# Centre and days from the demo's day on: hours in place of the week's, none is closed; and why.
EXCEPTIONS = [
    ("NL", 12, None, "Stocktaking"),
    ("DE", 21, "09:00-12:00", "Works meeting in the afternoon"),
]

# Serial numbers are made up.
UNITS = {
    "UK": [
        ("eos-r5-mark-ii", "990026000017", "Battery, charger, strap, body cap"),
        ("eos-r6-mark-ii", "990026000024", "Battery, charger, strap, body cap"),
        ("eos-r6-mark-ii", "990026000031", "Battery, charger, strap, body cap"),
        ("rf-24-70mm-f2-8l-is-usm", "9911000048", "Caps, hood, pouch"),
        ("rf-70-200mm-f2-8l-is-usm", "9911000055", "Caps, hood, pouch, tripod ring"),
        ("rf-100-500mm-f4-5-7-1l-is-usm", "9911000062", "Caps, hood, pouch, tripod ring"),
        ("eos-c70", "990026000079", "Two batteries, charger, handle"),
        ("speedlite-el-1", "9908000086", "Battery, charger, case"),
    ],
    "DE": [
        ("eos-r5-mark-ii", "990026000093", "Battery, charger, strap, body cap"),
        ("rf-24-105mm-f2-8l-is-usm-z", "9911000109", "Caps, hood, pouch"),
        ("eos-c300-mark-iii", "990026000116", "Two batteries, charger, handle"),
    ],
    "FR": [("eos-r6-mark-ii", "990026000123", "Battery, charger, strap, body cap")],
    "AEDXB": [("eos-r6-mark-ii", "990026000130", "Battery, charger, strap, body cap")],
}


def make(*, today: date, at: datetime, clerks: Mapping[str, User]) -> dict[str, Centre]:
    """All centres by code, with their hours, units and clerks (by the code of their centre)."""
    for place in (*CANON, *PARTNERS):
        _open(place)
    found = {centre.code: centre for centre in Centre.objects.all()}
    for code, ahead, hours, note in EXCEPTIONS:
        opens, closes = _span(hours) if hours else (None, None)
        DatedHours.objects.create(
            centre=found[code], day=today + timedelta(days=ahead), opens=opens, closes=closes, note=note
        )
    products = {product.sku: product for product in Product.objects.filter(sku__in=_skus())}
    LoanUnit.objects.bulk_create(
        LoanUnit(centre=found[code], product=products[sku], serial=serial, accessories=accessories, added_at=at)
        for code, units in UNITS.items()
        for sku, serial, accessories in units
    )
    CentreClerk.objects.bulk_create(CentreClerk(user=user, centre=found[code]) for code, user in clerks.items())
    return found


def _skus() -> set[str]:
    return {sku for units in UNITS.values() for sku, _serial, _accessories in units}


def _open(place: Place) -> None:
    centre = Centre.objects.create(
        code=place.code,
        name=place.name,
        kind=place.kind.value,
        street=place.street,
        postcode=place.postcode,
        town=place.town,
        country=place.country,
        latitude=Decimal(place.latitude),
        longitude=Decimal(place.longitude),
        email=f"{place.code.lower()}@centres.example.org",
        time_zone=place.zone,
        holiday_region=place.region,
        cut_off=time.fromisoformat(place.cut_off),
        services=list(place.services),
        families=list(place.families),
        takes_video=place.video,
        offers=place.offers,
        currency=place.currency,
        vat_percent=Decimal(place.vat),
        visitor_days=place.visitor_days,
        is_demo=True,
        begins_on=settings.PROGRAMME_START,
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens=opens, closes=closes)
        for day, spans in place.week.items()
        for opens, closes in map(_span, spans)
    )


def _span(text: str) -> tuple[time, time]:
    opens, closes = (time.fromisoformat(part) for part in text.split("-"))
    return opens, closes
