"""Make the fonts of the portal's papers: `python cps_portal/pdf/fonts/cut.py DIRECTORY`.

DIRECTORY holds the unpacked npm packages of Fontsource under the names in FONTS (see README.md), and NOTO, the
variable font of the package fontpkg-noto-sans. A PDF needs TrueType, and one file a face: the parts that Fontsource
cuts for browsers are put together again.
"""

import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E80, 0x1E86), 0x1E9E, 0x2C6, 0x2DA, 0x2DC]
SIGNS = [*range(0x2010, 0x2027), 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2192, 0x2212]
GREEK, CYRILLIC, HEBREW = list(range(0x370, 0x400)), list(range(0x400, 0x530)), list(range(0x5B0, 0x5F5))
ARABIC = [0x60C, 0x61B, 0x61F, *range(0x621, 0x63B), *range(0x640, 0x656), *range(0x660, 0x66D), *range(0x670, 0x6D6)]
# Figures of Persian and Urdu.
ARABIC += list(range(0x6F0, 0x6FA))
GEORGIAN, ARMENIAN = [*range(0x10A0, 0x1100), *range(0x1C90, 0x1CC0)], list(range(0x530, 0x590))
# Names that Plex has not every letter of stand in Noto as a whole: Vietnamese, Yoruba, Hausa, Ewe, Azerbaijani,
# Greek with all its accents, and marks over any letter.
NOTO = "NotoSans[wdth,wght].ttf"
NOTO_CODES = [*LATIN, *SIGNS, *range(0x250, 0x370), *GREEK, *CYRILLIC, *range(0x1E00, 0x2000)]
FEATURES = ["kern", "tnum", "mark", "mkmk", "ccmp", "locl", "init", "medi", "fina", "isol", "rlig", "calt"]

# File, package, the parts of it, weight, characters.
FONTS = [
    (f"{name}-{weight}.ttf", package, parts, weight, codes)
    for name, package, parts, codes in (
        (
            "plex-sans",
            "ibm-plex-sans",
            ("latin", "latin-ext", "greek", "cyrillic", "cyrillic-ext"),
            LATIN + SIGNS + GREEK + CYRILLIC,
        ),
        ("plex-sans-arabic", "ibm-plex-sans-arabic", ("arabic",), ARABIC),
        ("plex-sans-hebrew", "ibm-plex-sans-hebrew", ("hebrew",), HEBREW),
        ("noto-sans-georgian", "noto-sans-georgian", ("georgian",), GEORGIAN),
        ("noto-sans-armenian", "noto-sans-armenian", ("armenian",), ARMENIAN),
    )
    for weight in (400, 600)
] + [("plex-mono-400.ttf", "ibm-plex-mono", ("latin",), 400, [*range(0x20, 0x7F), 0xA0, 0x2013, 0x2026])]


def cut(source: Path, target: Path, codes: list[int]) -> None:
    """One part as TrueType with the wanted characters and without hints."""
    font = TTFont(source)
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=[1, 2, 13, 14])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    font.flavor = None
    font.save(target)


def main(packages: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name, package, parts, weight, codes in FONTS:
            cuts = []
            for part in parts:
                source = packages / package / "files" / f"{package}-{part}-{weight}-normal.woff2"
                cuts.append(Path(scratch) / f"{part}-{weight}-{name}")
                cut(source, cuts[-1], codes)
            font = merge.Merger().merge([str(one) for one in cuts]) if len(cuts) > 1 else TTFont(cuts[0])
            font.save(HERE / name)
        for weight in (400, 600):
            whole = instancer.instantiateVariableFont(TTFont(packages / NOTO), {"wght": weight, "wdth": 100})
            whole.save(Path(scratch) / "noto.ttf")
            cut(Path(scratch) / "noto.ttf", HERE / f"noto-sans-{weight}.ttf", NOTO_CODES)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
