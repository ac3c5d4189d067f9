"""Files made to harm or to deceive, and honest ones beside them. Nothing here is anybody's picture."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
from fpdf import FPDF
from PIL import Image, TiffImagePlugin

pillow_heif.register_heif_opener()


def image(kind="JPEG", *, mode="RGB", size=(320, 240), **options):
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert(mode).save(out, kind, **options)
    return out.getvalue()


def photo(**exif):
    """A JPEG with a place, a camera's number and a turn in its Exif part."""
    data = Image.Exif()
    data[0x010F], data[0x0110], data[0x0112] = "Canon", "Canon EOS R5", 6
    data.get_ifd(0x8769)[0xA431] = "012345678901"
    data.get_ifd(0x8825)[2] = (51.0, 30.0, 26.0)
    return image("JPEG", exif=data, size=(320, 240), **exif)


def pdf(pages=1):
    paper = FPDF()
    for _page in range(pages):
        paper.add_page()
        paper.set_font("Helvetica", "", 12)
        paper.cell(0, 10, "Receipt No. 1")
    return bytes(paper.output())


def changed_pdf(change, **options):
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        out = io.BytesIO()
        document.save(out, **options)
    return out.getvalue()


def action(kind, **more):
    keys = {f"/{key}": value for key, value in more.items()}
    return pikepdf.Dictionary({"/S": pikepdf.Name(f"/{kind}"), **keys})


def _root(**entries):
    def change(document):
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return changed_pdf(change)


def _annotated(**entries):
    def change(document):
        note = pikepdf.Dictionary({"/Type": pikepdf.Name("/Annot"), "/Rect": [0, 0, 9, 9], **entries})
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])

    return changed_pdf(change)


def with_attachment():
    """An electronic invoice: its XML travels inside the PDF."""

    def change(document):
        document.attachments["factur-x.xml"] = b"<invoice/>"

    return changed_pdf(change)


def _nested(depth):
    inner = b"[" * depth + b"]" * depth
    return pdf().replace(b"/Type /Catalog", b"/Deep " + inner + b"\n/Type /Catalog")


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("run.sh", "echo hello")
    return out.getvalue()


