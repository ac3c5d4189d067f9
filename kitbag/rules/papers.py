"""What a proof may be, and how it is made safe: plain functions over bytes, run in a process with limits.

Images are decoded and written anew, so that nothing of the file survives but its picture; a scan of several
pages becomes a PDF. A PDF is parsed and written anew as it was understood, so that no other reader can find in
it what was not looked at; files attached to it (the XML of an electronic invoice) are taken out.
`kitbag/cleaning.py` runs this module as a program of its own: no decoder ever works in the process that
answers requests.
"""

import io
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import filetype
import pikepdf
import pillow_heif
from PIL import Image, ImageOps

from kitbag.rules.limits import limit_process

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
IMAGES = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF", "image/heic": "HEIF", "image/heif": "HEIF"}
# A camera of today makes 50 million pixels, a flat-bed scan of a page at 1,200 dpi some 140.
MOST_PIXELS = 150_000_000
LONGEST_SIDE = 3000
# What was packed well may come out larger than it was sent.
MOST_KEPT_BYTES = 20 * 1024 * 1024
MOST_PAGES = 60
MOST_SCANNED_PAGES = 20
MOST_OBJECTS = 50_000
DEEPEST = 60

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20

# What makes a PDF act: names of keys and of actions (ISO 32000-1, 12.6 and 7.11).
_ACTIVE_KEYS = frozenset(["/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia"])
_ACTIVE_KINDS = frozenset(
    [
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/RichMediaExecute"),
        *("/Rendition", "/Sound", "/Movie", "/RichMedia", "/Screen", "/3D", "/FileAttachment", "/EmbeddedFile"),
    ]
)
# The end of an archive, which is found from the end of a file, and the beginning of a page.
_ARCHIVE_END, _ARCHIVE_TAIL = b"PK\x05\x06", 66_000
_MARKUP = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"<iframe")
_HEAD = 1024


class Refused(Exception):
    """A file that is no proof; `code`: proof_unknown, proof_broken, proof_locked, proof_active, proof_mixed,
    proof_huge."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sniffed(data: bytes) -> str:
    """The content type by what the file begins with. Raises Refused("proof_unknown")."""
    if data.startswith(b"%PDF-"):
        return PDF
    kind = filetype.guess(data[:8192])
    if kind is None or kind.mime not in IMAGES:
        raise Refused("proof_unknown")
    return str(kind.mime)


def cleaned(data: bytes) -> tuple[str, bytes]:
    """Content type and bytes as the portal keeps them. Raises Refused."""
    kind = sniffed(data)
    if _ARCHIVE_END in data[-_ARCHIVE_TAIL:] or any(mark in data[:_HEAD].lower() for mark in _MARKUP):
        raise Refused("proof_mixed")
    made = (PDF, passive_pdf(data)) if kind == PDF else picture(data, kind)
    if len(made[1]) > MOST_KEPT_BYTES:
        raise Refused("proof_huge")
    return made


def picture(data: bytes, kind: str) -> tuple[str, bytes]:
    """An image written anew: upright, without metadata, its long side at most LONGEST_SIDE pixels.

    A TIFF of several pages becomes a PDF of them. Raises Refused.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[IMAGES[kind]]) as opened:
                keeps_edges = kind == PNG and opened.mode in {"1", "L", "P", "LA", "RGBA"}
                pages = [_plain(opened) for _place in _pages(opened, kind)]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("proof_huge") from error
    # Whatever a decoder raises for a file that is broken or made to break it.
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, EOFError) as error:
        raise Refused("proof_broken") from error
    out = io.BytesIO()
    if len(pages) > 1:
        pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], quality=85)
        return PDF, out.getvalue()
    if keeps_edges:
        pages[0].save(out, "PNG", optimize=True)
        return PNG, out.getvalue()
    pages[0].save(out, "JPEG", quality=85, optimize=True)
    return JPEG, out.getvalue()


def _pages(opened: Image.Image, kind: str) -> Iterator[int]:
    """Turn to each page in turn; only a TIFF has pages, others hold the same picture again or a film."""
    count = getattr(opened, "n_frames", 1) if kind == TIFF else 1
    if count > MOST_SCANNED_PAGES:
        raise Refused("proof_huge")
    for place in range(count):
        if kind == TIFF:
            opened.seek(place)
            # A smaller copy of the picture, as cameras and scanners add it (TIFF 6.0, NewSubfileType).
            if place and opened.tag_v2.get(254, 0) & 1:  # type: ignore[attr-defined]
                continue
        yield place


