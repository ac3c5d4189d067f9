"""Private shelves: files under random names outside the web root (the settings STORAGES "proofs" and "cases").

A file is stored before the row that names it is committed, and goes again where that fails. What a killed process
left over is swept.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from kitbag.models.proofs import random_name
from kitbag.registration import KitError
from members.rules.names import tidy

# Younger files without a row may belong to a transaction that is not committed yet.
ORPHAN_AFTER = timedelta(days=1)
NAME_LENGTH = 120
_NO_NAME = re.compile(r"[/\\:*?\"<>|]+")


class Stored:
    """Files that were stored just now, by their names."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.names: list[str] = []

    def put(self, content: bytes) -> str:
        """Store a file; the name it has from now on."""
        self.names.append(self.storage.save(random_name(None, ""), ContentFile(content)))
        return self.names[-1]

    def take_back(self) -> None:
        """Delete them all: no row will name them."""
        for name in self.names:
            self.storage.delete(name)


@contextmanager
def storing(storage: Storage) -> Iterator[Stored]:
    """Files that stay only where the block ends well; the transaction with their rows lies inside."""
    stored = Stored(storage)
    is_written = False
    try:
        yield stored
        is_written = True
    finally:
        if not is_written:
            stored.take_back()


def sent(upload: UploadedFile, *, most: int) -> tuple[bytes, str]:
    """What an upload holds, and its SHA-256. Raises KitError: "proof_empty", "proof_large" (over `most` bytes)."""
    if not upload.size:
        raise KitError("proof_empty")
    if upload.size > most:
        raise KitError("proof_large")
    data = b"".join(upload.chunks())
    return data, hashlib.sha256(data).hexdigest()


def shown_name(name: str) -> str:
    """An uploaded file's name as text to know it by: one line, no folders, its ending kept."""
    plain = _NO_NAME.sub(" ", tidy(name.replace("\x00", "").replace("\\", "/").rsplit("/", 1)[-1]))
    plain = " ".join(plain.split()).strip(". ")
    if len(plain) > NAME_LENGTH:
        stem, dot, ending = plain.rpartition(".")
        ending = f"{dot}{ending}" if dot and len(ending) <= 5 else ""
        plain = f"{(stem if ending else plain)[: NAME_LENGTH - len(ending) - 1]}…{ending}"
    return plain or "proof"


def sweep_orphans(storage: Storage, rows: QuerySet[Any], *, at: datetime) -> int:
    """Delete old enough files that none of the rows names; how many went."""
    gone = 0
    for name in _names_in(storage):
        is_old = storage.get_modified_time(name) < at - ORPHAN_AFTER
        if is_old and not rows.filter(file=name).exists():
            storage.delete(name)
            gone += 1
    return gone


def _names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    """Names of all stored files; they lie two folders deep at most."""
    if folder and not storage.exists(folder):
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        yield f"{folder}/{file}" if folder else file
    for inner in folders:
        yield from _names_in(storage, f"{folder}/{inner}" if folder else inner)
