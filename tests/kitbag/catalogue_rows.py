"""Rows of a catalogue file, for tests."""

import csv
import io

from kitbag.rules.catalogue_file import COLUMNS


def cells(**changes):
    """A sound row, but for the changes."""
    return {
        "sku": "a-body",
        "name": changes.get("sku", "a-body").replace("-", " ").title(),
        "category": "camera_dslr",
        "series": "EOS",
        "mount": "EF",
        "media": "both",
        "announced_year": "2012",
        "lifecycle": "current",
        "superseded_by": "",
        "fast_track": "false",
        "fast_track_video": "false",
        "points": "100",
        "points_superseded": "60",
        "points_floor": "20",
        "serial": "required",
        "serial_hint": "Base plate",
        "aliases": "",
        "market": "EMEA",
        "points_basis": "",
        "source": "a test",
        **changes,
    }


def csv_of(*rows, header=True):
    """The bytes of a file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