def _plain(opened: Image.Image) -> Image.Image:
    """One picture as RGB on white, upright and small enough."""
    if opened.width * opened.height > MOST_PIXELS:
        raise Refused("proof_huge")
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened)
    # These two would be made smaller by leaving out pixels, and thin strokes with them.
    if upright.mode in {"1", "P"}:
        upright = upright.convert("L" if upright.mode == "1" else "RGBA")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if upright.mode[0] in "IF":
        upright = _in_eight_bits(upright)
    plain = upright.convert("RGBA" if upright.mode in {"LA", "PA", "RGBA"} else "RGB")
    white = Image.new("RGB", plain.size, "white")
    white.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
    return white


def _in_eight_bits(deep: Image.Image) -> Image.Image:
    """Grey of more than eight bits, its darkest black and its lightest white; converting alone would cut it off."""
    grey = deep.convert("F")
    low, high = grey.getextrema()
    assert isinstance(low, float)
    assert isinstance(high, float)
    scale = 255 / (high - low) if high > low else 0.0
    return grey.point(lambda value: value * scale - low * scale).convert("L")


def passive_pdf(data: bytes) -> bytes:
    """A PDF that can be read, needs no password, carries no file and does nothing by itself. Raises Refused."""
    end = data.rstrip(b"\r\n\x00 \t")
    if not end.endswith(b"%%EOF"):
        raise Refused("proof_mixed" if b"%%EOF" in data else "proof_broken")
    out = io.BytesIO()
    try:
        # Not by its repair: a file that has to be guessed at is not kept.
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                raise Refused("proof_locked")
            if not 0 < len(document.pages) <= MOST_PAGES or len(document.objects) > MOST_OBJECTS:
                raise Refused("proof_huge")
            if "/Collection" in document.Root:
                raise Refused("proof_mixed")
            _detach(document)
            document.save(out)
        with pikepdf.open(out) as document:
            for one in _everything(document):
                _refuse_active(one)
    except pikepdf.PasswordError as error:
        raise Refused("proof_locked") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise Refused("proof_broken") from error
    return out.getvalue()


def _detach(document: pikepdf.Pdf) -> None:
    """Take out the files attached to a document."""
    places = [(document.Root, "/AF"), *((page.obj, "/AF") for page in document.pages)]
    if "/Names" in document.Root:
        places.append((document.Root.Names, "/EmbeddedFiles"))
    for one, key in places:
        if key in one:
            del one[key]


def _everything(document: pikepdf.Pdf) -> Iterator[Any]:
    """Dictionaries of a document: every object and what lies inside it, and the trailer."""
    stack: list[tuple[Any, int]] = [(one, 0) for one in document.objects] + [(document.trailer, 0)]
    seen = 0
    while stack:
        one, depth = stack.pop()
        seen += 1
        if depth > DEEPEST or seen > 20 * MOST_OBJECTS:
            raise Refused("proof_huge")
        if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            yield one
            inner = [value for _key, value in one.items()]
        elif isinstance(one, pikepdf.Array):
            inner = list(one)
        else:
            continue
        # What is an object of its own stands in the document's list already.
        stack += [
            (value, depth + 1)
            for value in inner
            if isinstance(value, pikepdf.Object) and not getattr(value, "is_indirect", False)
        ]


def _refuse_active(one: Any) -> None:
    if _ACTIVE_KEYS.intersection(one.keys()):
        raise Refused("proof_active")
    # Where to begin to read is no action, whether written as a place or as going there.
    begins = one.get("/OpenAction")
    if isinstance(begins, pikepdf.Dictionary) and str(begins.get("/S", "")) != "/GoTo":
        raise Refused("proof_active")
    for key in ("/S", "/Subtype", "/Type"):
        if key in one and str(one[key]) in _ACTIVE_KINDS:
            raise Refused("proof_active")


def main() -> None:
    """Read a file from standard input; write "ok", its type and its bytes, or "refused" and the code."""
    limit_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    try:
        kind, content = cleaned(sys.stdin.buffer.read())
    except Refused as refusal:
        sys.stdout.buffer.write(f"refused {refusal.code}\n".encode())
    except MemoryError:
        sys.stdout.buffer.write(b"refused proof_huge\n")
    else:
        sys.stdout.buffer.write(f"ok {kind}\n".encode() + content)


if __name__ == "__main__":
    main()
