"""What a paper becomes when it is made safe: readable, whole, and all of it looked at (programme §3)."""

import io

import pikepdf
import pytest
from PIL import Image, ImageStat

from kitbag import cleaning
from kitbag.registration import KitError
from kitbag.rules import papers
from tests.kitbag import hostile

RAMP = Image.linear_gradient("L")
DEEP = RAMP.convert("I").point(lambda value: value * 257)


def written(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def scan(pages, *, mode="RGB", **options):
    """A TIFF of several pages, each lighter than the one before."""
    first, *more = (Image.new("L", (200, 300), 10 * place).convert(mode) for place in range(pages))
    return written(first, "TIFF", save_all=True, append_images=more, **options)


def pdf_of(catalogue):
    """A PDF by hand, so that its catalogue may say what no library would write."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 4\n%strailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


@pytest.mark.parametrize(
    ("picture", "kind"),
    [(DEEP.convert("I;16"), "PNG"), (DEEP.convert("I;16"), "TIFF"), (DEEP, "TIFF"), (RAMP.convert("F"), "TIFF")],
    ids=["16-bit PNG", "16-bit TIFF", "32-bit TIFF", "TIFF of fractions"],
)
def test_a_deep_grey_scan_stays_readable(picture, kind):
    """Converted alone it would be white nearly everywhere."""
    kept = cleaning.clean(written(picture, kind))
    with Image.open(io.BytesIO(kept.content)) as seen:
        stat = ImageStat.Stat(seen.convert("L"))
    assert stat.mean[0] == pytest.approx(ImageStat.Stat(RAMP).mean[0], abs=2)


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_every_page_of_a_scan_is_kept(mode):
    kept = cleaning.clean(scan(3, mode=mode))
    assert kept.content_type == papers.PDF
    with pikepdf.open(io.BytesIO(kept.content)) as document:
        assert len(document.pages) == 3


def test_a_smaller_copy_inside_a_picture_is_no_page():
    small = Image.new("RGB", (20, 30))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    kept = cleaning.clean(written(Image.new("RGB", (200, 300)), "TIFF", save_all=True, append_images=[small]))
    assert kept.content_type == papers.JPEG


def test_of_a_burst_the_picture_that_stands_for_it_is_kept():
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    kept = cleaning.clean(written(frames[0], "HEIF", save_all=True, append_images=frames[1:], primary_index=1))
    with Image.open(io.BytesIO(kept.content)) as seen:
        red, green, blue = ImageStat.Stat(seen).mean
    assert green > 200
    assert max(red, blue) < 60


def test_thin_strokes_of_a_fax_survive_being_made_smaller():
    page = Image.new("1", (6001, 400), 1)
    page.paste(0, (2, 0, 3, 400))
    kept = cleaning.clean(written(page, "TIFF", compression="group4"))
    with Image.open(io.BytesIO(kept.content)) as seen:
        assert seen.width == 3000
        assert min(seen.convert("L").crop((0, 50, 8, 51)).tobytes()) < 200


@pytest.mark.parametrize(
    ("catalogue", "code"),
    [
        (b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /S /JavaScript /JS (app.alert) >>", "proof_active"),
        (b"/OpenAction << /S /JavaScript /S /URI /URI (https://example.org) >>", "proof_active"),
        (b"/Names << /Names 7 >> /Names << /JavaScript << /Names [(a) << /JS (1) >>] >> >>", "proof_active"),
        (b"/OpenAction << /#53 /J#61vaScript /J#53 (1) >>", "proof_active"),
        (b"/Collection << /View /D >>", "proof_mixed"),
        (b"/Names 7", "proof_broken"),
    ],
    ids=["said twice", "said twice, a link", "names said twice", "written in numbers", "folder of files", "no names"],
)
def test_a_pdf_that_hides_what_it_is_gets_refused(catalogue, code):
    with pytest.raises(KitError, match=code):
        cleaning.clean(pdf_of(catalogue))


def test_what_another_reader_could_find_is_not_kept():
    """One reader takes the last of two equal keys, another the first: what is kept says it once."""
    hidden = pdf_of(b"/OpenAction << /S /JavaScript /S /GoTo /D [3 0 R /Fit] >>")
    assert b"JavaScript" not in cleaning.clean(hidden).content


def test_a_pdf_with_an_older_version_inside_keeps_the_newest_alone():
    first = pdf_of(b"/OpenAction << /S /JavaScript /JS (1) >>")
    root = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    before = int(first.rsplit(b"startxref\n", 1)[1].split()[0])
    later = first + root
    table = b"xref\n1 1\n%010d 00000 n \ntrailer << /Size 4 /Root 1 0 R /Prev %d >>\n" % (len(first), before)
    kept = cleaning.clean(later + table + b"startxref\n%d\n%%%%EOF\n" % len(later)).content
    assert b"JavaScript" not in kept
    assert kept.count(b"%%EOF") == 1


@pytest.mark.parametrize(
    "data", [scan(papers.MOST_SCANNED_PAGES + 1), scan(2)[:-400]], ids=["too many pages", "its last page cut"]
)
def test_a_scan_that_is_not_taken_whole_is_refused(data):
    with pytest.raises(KitError, match=r"proof_huge|proof_broken"):
        cleaning.clean(data)


def test_what_grows_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(papers, "MOST_KEPT_BYTES", 500)
    with pytest.raises(papers.Refused, match="proof_huge"):
        papers.cleaned(hostile.JPEG)
