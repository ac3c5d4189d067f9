"""The first page of a kept PDF as a picture: run in a process of its own with limits, like `papers` (programme §3)."""

import io
import sys

import pypdfium2  # type: ignore[import-untyped]

from kitbag.rules.limits import limit_process

MEMORY_BYTES = 1024**3
# Whoever looks at it waits.
CPU_SECONDS = 3
WIDTH = 1400
# Of a page longer than so many times its width (a till slip), the beginning is shown.
LONGEST = 3


def first_page(data: bytes) -> bytes:
    """The first page as PNG, WIDTH pixels wide, with what is filled in. Raises pypdfium2.PdfiumError for no PDF."""
    with pypdfium2.PdfDocument(data) as document:
        document.init_forms()
        page = document[0]
        width, height = page.get_size()
        beyond = max(height - LONGEST * width, 0)
        image = page.render(scale=WIDTH / width, crop=(0, beyond, 0, 0)).to_pil()
    picture = io.BytesIO()
    image.save(picture, "PNG")
    return picture.getvalue()


def main() -> None:
    """Read a PDF from standard input and write its first page; nothing and exit code 1 where it cannot be drawn."""
    limit_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    try:
        sys.stdout.buffer.write(first_page(sys.stdin.buffer.read()))
    except (pypdfium2.PdfiumError, ArithmeticError, MemoryError, ValueError, IndexError):
        sys.exit(1)


if __name__ == "__main__":
    main()