def png_of(width, height, *, depth=1, colour=0, rows=None):
    """A PNG whose head promises a size; its rows unpack to that size where `rows` is None."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    line = b"\0" * (1 + (width * depth + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _row in range(height)) + packer.flush() if rows is None else rows
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _tiff_bomb():
    """A TIFF of a few hundred bytes that says it is 60,000 pixels wide and high."""
    out = io.BytesIO()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    Image.new("1", (8, 8)).save(out, "TIFF", tiffinfo=tags)
    data = bytearray(out.getvalue())
    order = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", data, 4)
    (entries,) = struct.unpack_from(f"{order}H", data, place)
    for entry in range(place + 2, place + 2 + entries * 12, 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, entry)
        if tag in {256, 257}:
            struct.pack_into(f"{order}HHII", data, entry, tag, 4, 1, 60_000)
        assert kind
    return bytes(data)


def _jpeg_bomb():
    """A JPEG whose frame says 65,500 by 65,500."""
    data = image("JPEG")
    place = data.index(b"\xff\xc0")
    return data[: place + 5] + struct.pack(">HH", 65_500, 65_500) + data[place + 9 :]


JS = {"JS": "app.alert(1)"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
JPEG, PNG, PDF, TIFF = image("JPEG"), image("PNG"), pdf(), image("TIFF")
HEIC = image("HEIF")


def _cut(data, share):
    return data[: int(len(data) * share)]


# What it is → the file and the code of its refusal.
REFUSED = {
    "nothing at all": (b"", "proof_empty"),
    "20 MB of zeros": (bytes(20 * 1024 * 1024), "proof_large"),
    "20 MB that begins as a PDF": (b"%PDF-1.7\n" + bytes(20 * 1024 * 1024), "proof_large"),
    "one byte too many": (JPEG + bytes(10 * 1024 * 1024 + 1 - len(JPEG)), "proof_large"),
    "SVG with a script": (SVG, "proof_unknown"),
    "SVG that says it is XML": (b'<?xml version="1.0"?>' + SVG, "proof_unknown"),
    "HTML": (HTML, "proof_unknown"),
    "HTML behind white space": (b"\n" * 100 + HTML, "proof_unknown"),
    "XML with an entity bomb": (b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "proof_unknown"),
    "GIF": (image("GIF"), "proof_unknown"),
    "GIF that is an archive too": (image("GIF") + archive(), "proof_unknown"),
    "WebP": (image("WEBP"), "proof_unknown"),
    "BMP": (image("BMP"), "proof_unknown"),
    "ICO": (image("ICO", size=(64, 64)), "proof_unknown"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n/x { loop } def", "proof_unknown"),
    "archive": (archive(), "proof_unknown"),
    "archive named as a picture": (archive(), "proof_unknown"),
    "Windows program": (b"MZ\x90\x00" + bytes(400), "proof_unknown"),
    "Linux program": (b"\x7fELF" + bytes(400), "proof_unknown"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "proof_unknown"),
    "PHP": (b"<?php system($_GET['c']); ?>", "proof_unknown"),
    "plain text": (b"I bought it, believe me.", "proof_unknown"),
    "Word of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "proof_unknown"),
    "MP4 film": (b"\x00\x00\x00\x18ftypmp42" + bytes(600), "proof_unknown"),
    "random bytes": (bytes((7 * n * n + 13 * n) % 251 for n in range(5000)), "proof_unknown"),
    "byte order mark, then a PDF": (b"\xef\xbb\xbf" + PDF, "proof_unknown"),
    "junk, then a PDF": (b"junk\n" + PDF, "proof_unknown"),
    "the first bytes of a JPEG": (JPEG[:3], "proof_broken"),
    "JPEG cut at a tenth": (_cut(JPEG, 0.1), "proof_broken"),
    "JPEG cut at a half": (_cut(JPEG, 0.5), "proof_broken"),
    "JPEG of markers only": (b"\xff\xd8\xff" + b"\xff" * 5000, "proof_broken"),
    "JPEG without a picture": (JPEG[:20] + b"\xff\xd9", "proof_broken"),
    "PNG head alone": (PNG[:8], "proof_broken"),
    "PNG cut at a half": (_cut(PNG, 0.5), "proof_broken"),
    "PNG with rows that do not unpack": (png_of(64, 64, rows=b"not packed"), "proof_broken"),
    "PNG of no size": (png_of(0, 0, rows=b""), "proof_broken"),
    "TIFF cut at a half": (_cut(TIFF, 0.5), "proof_broken"),
    "TIFF head alone": (TIFF[:8], "proof_unknown"),
    "HEIC cut at a half": (_cut(HEIC, 0.5), "proof_broken"),
    "HEIC head alone": (HEIC[:40], "proof_broken"),
    "PNG bomb of 900 million pixels": (png_of(30_000, 30_000), "proof_huge"),
    "PNG that promises 2,000 million pixels a side": (png_of(2**31 - 1, 2**31 - 1, rows=b""), "proof_huge"),
    "JPEG that promises 4,290 million pixels": (_jpeg_bomb(), "proof_huge"),
    "TIFF that promises 3,600 million pixels": (_tiff_bomb(), "proof_huge"),
    "JPEG that is an archive too": (JPEG + archive(), "proof_mixed"),
    "PNG that is an archive too": (PNG + archive(), "proof_mixed"),
    "JPEG with a page in its comment": (JPEG[:2] + b"\xff\xfe\x00\x1b<script>alert(1)</script>", "proof_mixed"),
    "PDF that is an archive too": (PDF + archive(), "proof_mixed"),
    "PDF that is a page too": (PDF[:9] + b"%" + HTML + b"\n" + PDF[9:], "proof_mixed"),
    "PDF with a page behind it": (PDF + HTML, "proof_mixed"),
    "PDF with a picture behind it": (PDF + JPEG, "proof_mixed"),
    "PDF of a head alone": (b"%PDF-1.7\n", "proof_broken"),
    "PDF cut at a half": (_cut(PDF, 0.5), "proof_broken"),
    "PDF cut before its end": (PDF[:-8], "proof_broken"),
    "PDF with a wrong table": (PDF.replace(b"startxref\n", b"startxref\n9"), "proof_broken"),
    "PDF of noise": (b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF", "proof_broken"),
    "PDF of 61 pages": (pdf(61), "proof_huge"),
    "PDF with brackets 5,000 deep": (_nested(5000), "proof_broken"),
    "PDF with brackets 200 deep": (_nested(200), "proof_broken"),
    "PDF with a password to open": (
        changed_pdf(lambda document: None, encryption=pikepdf.Encryption(owner="o", user="u")),
        "proof_locked",
    ),
    "PDF with an owner's password": (
        changed_pdf(lambda document: None, encryption=pikepdf.Encryption(owner="o", user="")),
        "proof_locked",
    ),
    "PDF that runs JavaScript on opening": (_root(OpenAction=action("JavaScript", **JS)), "proof_active"),
    "PDF that launches a program": (_root(OpenAction=action("Launch", F="cmd.exe")), "proof_active"),
    "PDF that opens another file": (_root(OpenAction=action("GoToR", F="other.pdf")), "proof_active"),
    "PDF with actions of its pages": (
        _root(AA=pikepdf.Dictionary({"/WC": action("JavaScript", **JS)})),
        "proof_active",
    ),
    "PDF with named JavaScript": (
        _root(Names=pikepdf.Dictionary({"/JavaScript": pikepdf.Dictionary({"/Names": ["a", JS["JS"]]})})),
        "proof_active",
    ),
    "PDF with an XFA form": (_root(AcroForm=pikepdf.Dictionary({"/XFA": "<xdp/>"})), "proof_active"),
    "PDF that sends a form": (
        _annotated(**{"/Subtype": pikepdf.Name("/Widget"), "/A": action("SubmitForm", F="http://example.org")}),
        "proof_active",
    ),
    "PDF with JavaScript on a link": (
        _annotated(**{"/Subtype": pikepdf.Name("/Link"), "/A": action("JavaScript", **JS)}),
        "proof_active",
    ),
    "PDF with rich media": (_annotated(**{"/Subtype": pikepdf.Name("/RichMedia")}), "proof_active"),
    "PDF with a film": (_annotated(**{"/Subtype": pikepdf.Name("/Movie")}), "proof_active"),
    "PDF with a file pinned to a page": (_annotated(**{"/Subtype": pikepdf.Name("/FileAttachment")}), "proof_active"),
    "PDF that imports data": (_annotated(**{"/A": action("ImportData", F="a.fdf")}), "proof_active"),
}

# Honest files → the type under which they are kept.
KEPT = {
    "JPEG": (JPEG, "image/jpeg"),
    "JPEG with a place in it": (photo(), "image/jpeg"),
    "grey JPEG": (image("JPEG", mode="L"), "image/jpeg"),
    "CMYK JPEG": (image("JPEG", mode="CMYK"), "image/jpeg"),
    "PNG": (PNG, "image/jpeg"),
    "PNG with a clear background": (image("PNG", mode="RGBA"), "image/png"),
    "black and white PNG": (image("PNG", mode="1"), "image/png"),
    "TIFF": (TIFF, "image/jpeg"),
    "TIFF of a fax": (image("TIFF", mode="1", compression="group4"), "image/jpeg"),
    "HEIC": (HEIC, "image/jpeg"),
    "PDF": (PDF, "application/pdf"),
    "PDF of 60 pages": (pdf(60), "application/pdf"),
    "PDF that begins on its page": (_root(OpenAction=action("GoTo", D=["x"])), "application/pdf"),
    "PDF with a link": (
        _annotated(**{"/Subtype": pikepdf.Name("/Link"), "/A": action("URI", URI="https://example.org")}),
        "application/pdf",
    ),
    "electronic invoice": (with_attachment(), "application/pdf"),
}
