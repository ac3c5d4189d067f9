"""What a batch of welcome packs is packed with: letters, sheets of cards, and labels (programme §8).

Each letter and label is set in the direction of what stands on it; labels are 99.1 × 38.1 mm, two across, seven down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import override

from cps_portal.pdf import card
from cps_portal.pdf.paper import HEIGHT, INK_3, MARGIN, TICK, WIDTH, Face, Paper, Place, line_height, runs_ltr
from cps_portal.pdf.qr import draw_code

LABEL_WIDTH, LABEL_HEIGHT, LABELS_LEFT, LABELS_TOP, LABEL_STEP = 99.1, 38.1, 4.65, 15.15, 101.6
LABELS_ACROSS, LABELS_DOWN = 2, 7
LABEL_SIZES = (11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0)
PADDING = 4.6
CARDS_ACROSS, CARDS_DOWN, CARD_GAP = 2, 5, 3.0
# The window of an envelope DL: 20 mm from the left, 50 mm from the top, 85 mm wide.
WINDOW_LEFT, WINDOW_TOP, WINDOW_WIDTH, WINDOW_HEIGHT = 20.0, 50.0, 85.0, 40.0
BODY_TOP, BODY_END, BODY_SIZE = 108.0, 272.0, 10.5
QR_SIDE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One pack. `number` as its code says it (P000123); `address` from the name to the country; `letter` filled in."""

    number: str
    address: Sequence[str]
    letter: str


@dataclass(frozen=True, slots=True)
class BatchCard:
    """A card and the language and direction of the words on it."""

    face: card.CardFace
    language: str
    rtl: bool


def _paper(title: str, key: str, at: datetime) -> Paper:
    """A document whose sheets choose their direction one by one."""
    return Paper(title=title, key=key, language="en", rtl=False, at=at)


def letters(parcels: Sequence[Parcel], *, key: str, at: datetime) -> bytes:
    """A letter for each pack, its address where the envelope has its window."""
    paper = _paper("Letters", f"letters {key}", at)
    with override("en"):
        for parcel in parcels:
            _letter(paper, parcel, at)
    return paper.written()


def labels(parcels: Sequence[Parcel], *, key: str, at: datetime) -> bytes:
    """Sheets of labels, along each row and then down."""
    paper = _paper("Labels", f"labels {key}", at)
    for place, parcel in enumerate(parcels):
        row, column = divmod(place % (LABELS_ACROSS * LABELS_DOWN), LABELS_ACROSS)
        if not row and not column:
            paper.add_page()
        _label(paper, parcel, LABELS_LEFT + column * LABEL_STEP, LABELS_TOP + row * LABEL_HEIGHT)
    return paper.written()


def cards(faces: Sequence[BatchCard], *, key: str, at: datetime) -> bytes:
    """Sheets of cards in their own size, with marks to cut along; each in its own language."""
    paper = _paper("Cards", f"cards {key}", at)
    for place, one in enumerate(faces):
        with override(one.language):
            _card(paper, one, place)
    return paper.written()


def _card(paper: Paper, one: BatchCard, place: int) -> None:
    """One card at its place, on a new sheet where the last is full."""
    row, column = divmod(place % (CARDS_ACROSS * CARDS_DOWN), CARDS_ACROSS)
    if not row and not column:
        paper.add_page()
    across = CARDS_ACROSS * card.CARD_WIDTH + (CARDS_ACROSS - 1) * CARD_GAP
    down = CARDS_DOWN * card.CARD_HEIGHT + (CARDS_DOWN - 1) * CARD_GAP
    left = (WIDTH - across) / 2 + column * (card.CARD_WIDTH + CARD_GAP)
    top = (HEIGHT - down) / 2 + row * (card.CARD_HEIGHT + CARD_GAP)
    paper.rtl = one.rtl
    card.draw(paper, one.face, left=left, top=top)
    paper.rtl = False
    _cut_marks(paper, left, top)


