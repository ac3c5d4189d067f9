"""Camera and lens read out of a photo: shown beside what was typed, nothing kept, nothing harmed (programme §3)."""

import io
import struct

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse
from PIL import Image

from kitbag import camera_photo
from kitbag.camera_photo import NotReadable, read_photo
from kitbag.models import KitItem, Proof
from kitbag.rules.camera_photo import Reading
from tests.factories import ProductFactory


def photo(
    *, make="Canon", model="Canon EOS R5", body="012021000123", lens="RF24-105mm F4 L IS USM", glass="1234567890"
):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    inner = exif.get_ifd(0x8769)
    if body:
        inner[0xA431] = body
    if lens:
        inner[0xA434] = lens
    if glass:
        inner[0xA435] = glass
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def with_exif(block):
    """A JPEG whose Exif segment is this."""
    content = b"Exif\x00\x00" + block
    plain = io.BytesIO()
    Image.new("RGB", (8, 8)).save(plain, "JPEG")
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(content) + 2) + content + plain.getvalue()[2:]


def directory(*entries, order="<"):
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    rows = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    return head + struct.pack(f"{order}H", len(entries)) + rows + struct.pack(f"{order}I", 0)


def test_camera_and_lens_are_read():
    assert read_photo(photo()) == Reading("Canon", "EOS R5", "012021000123", "RF24-105mm F4 L IS USM", "1234567890")


def test_bodies_before_exif_had_a_place_say_it_in_canons_own():
    note = struct.pack("<H", 1) + struct.pack("<HHII", 0x000C, 4, 1, 123456789) + struct.pack("<I", 0)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 5D"
    exif.get_ifd(0x8769)[0x927C] = note
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    little = out.getvalue()
    reading = read_photo(little)
    assert reading.model == "EOS 5D"
    assert reading.body_number in {"0123456789", ""}


