"""Cut the portal's fonts out of the IBM Plex packages: `python static/fonts/subset.py DIRECTORY`.

DIRECTORY holds the unpacked npm packages @fontsource-variable/ibm-plex-sans, @fontsource/ibm-plex-sans-arabic
and @fontsource/ibm-plex-mono as folders `sans`, `arabic` and `mono` (see README.md).
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
LATIN = [*range(0x20, 0x7F), 0xA0, 0xA3, 0xA9, 0xB7, 0xD7, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D]
LATIN += [0x2026, 0x20AC, 0x2192, 0x2212]
# Türkiye stands in every list of countries and Arabic quotes with « »: no second file for these.
LATIN += [0xAB, 0xBB, 0xFC]
LATIN_1 = [code for code in range(0xA1, 0x100) if code not in LATIN]
LATIN_1 += [0x131, 0x152, 0x153, 0x2C6, 0x2DA, 0x2DC, 0x2020, 0x2021, 0x2022, 0x2030, 0x2039, 0x203A, 0x2122]
LATIN_EXT = [*range(0x100, 0x250), *range(0x1E80, 0x1E86), 0x1E9E]
ARABIC = [0x60C, 0x61B, 0x61F, *range(0x621, 0x63B), *range(0x640, 0x653), 0x66A, 0x670]
ARABIC += [0x67E, 0x686, 0x698, 0x6A9, 0x6AF, 0x6CC, 0x200C, 0x200D, 0x200E, 0x200F]
GREEK = list(range(0x370, 0x400))
CYRILLIC = [*range(0x400, 0x460), 0x490, 0x491, 0x2116]
FEATURES = ["kern", "tnum", "mark", "mkmk", "ccmp", "locl", "init", "medi", "fina", "isol", "rlig", "calt"]


def cut(source: Path, name: str, codes: list[int], *, weights: tuple[int, int] | None = None) -> None:
    """Write one subset as woff2 without hints; a variable font keeps the weights between the two given."""
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=[1, 2, 13, 14])
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    if weights:
        font = instancer.instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2"
    font.save(HERE / name)


def main(packages: Path) -> None:
    for part, codes in (
        ("latin", LATIN),
        ("latin-1", LATIN_1),
        ("latin-ext", LATIN_EXT),
        ("greek", GREEK),
        ("cyrillic", CYRILLIC),
    ):
        script = "latin" if part == "latin-1" else part
        source = packages / "sans" / "files" / f"ibm-plex-sans-{script}-wght-normal.woff2"
        cut(source, f"plex-sans-{part}.woff2", codes, weights=(300, 600))
    for weight in (400, 500, 600):
        source = packages / "arabic" / "files" / f"ibm-plex-sans-arabic-arabic-{weight}-normal.woff2"
        cut(source, f"plex-arabic-{weight}.woff2", ARABIC)
    source = packages / "mono" / "files" / "ibm-plex-mono-latin-400-normal.woff2"
    cut(source, "plex-mono-latin.woff2", [*range(0x20, 0x7F), 0xA0, 0x2013, 0x2026])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
