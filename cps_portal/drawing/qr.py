"""QR codes on pages, as a picture that needs no address of its own."""

from functools import lru_cache

import segno


@lru_cache(maxsize=1024)
def picture(link: str) -> str:
    """A code as SVG in a data URI, dark on transparent; the place it stands on gives it its paper."""
    uri: str = segno.make(link, error="m", micro=False).svg_data_uri(border=0, dark="#15171a", nl=False, svgns=True)
    return uri
