"""Postcodes: their shape in each country, and the way they are written (as the Universal Postal Union gives them).

In a shape # stands for a digit, @ for a letter, * for either, and every other sign for itself. A country that is not
here has no postcodes, or none that its mail goes by: whatever was written is kept.
"""

SHAPES: dict[str, tuple[str, ...]] = {
    "AD": ("AD###",),
    "AL": ("####",),
    "AM": ("####",),
    "AT": ("####",),
    "AU": ("####",),
    "AZ": ("AZ ####",),
    "BA": ("#####",),
    "BE": ("####",),
    "BG": ("####",),
    "BY": ("######",),
    "CA": ("@#@ #@#",),
    "CH": ("####",),
    "CY": ("####",),
    "CZ": ("### ##",),
    "DE": ("#####",),
    "DK": ("####",),
    "DZ": ("#####",),
    "EE": ("#####",),
    "EG": ("#####", "#######"),
    "ES": ("#####",),
    "FI": ("#####",),
    "FO": ("###",),
    "FR": ("#####",),
    "GB": ("@# #@@", "@## #@@", "@@# #@@", "@@## #@@", "@#@ #@@", "@@#@ #@@"),
    "GE": ("####",),
    "GG": ("GY# #@@", "GY## #@@"),
    "GI": ("GX11 1AA",),
    "GR": ("### ##",),
    "HR": ("#####",),
    "HU": ("####",),
    "IE": ("@## ****", "D6W ****"),
    "IL": ("#######",),
    "IM": ("IM# #@@", "IM## #@@"),
    "IS": ("###",),
    "IT": ("#####",),
    "JE": ("JE# #@@", "JE## #@@"),
    "JO": ("#####",),
    "JP": ("###-####",),
    "KE": ("#####",),
    "KZ": ("######", "@##@#@#"),
    "LB": ("#### ####", "####"),
    "LI": ("####",),
    "LT": ("LT-#####",),
    "LU": ("####",),
    "LV": ("LV-####",),
    "MA": ("#####",),
    "MC": ("980##",),
    "MD": ("MD-####",),
    "ME": ("#####",),
    "MK": ("####",),
    "MT": ("@@@ ####",),
    "NL": ("#### @@",),
    "NO": ("####",),
    "OM": ("###",),
    "PL": ("##-###",),
    "PT": ("####-###",),
    "RO": ("######",),
    "RS": ("#####",),
    "RU": ("######",),
    "SA": ("#####", "#####-####"),
    "SE": ("### ##",),
    "SI": ("####",),
    "SK": ("### ##",),
    "SM": ("4789#",),
    "TN": ("####",),
    "TR": ("#####",),
    "UA": ("#####",),
    "US": ("#####", "#####-####"),
    "VA": ("00120",),
    "ZA": ("####",),
}
EXAMPLES = {
    "AD": "AD500", "AL": "1001", "AM": "0010", "AT": "1010", "AU": "2000", "AZ": "AZ 1000", "BA": "71000", "BE": "1000",
    "BG": "1000", "BY": "220050", "CA": "K1A 0B1", "CH": "8001", "CY": "1010", "CZ": "110 00", "DE": "10115",
    "DK": "1050", "DZ": "16000", "EE": "10111", "EG": "11511", "ES": "28013", "FI": "00100", "FO": "100", "FR": "75001",
    "GB": "SW1A 1AA", "GE": "0108", "GG": "GY1 1AA", "GI": "GX11 1AA", "GR": "105 57", "HR": "10000", "HU": "1051",
    "IE": "D02 AF30", "IL": "6100000", "IM": "IM1 1AA", "IS": "101", "IT": "00184", "JE": "JE2 3AB", "JO": "11118",
    "JP": "100-0001", "KE": "00100", "KZ": "010000", "LB": "2038 3054", "LI": "9490", "LT": "LT-01103", "LU": "1009",
    "LV": "LV-1050", "MA": "10000", "MC": "98000", "MD": "MD-2001", "ME": "81000", "MK": "1000", "MT": "VLT 1117",
    "NL": "1012 AB", "NO": "0150", "OM": "100", "PL": "00-950", "PT": "1100-148", "RO": "010011", "RS": "11000",
    "RU": "101000", "SA": "11564", "SE": "111 52", "SI": "1000", "SK": "811 01", "SM": "47890", "TN": "1000",
    "TR": "34353", "UA": "01001", "US": "20001", "VA": "00120", "ZA": "8001",
}  # fmt: skip
# Where no letter arrives without one.
NEEDED = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RU",
        "SE",
        "SI",
        "SK",
        "TR",
        "UA",
        "ZA",
    ]
)
BETWEEN = frozenset(" -–.")  # signs that one writes or leaves out
KINDS = {"#": "0123456789", "@": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "*": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def postcode_of(text: str, country: str) -> str | None:
    """A postcode as its country writes it: capitals, and spaces and hyphens in their places; None for another shape.

    `country` is ISO 3166. Letters of the country before it, as D- or CH-, may be there or not. Where the country has
    no shape the text stays as it is, and an empty one is one where none is needed.
    """
    shapes = SHAPES.get(country)
    if not shapes or not text:
        return None if not text and country in NEEDED else text
    signs = _signs(text.upper())
    before = [country, country[:1]] if shapes[0][0] == "#" else []
    tried = [signs, *(signs.removeprefix(letters) for letters in before if signs.startswith(letters))]
    for shape in shapes:
        own = "".join(sign for sign in _signs(shape) if sign not in KINDS)
        for one in (*tried, own + signs):
            if (written := _fit(one, shape)) is not None:
                return written
    return None


def _signs(text: str) -> str:
    return "".join(sign for sign in text if sign not in BETWEEN)


def _fit(signs: str, shape: str) -> str | None:
    """Signs set into a shape; None where one does not fit."""
    if len(signs) != len(_signs(shape)):
        return None
    rest = iter(signs)
    written = ""
    for place in shape:
        if place in BETWEEN:
            written += place
            continue
        sign = next(rest)
        if sign not in KINDS.get(place, place):
            return None
        written += sign
    return written
