"""A PDF's first page as a picture beside what is decided: what is filled in is seen, and no page holds a clerk up."""

from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pytest
from django.http import Http404
from pikepdf import Array, Dictionary, Name
from PIL import Image

from kitbag import cleaning, serving
from kitbag.registration import KitError

A4 = (595, 842)
TILL_SLIP = (227, 2835)


def pdf(size, *, filled_in="", drawing=b""):
    """One page, with a filled-in field near its top that only its form says."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=size)
        page.Contents = document.make_stream(drawing)
        if filled_in:
            height = size[1]
            box = [20, height - 80, size[0] - 20, height - 40]
            look = "/Helv 24 Tf 0 g"
            kind = {"Type": Name.Annot, "Subtype": Name.Widget, "FT": Name.Tx, "F": 4}
            field = document.make_indirect(Dictionary(T="serial", V=filled_in, Rect=box, DA=look, **kind))
            font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
            page.Annots = Array([field])
            document.Root.AcroForm = Dictionary(
                Fields=Array([field]), NeedAppearances=True, DA=look, DR=Dictionary(Font=Dictionary(Helv=font))
            )
        file = BytesIO()
        document.save(file)
    return file.getvalue()


def drawn(data):
    with Image.open(BytesIO(cleaning.first_page(data))) as image:
        return image.convert("L")


@pytest.mark.parametrize("size", [A4, TILL_SLIP])
def test_what_is_filled_into_a_form_is_drawn(size):
    assert drawn(pdf(size)).getextrema() == (255, 255)
    picture = drawn(pdf(size, filled_in="012345678901"))
    assert picture.width == 1400
    assert picture.getextrema()[0] < 128


def test_of_a_till_slip_the_beginning_is_shown_at_its_full_width():
    picture = drawn(pdf(TILL_SLIP, filled_in="012345678901"))
    assert picture.size == (1400, 4200)
    assert picture.crop((0, 0, 1400, 600)).getextrema()[0] < 128


@dataclass
class Paper:
    data: bytes
    name: str = "receipt.pdf"
    content_type: str = "application/pdf"

    def content(self):
        return self.data


def test_a_page_that_takes_too_long_is_given_up_and_not_tried_again(db, monkeypatch):
    slow = b"/Slow gs " + b"0 0 595 842 re f " * 400_000
    with pikepdf.open(BytesIO(pdf(A4, drawing=slow))) as document:
        mode = Dictionary(Type=Name.ExtGState, BM=Name.Luminosity, ca=0.5)
        document.pages[0].Resources = Dictionary(ExtGState=Dictionary(Slow=mode))
        file = BytesIO()
        document.save(file)
    tried = []

    def first_page(data):
        tried.append(data)
        return cleaning.first_page(data)

    monkeypatch.setattr(serving, "first_page", first_page)
    with pytest.raises(KitError):
        cleaning.first_page(file.getvalue())
    for _time in range(2):
        with pytest.raises(Http404):
            serving.pictured(Paper(file.getvalue()))
    assert len(tried) == 1
    answer = serving.pictured(Paper(pdf(A4)))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "pdf" not in answer["Content-Disposition"]
