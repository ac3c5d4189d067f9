"""Reading the numbers out of a photo: only its Exif part, bounded, nothing kept, no pixel decoded (programme §3)."""

import struct
import warnings

from PIL.Image import Exif

from kitbag.rules.camera_photo import Reading, reading_of

EXIF_DIRECTORY = 0x8769
# A photo's Exif part is one segment, and stands before the picture.
_MOST_SEGMENTS = 64
_START, _START_OF_SCAN, _END, _APP1 = 0xD8, 0xDA, 0xD9, 0xE1
_EXIF = b"Exif\x00\x00"


class NotReadable(Exception):
    """A file that nothing can be read from; `code`: not_jpeg, nothing_inside, broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_photo(file: bytes) -> Reading:
    """What a JPEG says about camera and lens. Raises NotReadable."""
    block = _exif_of(file)
    exif = Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(block)
            first, inner = dict(exif), dict(exif.get_ifd(EXIF_DIRECTORY))
    # What Pillow's reader raises for a directory that is broken or made to break it.
    except (SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, OSError, struct.error) as error:
        raise NotReadable("broken") from error
    reading = reading_of(first, inner, big_endian=block[len(_EXIF) :].startswith(b"MM"))
    if not reading.says_anything:
        raise NotReadable("nothing_inside")
    return reading


def _exif_of(file: bytes) -> bytes:
    """The Exif segment of a JPEG: from marker to marker, stopping where the picture begins."""
    if file[:3] != b"\xff\xd8\xff":
        raise NotReadable("not_jpeg")
    place = 2
    for _segment in range(_MOST_SEGMENTS):
        while file[place : place + 2] == b"\xff\xff":
            place += 1
        if place + 4 > len(file) or file[place] != 0xFF:
            break
        kind = file[place + 1]
        if kind in {_START_OF_SCAN, _END, _START}:
            break
        size = int.from_bytes(file[place + 2 : place + 4])
        content = file[place + 4 : place + 2 + size]
        if kind == _APP1 and content.startswith(_EXIF):
            return content
        place += 2 + max(size, 2)
    raise NotReadable("nothing_inside")