def _cut_marks(paper: Paper, left: float, top: float) -> None:
    """Short lines outside each corner."""
    paper.set_draw_color(*TICK)
    paper.set_line_width(0.1)
    near, far = 0.4, CARD_GAP / 2
    for x, outward in ((left, -1), (left + card.CARD_WIDTH, 1)):
        for y, upward in ((top, -1), (top + card.CARD_HEIGHT, 1)):
            paper.line(x + outward * near, y, x + outward * far, y)
            paper.line(x, y + upward * near, x, y + upward * far)


def _at(paper: Paper, left: float, width: float) -> Place:
    """A place of the sheet from its left edge, whichever way the paper runs."""
    return (WIDTH - MARGIN - left - width if paper.rtl else left - MARGIN, width)


def _address(paper: Paper, lines: Sequence[str], left: float, top: float, width: float, height: float) -> None:
    """The lines as large as they fit, each in its own direction, all on the side that the name begins on."""
    paper.rtl = not runs_ltr(lines[0])
    for size in LABEL_SIZES:
        parts = [
            (piece, place == 0, runs_ltr(line))
            for place, line in enumerate(lines)
            for piece in paper.wrapped(line, width=width, size=size, bold=place == 0, most=99)
        ]
        if len(parts) * line_height(size) <= height:
            break
    for piece, bold, plain in parts:
        _say(paper, piece, left, top, width, size=size, bold=bold, plain=plain)
        top += line_height(size)
    paper.rtl = False


def _say(
    paper: Paper, text: str, left: float, top: float, width: float, *, size: float, bold: bool, plain: bool
) -> None:
    """A line in its own direction on the side of the block: letters of the one script may stand in the other's."""
    side, paper.rtl = paper.rtl, not plain
    # Whichever direction the line has, it begins where its block begins.
    paper.say(text, _at(paper, left, width), top, size=size, bold=bold, plain=plain, at_end=side != paper.rtl)
    paper.rtl = side


def _code(paper: Paper, number: str, left: float, top: float) -> None:
    draw_code(paper, number, left=left, top=top, side=QR_SIDE)
    place = _at(paper, left, QR_SIDE + 6)
    paper.say(number, place, top + QR_SIDE + 0.6, size=8, face=Face.MONO, plain=True)


def _label(paper: Paper, parcel: Parcel, left: float, top: float) -> None:
    room = LABEL_WIDTH - 2 * PADDING - QR_SIDE - 5
    _address(paper, parcel.address, left + PADDING, top + PADDING, room, LABEL_HEIGHT - 2 * PADDING + 1)
    _code(paper, parcel.number, left + LABEL_WIDTH - PADDING - QR_SIDE, top + (LABEL_HEIGHT - QR_SIDE) / 2 - 2)


def _letter(paper: Paper, parcel: Parcel, at: datetime) -> None:
    paper.rtl = False
    paper.new_sheet()
    _address(paper, parcel.address, WINDOW_LEFT, WINDOW_TOP, WINDOW_WIDTH, WINDOW_HEIGHT)
    _code(paper, parcel.number, WIDTH - MARGIN - QR_SIDE - 3, WINDOW_TOP)
    day = date_format(at, "j M Y")
    paper.say(day, _at(paper, WIDTH - MARGIN - 43, 40), BODY_TOP - 12, size=9, colour=INK_3, at_end=True, plain=True)
    top, width = BODY_TOP, WIDTH - MARGIN - WINDOW_LEFT - 6
    rtl = not runs_ltr(parcel.letter)
    for line in parcel.letter.strip().splitlines():
        plain = runs_ltr(line)
        for piece in paper.wrapped(line, width=width, size=BODY_SIZE, most=99) or [""]:
            if top > BODY_END:
                paper.new_sheet()
                top = 36.0
            if piece:
                paper.rtl = rtl
                _say(paper, piece, WINDOW_LEFT, top, width, size=BODY_SIZE, bold=False, plain=plain)
                paper.rtl = False
            top += line_height(BODY_SIZE) * 1.06
