"""The demo's offers and events: plain data. Days are counted from the day the demo is made."""

from dataclasses import dataclass

ALL, FROM_SILVER, FROM_GOLD, TOP = [0, 1, 2, 3], [1, 2, 3], [2, 3], [3]


@dataclass(frozen=True, slots=True)
class Deal:
    """An offer as plain data; days are counted from the demo's day. `codes`: how many own codes, or the shared one."""

    title: str
    summary: str
    text: str
    levels: list[int]
    ends: int
    countries: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    codes: int | str = 0


DEALS = [
    Deal(
        "Fifteen prints at the price of ten",
        "Fine art prints up to A2 from a lab that knows your files.",
        "Send files in any colour space; the lab proofs each on screen and prints on paper that you choose.",
        FROM_SILVER,
        70,
        codes="CPS-PRINT-15",
    ),
    Deal(
        "A fast memory card at half price",
        "One 512 GB card for each member, while there are codes.",
        "Draw your code here and enter it when you order. It is yours alone and can be used once.",
        FROM_GOLD,
        45,
        codes=40,
    ),
    Deal(
        "A lens before it is in the shops",
        "Two weeks with a lens that is not on sale yet.",
        "We send it insured, and fetch it again. Tell us what you would change about it.",
        TOP,
        60,
    ),
    Deal(
        "Cinema EOS: a morning with an engineer",
        "Firmware, colour and your own settings, for owners of a C300.",
        "Bring your camera. Places are by appointment with the centre.",
        ALL,
        90,
        skus=("eos-c300-mark-ii", "eos-c300-mark-iii"),
    ),
    Deal(
        "A desk in the desert",
        "A free day in a studio in Dubai.",
        "With lights, backdrops and somebody who knows them.",
        FROM_SILVER,
        40,
        countries=("AE", "SA", "OM", "BH", "KW", "QA"),
    ),
]


@dataclass(frozen=True, slots=True)
class Evening:
    """An event as plain data: days from the demo's day, hours by the clock of its place.

    `books` book in this order; those without a place wait.
    """

    title: str
    summary: str
    text: str
    ahead: int
    hour: int
    hours: int
    levels: list[int]
    zone: str
    language: str = "en"
    countries: tuple[str, ...] = ()
    place: str = ""
    country: str = ""
    places: int | None = None
    books: tuple[str, ...] = ()


EVENINGS = [
    Evening(
        "Portraits with one light",
        "One softbox, one reflector, twelve faces.",
        "A working evening: everybody shoots, and we look at the pictures together at the end.",
        12,
        18,
        3,
        ALL,
        "Europe/London",
        countries=("GB", "IT", "DE", "NO"),
        place="The Old Dye Works, 4 Canal Row, London",
        country="GB",
        places=3,
        books=("layla", "red-gb", "gold-it", "platinum-no", "silver-de"),
    ),
    Evening(
        "Colour on set, from camera to grade",
        "Log, LUTs and what they cost you in noise.",
        "Online, with questions from the first minute. The recording stays with those who booked.",
        5,
        17,
        2,
        FROM_SILVER,
        "Europe/Amsterdam",
        books=("gold-it", "salma"),
    ),
    Evening(
        "الضوء القاسي في منتصف النهار",
        "كيف تصوّر الوجوه تحت شمس الظهيرة.",
        "لقاء عبر الإنترنت مع وقت للأسئلة.",
        9,
        19,
        2,
        ALL,
        "Asia/Dubai",
        language="ar",
        countries=("AE", "SA", "EG", "OM", "BH", "KW", "QA"),
        books=("salma", "silver-eg"),
    ),
    Evening(
        "A day at the test bench",
        "How a service centre measures a lens, and what the numbers mean.",
        "Bring one lens: it is measured while you watch.",
        34,
        10,
        6,
        TOP,
        "Europe/Berlin",
        place="Canon Service & Repair Centre, Lindenfeld 12, Krefeld",
        country="DE",
        places=12,
    ),
    Evening(
        "Night on the river",
        "Long exposures between two bridges.",
        "We meet at the pier, with tripods.",
        -16,
        19,
        3,
        ALL,
        "Europe/London",
        countries=("GB",),
        place="Greenwich Pier, London",
        country="GB",
        places=20,
        books=("layla", "red-gb"),
    ),
]
