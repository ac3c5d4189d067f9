"""Reading the numbers out of a photo: only its Exif part, bounded, nothing kept, no pixel decoded (programme §3)."""

import io
import struct
import warnings
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from PIL.Image import Exif

from kitbag.rules.camera_photo import Reading, reading_of

# The name of the file in a form, and what is taken of it: a photo speaks of itself before its picture.
FIELD = "photo"
HEAD_BYTES = 1024 * 1024
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


class HeadOfPhoto(FileUploadHandler):
    """Takes the beginning of a camera's photo in memory and lets the rest go: no upload of one reaches a disk."""

    head: io.BytesIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.head = io.BytesIO() if self.field_name == FIELD else None
        if self.head is not None:
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.head is None:
            return raw_data
        self.head.write(raw_data[: max(HEAD_BYTES - start, 0)])
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        head, self.head = self.head, None
        if head is None:
            return None
        size = head.tell()
        head.seek(0)
        return InMemoryUploadedFile(
            file=head,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


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
