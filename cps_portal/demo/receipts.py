"""Small receipts and photos for the demo, drawn by the portal itself: nothing of anybody's is copied."""

from datetime import date, datetime, time
from io import BytesIO
from zoneinfo import ZoneInfo

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

UTC = ZoneInfo("UTC")


def receipt(*, store: str, product: str, serial: str, bought: date, sold_by: str = "") -> bytes:
    """A till receipt as a PDF of one small page; the same sale gives the same bytes."""
    page = FPDF(unit="mm", format=(80, 110))
    page.set_creation_date(datetime.combine(bought, time(12), tzinfo=UTC))
    page.add_page()
    page.set_margin(8)
    page.set_font("Helvetica", "B", 14)
    page.set_xy(8, 12)
    page.cell(64, 8, _plain(store), align="C")
    lines = [("Date", bought.isoformat()), ("Article", product), ("Serial no.", serial), ("Sold by", sold_by)]
    page.set_font("Helvetica", "", 9)
    for place, (label, value) in enumerate((label, value) for label, value in lines if value):
        page.set_xy(8, 32 + 10 * place)
        page.cell(20, 6, label)
        page.multi_cell(44, 6, _plain(value))
    page.set_font("Helvetica", "", 7)
    page.set_xy(8, 94)
    page.cell(64, 5, "Made for the demo. No goods were sold.", align="C")
    return bytes(page.output())


def number_photo(serial: str) -> bytes:
    """A photo of a plate with a serial number, as a JPEG."""
    plate = Image.new("RGB", (1200, 800), (32, 33, 36))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((150, 260, 1050, 540), radius=24, fill=(198, 200, 203), outline=(120, 122, 126), width=6)
    draw.text((600, 340), "CANON INC.  MADE IN JAPAN", fill=(40, 40, 44), font=_font(44), anchor="mm")
    draw.text((600, 450), f"No. {serial}", fill=(20, 20, 22), font=_font(90), anchor="mm")
    file = BytesIO()
    plate.rotate(2, fillcolor=(32, 33, 36)).save(file, "JPEG", quality=85)
    return file.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """What the built-in letters of a PDF can write."""
    return text.encode("latin-1", "replace").decode("latin-1")
