"""QR codes on paper."""

import segno

from cps_portal.pdf.paper import INK, Paper


def draw_code(paper: Paper, link: str, *, left: float, top: float, side: float) -> None:
    """A QR code as squares of ink, sharp at any size."""
    rows = [list(row) for row in segno.make(link, error="m", micro=False).matrix]
    square = side / len(rows)
    paper.set_fill_color(*INK)
    for line, row in enumerate(rows):
        begin = None
        for place, dark in enumerate([*row, 0]):
            if dark and begin is None:
                begin = place
            elif not dark and begin is not None:
                # Runs in one piece, a hair taller, so that no seam shows between rows.
                paper.rect(
                    left + begin * square, top + line * square, (place - begin) * square, square * 1.02, style="F"
                )
                begin = None
