"""A copy of a member's data: asked for, made in the background, kept for a day (programme §9).

The archive is written part by part to a file of its own and then to the shelf, so that it takes the same memory
however much there is. Two workers never make the same one: each holds a lock of the database's session, which is
free again the moment a killed worker's connection breaks; what such a worker stored is swept.
"""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from cps_portal.privacy.copying import Part, parts, rows
from cps_portal.privacy.erasing import rows_of
from cps_portal.privacy.reading import headings_of, lines_of, sections_of, title_of
from members import messages
from members.models import DataExport, Member, Message, User
from members.models.privacy import export_storage, random_name
from members.rules.zones import place_of
from members.wording.words import moment_at

WAKE = messages.Bell("cps_portal.tasks.make_exports")
MAKING_LOCK = 50_319  # the first half of the advisory locks of archives being made
SHOWN_AT_A_TIME = 200
_NO_NAME = re.compile(r"[^\w .()-]+")


@transaction.atomic
def ask(member: Member, *, at: datetime) -> DataExport:
    """Ask for a copy. While one is being made, asking again asks for that one."""
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=member.user, asked_at=at)
    except IntegrityError as error:
        if "data_export_one_being_made" not in str(error):
            raise
        return DataExport.objects.get(user=member.user, made_at=None)
    WAKE.ring_after_commit()
    return export


def make_waiting(*, clock: Callable[[], datetime]) -> int:
    """Make every copy that was asked for, unless another worker is at it; answers how many this call made."""
    waiting = DataExport.objects.filter(made_at=None).order_by("asked_at", "pk")
    return sum(_make(key, clock=clock) for key in list(waiting.values_list("pk", flat=True)))


def _make(key: UUID, *, clock: Callable[[], datetime]) -> bool:
    with _alone_with(key) as free:
        export = DataExport.objects.filter(pk=key, made_at=None).select_related("user__member").first()
        if not free or export is None:
            return False
        with tempfile.TemporaryFile() as archive:
            with override(export.user.language):
                write(export.user.member, archive, at=clock())
            size = archive.tell()
            archive.seek(0)
            name = export_storage().save(random_name(export, ""), File(archive))
        is_kept = False
        try:
            is_kept = _keep(key, name, size, at=clock())
        finally:
            if not is_kept:
                export_storage().delete(name)
        return is_kept


@contextmanager
def _alone_with(key: UUID) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [MAKING_LOCK, str(key)])
        if not cursor.fetchone()[0]:
            yield False
            return
    try:
        yield True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [MAKING_LOCK, str(key)])


@transaction.atomic
def _keep(key: UUID, name: str, size: int, *, at: datetime) -> bool:
    """Put an archive on the shelf and tell its member; False where the account was closed meanwhile."""
    export = DataExport.objects.filter(pk=key, made_at=None).first()
    if export is None or not User.objects.select_for_update(no_key=True).get(pk=export.user_id).is_active:
        return False
    export = DataExport.objects.select_for_update().filter(pk=key, made_at=None).first()
    if export is None:
        return False
    export.made_at, export.expires_at = at, at + timedelta(hours=settings.EXPORT_KEPT_HOURS)
    export.file.name, export.size = name, size
    export.save(update_fields=["made_at", "expires_at", "file", "size"])
    messages.post(
        user_id=export.user_id,
        kind=Message.Kind.EXPORT_READY,
        about="account",
        occasion=str(export.pk),
        facts={
            "export": str(export.pk),
            "expires_at": export.expires_at.isoformat(),
            "zone": export.user.member.time_zone,
        },
        at=at,
    )
    return True


def write(member: Member, archive: IO[bytes], *, at: datetime) -> None:
    """Write a member's data as they are at one moment: data/*.json, files/*, and a page to read, in their language."""
    with _one_moment(), zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        filled = [part for part in parts() if _write_json(part, member, into)]
        files = [line for part in filled if part.table.shelf for line in _write_files(part, member, into)]
        _write_page(filled, files, member, into, at=at)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as of the same moment, where no transaction is open yet."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _write_json(part: Part, member: Member, into: zipfile.ZipFile) -> bool:
    """One table as a list of objects; False where there is nothing, and no file then."""
    found = rows(part, member)
    first = next(found, None)
    if first is None:
        return False
    with into.open(f"data/{part.name}.json", "w", force_zip64=True) as file:
        file.write(b"[" + _json(first))
        for row in found:
            file.write(b",\n" + _json(row))
        file.write(b"]\n")
    return True


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(row, cls=_Plain, ensure_ascii=False).encode()


class _Plain(DjangoJSONEncoder):
    """Whatever a field may hold, as text where JSON has no word for it."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _write_files(part: Part, member: Member, into: zipfile.ZipFile) -> Iterator[dict[str, str]]:
    """The files of a table under names that say what they are; one that is not on its shelf any more is left out."""
    kept = rows_of(member, part.label, part.theirs).exclude(file="").order_by("pk")
    for key, stored, name in kept.values_list("pk", "file", "name").iterator() if _has_names(part) else ():
        place = f"files/{part.table.shelf}/{key}-{_NO_NAME.sub('_', name)[-80:]}"
        try:
            file = storages[part.table.shelf].open(stored)
        except FileNotFoundError:
            continue
        with file, into.open(place, "w", force_zip64=True) as target:
            shutil.copyfileobj(file, target)
        yield {"href": place, "name": name}


def _has_names(part: Part) -> bool:
    """A copy made earlier is not part of the next."""
    return part.label != "members.DataExport"


def _write_page(
    filled: list[Part], files: list[dict[str, str]], member: Member, into: zipfile.ZipFile, *, at: datetime
) -> None:
    """The page to read: one file without anything from elsewhere, written some rows at a time."""
    sections = sections_of(filled)
    here = moment_at(at, member.time_zone)
    with into.open("read-me.html", "w", force_zip64=True) as page:

        def put(template: str, **context: Any) -> None:
            page.write(render_to_string(f"privacy/{template}.html", context).encode())

        titles = [(place, section.subject.what) for place, section in enumerate(sections, 1)]
        put("export_head", name=member.user.name, number=member.spaced_number, at=here, titles=titles, files=files)
        for place, section in enumerate(sections, 1):
            put("export_section", place=place, subject=section.subject)
            for part in section.tables:
                _write_table(part, member, put)
        put("export_foot", files=files, place=place_of(member.time_zone, get_language() or "en"))


def _write_table(part: Part, member: Member, put: Callable[..., None]) -> None:
    headings = headings_of(part)
    if not headings:
        return
    put("export_table", title=title_of(part), columns=headings)
    lines = lines_of(part, member)
    while some := list(islice(lines, SHOWN_AT_A_TIME)):
        put("export_rows", rows=[list(zip(headings, line, strict=True)) for line in some])
    put("export_table_end")