HOSTILE = {
    "nothing": (b"", "not_jpeg"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(90), "not_jpeg"),
    "HTML": (b"<html><script>alert(1)</script>", "not_jpeg"),
    "three bytes": (b"\xff\xd8\xff", "nothing_inside"),
    "markers without end": (b"\xff\xd8" + b"\xff" * 60_000, "nothing_inside"),
    "segments of no length": (b"\xff\xd8" + b"\xff\xe1\x00\x00" * 500, "nothing_inside"),
    "segment past the end": (b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00II*\x00", "broken"),
    "no Exif": (photo()[:2] + photo()[photo().index(b"\xff\xdb") :], "nothing_inside"),
    "empty Exif": (with_exif(b""), "broken"),
    "Exif of noise": (with_exif(bytes(range(256)) * 8), "broken"),
    "directory far away": (with_exif(b"II*\x00\xff\xff\xff\x7f"), "nothing_inside"),
    "directory that points to itself": (with_exif(directory((0x8769, 4, 1, 8))), "nothing_inside"),
    "directory that promises 65,535 entries": (with_exif(b"II*\x00\x08\x00\x00\x00\xff\xff"), "nothing_inside"),
    "text of four thousand million signs": (with_exif(directory((0x0110, 2, 2**32 - 1, 26))), "nothing_inside"),
    "text that lies outside": (with_exif(directory((0x0110, 2, 900, 2**31))), "nothing_inside"),
    "type that does not exist": (with_exif(directory((0x0110, 99, 1, 1))), "nothing_inside"),
    "number where text belongs": (with_exif(directory((0x0110, 4, 1, 7))), "nothing_inside"),
    "fraction by zero": (with_exif(directory((0x0110, 5, 1, 26)) + bytes(8)), "nothing_inside"),
    "model of NULs": (photo(model="\x00\x00", body="", lens="", glass=""), "nothing_inside"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_harms_or_says_nothing_is_told(what):
    data, code = HOSTILE[what]
    with pytest.raises(NotReadable) as told:
        read_photo(data)
    assert told.value.code in {code, "broken", "nothing_inside"}
    if code == "not_jpeg":
        assert told.value.code == code


@pytest.mark.parametrize("number", ["<script>", "'; DROP TABLE", "\x1b[31m", "0000000000", "-", "a\nb", "١٢٣٤٥"])
def test_a_number_that_is_none_is_left_out(number):
    assert read_photo(photo(body=number)).body_number == ""


def test_a_name_is_shown_as_text_and_cut():
    reading = read_photo(photo(model="Canon EOS <b>R5</b>" + "x" * 500))
    assert reading.model.startswith("EOS <b>R5</b>")
    assert len(reading.model) <= 60


@pytest.fixture
def as_layla(client, layla):
    client.force_login(layla.user)
    return client


def send(client, data=None, **more):
    sent = {**more}
    if data is not None:
        sent["photo"] = SimpleUploadedFile("IMG_0001.JPG", data, "image/jpeg")
    return client.post(reverse("kitbag-photo"), sent)


def test_beside_what_was_typed_and_the_form_stays_filled(as_layla, camera, shelf):
    answer = send(as_layla, photo(), product=camera.sku, serial_typed="999", store="Jacobs", purchased_on="soon")
    form, said = answer.context["form"], answer.context["photo"]
    assert (form["serial_typed"].value(), form["store"].value(), form["purchased_on"].value()) == (
        "999",
        "Jacobs",
        "soon",
    )
    assert [(one["name"], one["number"], one["is_typed"]) for one in said["things"]] == [
        ("EOS R5", "012021000123", False),
        ("RF24-105mm F4 L IS USM", "1234567890", False),
    ]
    assert said["typed"] == "999"
    assert not KitItem.objects.exists()
    assert not Proof.objects.exists()
    assert list(shelf.rglob("*")) == []


def test_the_number_is_taken_over_by_a_button(as_layla, camera):
    answer = send(as_layla, product=camera.sku, serial_typed="999", store="Jacobs", use="012021000123")
    assert answer.context["form"]["serial_typed"].value() == "012021000123"
    assert answer.context["form"]["store"].value() == "Jacobs"


def test_what_was_typed_already_is_said(as_layla, camera):
    said = send(as_layla, photo(), product=camera.sku, serial_typed="0120 2100-0123").context["photo"]
    assert [one["is_typed"] for one in said["things"]] == [True, False]


def test_an_item_that_is_edited_keeps_its_page(as_layla, layla, omar, camera, register):
    item = register(layla, camera, store="")
    answer = send(as_layla, photo(), of=item.pk, product=camera.sku, serial_typed="1")
    assert answer.templates[0].name == "kitbag/kitbag_item_edit.html"
    assert answer.context["photo"]["things"][0]["number"] == "012021000123"
    assert send(as_layla, photo(), of=register(omar, camera).pk).status_code == 404


def test_without_a_product_the_photo_finds_it(as_layla, db):
    ProductFactory(sku="eos-r5", name="EOS R5")
    said = send(as_layla, photo(lens="", glass="")).context["photo"]
    assert [(one["sku"], one["number"]) for one in said["products"]] == [("eos-r5", "012021000123")]
    chosen = send(as_layla, product="eos-r5", use="012021000123")
    assert chosen.context["form"]["serial_typed"].value() == "012021000123"


@pytest.mark.parametrize(("sent", "words"), [({}, "Choose a photo first"), ({"data": b"text"}, "This is no JPEG")])
def test_why_nothing_was_read_stands_by_the_photo(as_layla, camera, sent, words):
    answer = send(as_layla, product=camera.sku, **sent)
    assert words in answer.content.decode()


@pytest.mark.parametrize("value", ["\x00", "x" * 9000, "<b>", "٣"])
def test_hostile_fields_are_answered_calmly(as_layla, camera, value):
    for name in ("product", "of", "use", "item", "serial_typed", "country_of_purchase", "store"):
        assert send(as_layla, photo(), **{"product": camera.sku, name: value}).status_code == 200


@pytest.mark.parametrize("page", ["kitbag-photo", "kitbag-add"])
def test_no_photo_reaches_a_disk_and_only_its_head_is_held(as_layla, camera, monkeypatch, tmp_path, settings, page):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    seen, spooled = [], []
    monkeypatch.setattr(
        "cps_portal.pages.kitbag.photo.read_photo", lambda data: seen.append(len(data)) or read_photo(data)
    )
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda self, *_a, **_k: spooled.append(self))
    sent = SimpleUploadedFile("IMG_0001.JPG", photo() + bytes(6 * 1024 * 1024), "image/jpeg")
    answer = as_layla.post(reverse(page), {"product": camera.sku, "purchased_on": "soon", "photo": sent})
    assert answer.status_code == 200
    assert seen == ([camera_photo.HEAD_BYTES] if page == "kitbag-photo" else [])
    assert spooled == []
    assert list(tmp_path.iterdir()) == []


def test_other_files_go_the_usual_way(rf, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    whole = photo() + bytes(3 * 1024 * 1024)
    request = rf.post("/", {"file": SimpleUploadedFile("a.jpg", whole), "photo": SimpleUploadedFile("b.jpg", whole)})
    assert request.FILES["file"].read() == whole
    assert request.FILES["photo"].read() == whole[: camera_photo.HEAD_BYTES]
    assert request.FILES["photo"].name == "b.jpg"


def test_enter_saves_the_form_and_reads_no_photo(as_layla, layla, camera, register):
    for page in (f"{reverse('kitbag-add')}?product={camera.sku}", f"/kitbag/{register(layla, camera).pk}/edit/"):
        form = as_layla.get(page).content.decode().split('enctype="multipart/form-data"')[1]
        assert "formaction" not in form[form.index("<button") : form.index("</button>")]
