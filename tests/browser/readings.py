"""What the rules say of a case in a portal's database, and what a paper says, for comparison with pages."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pikepdf

from servicing import turnaround
from servicing.models import CaseEvent, Stretch
from servicing.rules.clock import reading

STRETCH = """
    SELECT s.id, s.calendar, s.received_at, s.slot_at, s.target_days, s.left_at
    FROM servicing_stretch s JOIN servicing_case c ON c.id = s.case_id WHERE c.number = %s
"""
STEPS = "SELECT kind, state, at FROM servicing_caseevent WHERE stretch_id = %s AND kind = 'step' ORDER BY at, id"
LONDON = ZoneInfo("Europe/London")


def run_of(portal, number):
    """A case under the clock, from its events; None before receipt."""
    key, calendar, received_at, slot_at, target_days, left_at = portal.execute(STRETCH, [number])[0]
    stretch = Stretch(
        calendar=calendar, received_at=received_at, slot_at=slot_at, target_days=target_days, left_at=left_at
    )
    steps = [CaseEvent(kind=kind, state=state, at=at) for kind, state, at in portal.execute(STEPS, [key])]
    return turnaround.run_of(stretch, steps)


def now():
    return datetime.now(UTC)


def said(run, at):
    """A clock in the words of an English page: figure, target, what it does and since or until when."""
    read = reading(run, at)
    if read.stopped_at:
        does = ("Within the target, stopped" if read.in_time else "Later than the target, stopped", read.stopped_at)
    elif read.paused_since:
        does = ("Paused since", read.paused_since)
    elif at < read.starts_at:
        does = ("The clock starts", read.starts_at)
    else:
        does = ("The target was" if read.missed else "Target", read.due_at)
    return f"{read.shown} of {run.target} working days counted {does[0]} {in_london(does[1], at)}"


def in_london(moment, at):
    """Thu 26 Nov, 14:00; with its year where that is another one."""
    local = moment.astimezone(LONDON)
    year = f" {local.year}" if local.year != at.astimezone(LONDON).year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def figures(words):
    """What of such words is the same in every language: the figure and the time of day."""
    return words.split()[0], words[-5:]


def written_on(paper):
    """The text of a PDF page by page, as its fonts say what their glyphs mean."""
    with pikepdf.open(io.BytesIO(paper)) as document:
        return ["".join(_texts(page)) for page in document.pages]


def _texts(page):
    meanings = {name: _meanings(font) for name, font in page.Resources.Font.items()}
    font = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            font = meanings[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            glyphs = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            yield "".join(font.get(glyphs[at : at + 2], "") for at in range(0, len(glyphs), 2))


def _meanings(font):
    """Two bytes of a string to the text they stand for."""
    found = {}
    for line in font.ToUnicode.read_bytes().decode().splitlines():
        parts = line.strip().strip("<>").split("> <")
        if line.startswith("<") and len(parts) == 2 and len(parts[0]) == 4:
            found[bytes.fromhex(parts[0])] = bytes.fromhex(parts[1]).decode("utf-16-be")
    return found
