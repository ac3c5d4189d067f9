"""Files made to harm are refused with a sentence; nothing of them is left, and the portal stands (programme §3)."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cps_portal.pages.kitbag.words import REFUSALS
from kitbag import cleaning, proofs
from kitbag.models import Proof
from kitbag.registration import KitError
from tests.factories import NOON
from tests.kitbag import hostile

NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "/absolute/receipt.pdf": "receipt.pdf",
    "a" * 300 + ".pdf": "a" * 115 + "….pdf",
    "receipt.pdf\x00.exe": "receipt.pdf\x00.exe".replace("\x00", ""),
    "rec\u202efdp.exe": "recfdp.exe",
    "<script>alert(1)</script>.jpg": "script .jpg",
    'a"; filename="b.pdf': "a ; filename= b.pdf",
    "…": "…",
    "": "proof",
    "  .  ": "proof",
    "con:.pdf": "con .pdf",
    "فاتورة.pdf": "فاتورة.pdf",
    "📷.jpg": "📷.jpg",
    "line\r\nSet-Cookie: a=b.pdf": "line Set-Cookie a=b.pdf",
}


def upload(data, name="receipt.pdf"):
    file = SimpleUploadedFile("x", data)
    # Past Django's own tidying: an operation may be called from elsewhere.
    file._name = name
    return file


def left_on(shelf):
    return [path for path in shelf.rglob("*") if path.is_file()]


def test_there_are_more_than_sixty():
    assert len(hostile.REFUSED) + len(NAMES) > 60
    assert len(hostile.REFUSED) >= 60


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_it_is_refused_with_a_sentence_and_nothing_is_left(what, layla, shelf):
    data, code = hostile.REFUSED[what]
    with pytest.raises(KitError) as refused:
        proofs.keep_proof(upload(data), member_id=layla.pk, at=NOON)
    assert refused.value.code == code
    field, words = REFUSALS[code]
    assert (field, bool(str(words))) == ("proof", True)
    assert left_on(shelf) == []
    assert not Proof.objects.exists()


@pytest.mark.parametrize("what", hostile.KEPT)
def test_honest_files_are_kept(what, layla, shelf):
    data, content_type = hostile.KEPT[what]
    proof = proofs.keep_proof(upload(data), member_id=layla.pk, at=NOON)
    kept = proof.content()
    assert (proof.content_type, proof.size) == (content_type, len(kept))
    if content_type == "application/pdf":
        with pikepdf.open(io.BytesIO(kept)) as document:
            assert len(document.pages) in {1, 60}
            assert not document.attachments
    else:
        with Image.open(io.BytesIO(kept)) as picture:
            picture.load()
            assert max(picture.size) <= 3000


def test_nothing_of_a_photos_metadata_is_kept_and_it_stands_upright(layla, shelf):
    proof = proofs.keep_proof(upload(hostile.photo()), member_id=layla.pk, at=NOON)
    kept = proof.content()
    assert b"Canon" not in kept
    assert b"012345678901" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (240, 320)


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_text_and_no_place(name, layla, shelf):
    proof = proofs.keep_proof(upload(hostile.JPEG, name), member_id=layla.pk, at=NOON)
    assert proof.name == NAMES[name]
    (file,) = left_on(shelf)
    assert len(file.name) == 32
    assert file.parent.parent == shelf


def test_a_large_photo_is_made_smaller(layla, shelf):
    proof = proofs.keep_proof(upload(hostile.image("JPEG", size=(6000, 4000))), member_id=layla.pk, at=NOON)
    with Image.open(io.BytesIO(proof.content())) as picture:
        assert picture.size == (3000, 2000)


def test_the_process_that_opens_files_has_no_secret_and_no_folder_of_ours(monkeypatch):
    """What it is started with: an empty environment, isolated, at the root."""
    seen = {}

    def run(command, **how):
        seen.update(how, command=command)
        raise OSError

    monkeypatch.setattr(cleaning.subprocess, "run", run)
    with pytest.raises(KitError, match="proof_broken"):
        cleaning.clean(b"%PDF-")
    assert seen["env"] == {}
    assert seen["cwd"] == "/"
    assert "-I" in seen["command"]


def test_a_process_that_hangs_or_dies_is_a_refusal(monkeypatch):
    monkeypatch.setattr(cleaning, "WALL_SECONDS", 1)
    for program in ("import time; time.sleep(60)", "import os; os.kill(os.getpid(), 9)", "raise SystemExit(3)"):
        monkeypatch.setattr(cleaning, "_PAPERS", program)
        with pytest.raises(KitError, match="proof_broken"):
            cleaning.clean(hostile.JPEG)
