"""What a million members leave behind, for the staff pages: a row for everything that their lists show.

Everything is made by INSERT … SELECT with triggers and foreign keys resting (session_replication_role); every index
and every check is there. The large world has a database of its own, kept for the next run; BENCH_MEMBERS=100000 makes
a smaller one. The small one of the tests is written into the database of the test.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg2
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models

from benchmarks.crowd import FIRST_NAMES, LAST_NAMES
from benchmarks.night_world import without_indexes

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "1000000"))
ITEMS_EACH = 5
# Keys of users and members follow it: sequences never come near.
FIRST = 1_000_000_000
STEP = 250_000
CENTRES = 10
MILLION = 1_000_000

ACCENTED = (*FIRST_NAMES, "José", "Zoë", "Łukasz", "Đorđe", "أحمد", "ليلى")
SURNAMES = (*LAST_NAMES, "Müller", "Núñez", "Øvergård", "منصور", "Okonjo", "Zażółć")
MEMBER = "({first} + 1 + (hashint8(n) & 2147483647) % {members})"
OWNER = "({first} + 1 + (hashint8({item}) & 2147483647) % {members})"
PRODUCT = "({products}::bigint[])[1 + (hashint8(-({item})) & 2147483647) % {product_count}]"
SERIAL = "lpad((({item})::bigint * 7919 % 100000000000)::text, 12, '0')"
ITEM_KEY = "md5('item' || ({item}))::uuid"
CASE_KEY = "md5('case' || ({case}))::uuid"
AT = "(now() - ({rows} - n) * interval '{seconds} seconds')"

# Most members live in large countries, some in small ones, and one in five thousand in Malta.
COUNTRY = (
    "CASE WHEN n % 5000 = 0 THEN 'MT' WHEN n % 100 = 1 THEN 'PT' ELSE (ARRAY['GB','DE','FR','IT','ES'])[1 + n % 5] END"
)


class Filling:
    """Fills the tables of the current database for so many members."""

    def __init__(self, members: int) -> None:
        self.members, self.items = members, members * ITEMS_EACH
        self.cases = max(members // 5, 50)
        self.begun = monotonic()
        self.is_large = members > 50_000

    def some(self, millions: float) -> int:
        """As many rows as there are for a million members, in proportion."""
        return max(int(millions * self.members), 20)

    def everything(self) -> None:
        """Every table. The database is then analysed, as autovacuum would."""
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            self._known(cursor)
            for part in (self._people, self._kit, self._levels, self._cases, self._benefits, self._desk):
                part()
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE" if self.is_large else "ANALYZE")

    def _known(self, cursor: Any) -> None:
        cursor.execute("SELECT id FROM kitbag_product ORDER BY id")
        products = [row[0] for row in cursor.fetchall()]
        columns = [
            row.column for row in apps.get_model("servicing", "centre")._meta.concrete_fields if row.attname != "id"
        ]
        names = ", ".join(columns)
        values = ", ".join({"code": "'B' || chr(64 + n)", "name": "'Bench ' || n"}.get(name, name) for name in columns)
        cursor.execute(
            f"INSERT INTO servicing_centre ({names}) SELECT {values} FROM servicing_centre, generate_series(1, %s) n"
            " WHERE code = 'UK'",
            [CENTRES - 1],
        )
        cursor.execute(
            "SELECT array_agg(id ORDER BY id) FROM servicing_centre WHERE code = 'UK' OR name LIKE 'Bench %'"
        )
        self.centres = "'{" + ",".join(str(key) for key in cursor.fetchone()[0]) + "}'::bigint[]"
        self.facts = {
            "first": FIRST,
            "members": self.members,
            "products": "'{" + ",".join(map(str, products)) + "}'",
            "product_count": len(products),
        }

    def _sql(self, text: str, **more: Any) -> str:
        return text.format(**self.facts, **more)

    def fill(self, label: str, rows: int, /, **columns: str) -> None:
        """So many rows; a column that is not named gets what its field makes of nothing."""
        model = apps.get_model(label)
        given: dict[str, str] = {}
        for field in model._meta.concrete_fields:
            value = columns.pop(field.column, None) or usual(field)
            if value is not None:
                given[f'"{field.column}"'] = value
        if columns:
            raise LookupError(f"{label} has no {', '.join(columns)}")
        self._insert(model._meta.db_table, given, rows)

    def _insert(self, table: str, given: dict[str, str], rows: int) -> None:
        at = AT.format(rows=rows, seconds=max(94_608_000 // rows, 1))
        values = ", ".join(value.replace("{at}", at) for value in given.values())
        names = ", ".join(given)
        with connection.cursor() as cursor:
            again = without_indexes(cursor, table) if self.is_large and rows > MILLION else []
            for first in range(1, rows + 1, STEP):
                last = min(first + STEP - 1, rows)
                cursor.execute(
                    f'INSERT INTO "{table}" ({names}) SELECT {values} FROM generate_series({first}, {last}) n'
                )
            for statement in again:
                cursor.execute(statement)
        if self.is_large:
            print(f"  {monotonic() - self.begun:4.0f} s {table} {rows:,}", file=sys.stderr, flush=True)

    def _people(self) -> None:
        clerk = {"email": "'clerk@bench.example.org'", "name": "'Tom Clerk'", "is_staff": "true", "is_active": "true"}
        self.fill("members.user", 1, id=str(FIRST), password="'!'", language="'en'", **clerk)
        firsts, lasts = ("(ARRAY[" + ", ".join(f"'{name}'" for name in names) + "])" for names in (ACCENTED, SURNAMES))
        each = "(hashint8(n * 31) & 2147483647)"
        name = (
            f"{firsts}[1 + {each} % {len(ACCENTED)}] || ' ' || {lasts}[1 + {each} / 64 % {len(SURNAMES)}]"
            f" || '-' || {lasts}[1 + {each} / 4096 % {len(SURNAMES)}]"
        )
        own = f"{FIRST} + n"
        self.fill(
            "members.user",
            self.members,
            id=own,
            email="'n' || n || '@bench.example.org'",
            name=name,
            password="'!'",
            is_active="true",
            language="'en'",
        )
        self.fill(
            "members.member",
            self.members,
            id=own,
            user_id=own,
            number="lpad(n::text, 10, '0')",
            country=COUNTRY,
            time_zone="'Europe/London'",
        )
        self.fill(
            "account.emailaddress",
            self.members,
            user_id=own,
            email="'n' || n || '@bench.example.org'",
            verified="true",
            primary="true",
        )
        member = self._sql(MEMBER)
        self.fill("members.acceptance", self.members, member_id=own, version="'1'")
        self.fill("members.address", self.some(0.3), member_id=member, label="'Home'", country="'GB'")
        kinds = "(ARRAY['item_validated','level_up','case_step','security','drop_ahead'])[1 + n % 5]"
        self.fill(
            "members.message",
            self.some(3),
            user_id=member,
            kind=kinds,
            about="'bench ' || n",
            occasion="''",
            sent_at="CASE WHEN n % 1000 <> 0 THEN {at} END",
            parked_at="CASE WHEN n % 1000 = 0 THEN {at} END",
            address="''",
            last_error="''",
        )
        self.fill(
            "members.stafflook",
            self.some(0.5),
            member_id=member,
            by_id=str(FIRST),
            role="'Member care'",
            page="(ARRAY['member','kititem','case'])[1 + n % 3]",
        )
        self.fill("members.formerimport", 5, digest="md5(n::text)", file_name="'accounts-' || n || '.csv'")
        self.fill(
            "members.formeraccount",
            self.some(0.2),
            email="'old' || n || '@bench.example.org'",
            name=name,
            country="'GB'",
            photo_level="1",
            source_id="(SELECT min(id) FROM members_formerimport)",
        )
        self.fill("members.countrymove", self.some(0.05), member_id=member, from_country="'GB'", to_country="'DE'")
        self.fill(
            "members.emailchange",
            self.some(0.05),
            user_id=member,
            old="'was' || n || '@bench.example.org'",
            new="'is' || n || '@bench.example.org'",
            undo_until="{at} + interval '3 days'",
        )
        self.fill(
            "members.dataexport",
            self.some(0.02),
            user_id=f"{FIRST} + n",
            made_at="{at}",
            expires_at="{at} + interval '1 day'",
        )
        self.fill(
            "members.closing",
            self.some(0.02),
            member_id=f"{FIRST} + n",
            ends_at="{at} + interval '7 days'",
            done_at="{at} + interval '7 days'",
        )

    def _kit(self) -> None:
        item, product, owner, serial = (self._sql(text, item="n") for text in (ITEM_KEY, PRODUCT, OWNER, SERIAL))
        state = "CASE n % 100 WHEN 0 THEN 'removed' WHEN 1 THEN 'draft' ELSE 'validated' END"
        state = f"CASE WHEN n % 1000 = 7 THEN 'waiting' ELSE {state} END"
        self.fill(
            "kitbag.kititem",
            self.items,
            id=item,
            member_id=owner,
            product_id=product,
            serial=serial,
            serial_typed=serial,
            state=state,
            reasons="CASE WHEN n % 1000 = 7 THEN ARRAY['serial_shape'] ELSE '{}' END",
            purchased_on="'2015-03-02'",
            store="'Jacobs'",
            country_of_purchase="'GB'",
            validated_at="{at}",
            removed_at="CASE WHEN n % 100 = 0 THEN {at} END",
            removal_reason="CASE WHEN n % 100 = 0 THEN 'sold' ELSE '' END",
        )
        days = "({at} AT TIME ZONE 'UTC')::date"
        self.fill(
            "kitbag.spell",
            self.items,
            item_id=item,
            member_id=owner,
            product_id=product,
            opened_at="{at}",
            counted_from=days,
            closed_at="CASE WHEN n % 100 = 0 THEN {at} END",
            counted_until=f"CASE WHEN n % 100 = 0 THEN {days} END",
            cause="'registered'",
            closed_cause="CASE WHEN n % 100 = 0 THEN 'sold' ELSE '' END",
        )
        self.fill("kitbag.itemevent", self.items, item_id=item, kind="'added'")
        other = self._sql(ITEM_KEY, item="n * 20 + 1")
        proof = "md5('proof' || n)::uuid"
        self.fill(
            "kitbag.proof",
            self.some(0.2),
            id=proof,
            member_id=self._sql(OWNER, item="n * 20 + 1"),
            name="'receipt.pdf'",
            content_type="'application/pdf'",
            size="1000",
            digest="md5(n::text)",
        )
        self._insert("kitbag_proof_items", {"proof_id": proof, "kititem_id": other}, self.some(0.2))
        self.fill(
            "kitbag.proofopening",
            self.some(0.05),
            proof_id=proof,
            by_id=str(FIRST),
            role="'Validation'",
            purpose="'review'",
        )
        edits = self._sql(ITEM_KEY, item="n * 50 + 2")
        self.fill(
            "kitbag.proposededit",
            self.some(0.05),
            item_id=edits,
            product_id=self._sql(PRODUCT, item="n"),
            serial="'E' || n",
            serial_typed="'E' || n",
            state="CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'passed' END",
            decided_at="CASE WHEN n % 100 <> 0 THEN {at} END",
        )
        self.fill(
            "kitbag.claim",
            self.some(0.005),
            item_id=self._sql(ITEM_KEY, item="n * 100 + 3"),
            held_item_id=self._sql(ITEM_KEY, item="n * 100 + 4"),
            ground="'used'",
            proof_id=proof,
            state="CASE WHEN n % 10 = 0 THEN 'open' ELSE 'for_holder' END",
            decided_at="CASE WHEN n % 10 <> 0 THEN {at} END",
            answer="''",
        )
        self.fill(
            "kitbag.formernumber",
            self.some(0.02),
            item_id=self._sql(ITEM_KEY, item="n * 40 + 5"),
            product_id=self._sql(PRODUCT, item="n * 40 + 5"),
            serial="'F' || n",
        )
        self.fill(
            "kitbag.stolenunit",
            self.some(0.01),
            item_id=self._sql(ITEM_KEY, item="n * 100"),
            product_id=self._sql(PRODUCT, item="n * 100"),
            serial=self._sql(SERIAL, item="n * 100"),
        )
        member = self._sql(MEMBER)
        code = "upper(translate(substr(md5('list' || n), 1, 16), 'ilou', 'abcd'))"
        self.fill("kitbag.kitlist", self.some(0.05), member_id=member, code=code, rows="'[]'")
        self.fill("kitbag.kitimport", self.some(0.02), member_id=member, rows="'[]'", state="'written'")

    def _levels(self) -> None:
        own = f"{FIRST} + n"
        self.fill("kitbag.standing", self.members, member_id=own, points="500 + n % 2000", level="n % 4")
        self.fill(
            "kitbag.levelchange",
            self.some(2),
            member_id=f"{FIRST} + 1 + n % {self.members}",
            day=f"'2020-01-01'::date + (n / {self.members})::int",
            from_level="n % 3",
            to_level="n % 3 + 1",
            points="1200",
            causes="ARRAY['registered']",
        )
        self.fill(
            "kitbag.dropnotice",
            self.some(0.2),
            member_id=own,
            day="'2027-01-01'",
            points="100",
            costs_level="n % 10 = 0",
        )
        self.fill(
            "kitbag.hold",
            self.some(0.02),
            member_id=own,
            number="1",
            level="1 + n % 3",
            begins_on="current_date + 1",
            ends_on="current_date + 30",
            recorded_on="current_date",
            by_id=str(FIRST),
            reason="'Bench'",
        )

    def _cases(self) -> None:
        nth = f"n * {max(self.items // self.cases, 1)}"
        case, item, owner = self._sql(CASE_KEY, case="n"), self._sql(ITEM_KEY, item=nth), self._sql(OWNER, item=nth)
        product, serial = self._sql(PRODUCT, item=nth), self._sql(SERIAL, item=nth)
        centre = f"({self.centres})[1 + n % {CENTRES}]"
        visits = "n % 100 = 50"
        self.fill(
            "servicing.visitor",
            self.cases // 100 + 1,
            region="'Canon USA'",
            card_number="'US' || lpad(n::text, 6, '0')",
            name="'Grace Hopper ' || n",
        )
        visitor = "(SELECT min(id) FROM servicing_visitor) + n / 100"
        self.fill(
            "servicing.case",
            self.cases,
            id=case,
            number="'UK-26-' || lpad(n::text, 6, '0')",
            member_id=f"CASE WHEN NOT {visits} THEN {owner} END",
            item_id=f"CASE WHEN NOT {visits} THEN {item} END",
            visitor_id=f"CASE WHEN {visits} THEN {visitor} END",
            centre_id=centre,
            product_id=product,
            serial=serial,
            service="'repair'",
            send_by="'parcel'",
            return_name="'Layla Mansour'",
            return_country="'GB'",
            state="CASE WHEN n % 10 = 0 THEN 'in_repair' ELSE 'closed' END",
            outbound_tracking="CASE WHEN n % 10 <> 0 THEN 'JD' || lpad(n::text, 10, '0') ELSE '' END",
            inbound_tracking="CASE WHEN n % 3 = 0 THEN 'IN' || lpad(n::text, 10, '0') ELSE '' END",
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM servicing_stretch")
            before = cursor.fetchone()[0]
        left = "CASE WHEN n % 10 <> 0 THEN {at} + interval '9 days' END"
        self.fill(
            "servicing.stretch",
            self.cases,
            case_id=case,
            number="1",
            member_id=owner,
            centre_id=centre,
            lane="'standard'",
            received_at="{at}",
            terms="'{}'",
            calendar="'{}'",
            left_at=left,
            ended_at=left,
            in_time="n % 7 <> 0",
            due_at="{at} + interval '10 days'",
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id) FROM servicing_stretch WHERE id > %s", [before])
            stretch = f"{cursor.fetchone()[0]} - 1 + n"
        five = f"(1 + n % {self.cases})"
        self.fill(
            "servicing.caseevent",
            self.cases * 5,
            case_id=self._sql(CASE_KEY, case=five),
            stretch_id=stretch.replace("+ n", f"+ {five}"),
            kind="CASE WHEN n % 3 = 0 THEN 'step' ELSE 'tracking' END",
            state="CASE WHEN n % 3 = 0 THEN 'received' ELSE '' END",
            actor="'centre'",
            by_id=str(FIRST),
        )
        estimate = "md5('estimate' || n)::uuid"
        self.fill(
            "servicing.estimate",
            self.cases // 2,
            id=estimate,
            case_id=case,
            stretch_id=stretch,
            version="1",
            currency="'GBP'",
            expires_at="{at} + interval '30 days'",
            state="'accepted'",
            answered_at="{at}",
        )
        self.fill("servicing.estimateline", self.cases // 2, estimate_id=estimate, position="1", words="'Shutter unit'")
        self.fill("servicing.intake", self.cases, stretch_id=stretch, condition="'As described'", by_id=str(FIRST))
        self.fill(
            "servicing.casefile",
            self.cases // 2,
            case_id=case,
            name="'fault.jpg'",
            content_type="'image/jpeg'",
            size="1000",
            digest="md5(n::text)",
            purpose="'fault'",
        )
        self.fill(
            "servicing.slothold",
            self.cases // 2,
            member_id=owner,
            stretch_id=stretch,
            number="1 + n % 3",
            freed_at="{at}",
        )
        self.fill("servicing.loanunit", self.some(0.002), centre_id=centre, product_id=product, serial="'L' || n")
        units = "(SELECT min(id) FROM servicing_loanunit)"
        self.fill(
            "servicing.loan",
            self.some(0.02),
            unit_id=f"{units} + n % {self.some(0.002)}",
            case_id=case,
            member_id=owner,
            period="daterange('2000-01-01'::date + n::int * 2, '2000-01-02'::date + n::int * 2)",
            state="'back'",
            handed_over_at="{at}",
            returned_at="{at}",
        )
        self.fill(
            "servicing.loansuspension",
            self.some(0.005),
            member_id=owner,
            from_on="current_date",
            until_on="current_date + 30",
            reason="'Bench'",
        )
        self.fill(
            "servicing.centretask",
            self.some(0.02),
            centre_id=centre,
            case_id=case,
            occasion="'bench ' || n",
            done_at="CASE WHEN n % 50 <> 0 THEN {at} END",
        )
        self.fill(
            "servicing.casedraft",
            self.some(0.02),
            member_id=self._sql(OWNER, item="n"),
            item_id=self._sql(ITEM_KEY, item="n"),
        )

    def _benefits(self) -> None:
        own = f"{FIRST} + n"
        self.fill(
            "servicing.packcontents",
            2,
            valid_from="'2001-01-01'::date + n::int",
            gift="'Strap ' || n",
            words="'Strap'",
            letter="'Welcome'",
        )
        self.fill("servicing.packbatch", self.some(0.001), country="'GB'", by_id=str(FIRST))
        batches = "(SELECT min(id) FROM servicing_packbatch)"
        waits = "n % 100 = 0"
        self.fill(
            "servicing.welcomepack",
            self.some(0.3),
            member_id=own,
            level="1",
            name="'Layla Mansour'",
            lines="'1 Rye Lane'",
            country="'GB'",
            state=f"CASE WHEN {waits} THEN 'requested' ELSE 'sent' END",
            batch_id=f"CASE WHEN NOT {waits} THEN {batches} END",
            sent_at=f"CASE WHEN NOT {waits} THEN {{at}} END",
            tracking=f"CASE WHEN {waits} THEN '' ELSE 'PK' || lpad(n::text, 10, '0') END",
        )
        self.fill("servicing.cardrevocation", self.some(0.02), member_id=own, generation="1")
        self.fill(
            "servicing.offer",
            40,
            title="'Offer ' || n",
            summary="'x'",
            text="'x'",
            levels="'{1}'",
            begins_on="'2026-01-01'",
            ends_on="'2027-01-01'",
        )
        offer = "(SELECT id FROM servicing_offer LIMIT 1)"
        self.fill(
            "servicing.offercode",
            self.some(0.2),
            offer_id=offer,
            code="'CODE' || n",
            member_id=f"CASE WHEN n % 2 = 0 THEN {own} END",
            drawn_at="CASE WHEN n % 2 = 0 THEN {at} END",
        )
        self.fill(
            "servicing.event",
            40,
            title="'Event ' || n",
            summary="'x'",
            text="'x'",
            levels="'{1}'",
            language="'en'",
            online="true",
            time_zone="'UTC'",
            ends_at="{at} + interval '2 hours'",
            booking_ends_at="{at}",
            begins_at="{at}",
            join_link="'https://example.org/'",
        )
        event = "(SELECT id FROM servicing_event LIMIT 1)"
        self.fill("servicing.booking", self.some(0.1), event_id=event, member_id=own)
        self.fill(
            "servicing.eventvisitor",
            self.some(0.01),
            event_id=event,
            region="'Canon USA'",
            card_number="'UV' || n",
            name="'Grace ' || n",
            by_id=str(FIRST),
        )

    def _desk(self) -> None:
        thread, post = "md5('thread' || n)::uuid", "md5('post' || n)::uuid"
        self.fill(
            "members.thread",
            self.some(0.1),
            id=thread,
            user_id=f"{FIRST} + n",
            topic="'other'",
            state="CASE WHEN n % 200 = 0 THEN 'open' ELSE 'closed' END",
            language="'en'",
            email="''",
            name="''",
            serial="CASE WHEN n % 4 = 0 THEN 'T' || n ELSE '' END",
        )
        self.fill(
            "members.post", self.some(0.1), id=post, thread_id=thread, by_id=f"{FIRST} + n", words="'Where is it?'"
        )
        self.fill(
            "members.postfile",
            self.some(0.02),
            post_id=post,
            name="'photo.jpg'",
            content_type="'image/jpeg'",
            size="1000",
            digest="md5(n::text)",
        )
        kind = "(SELECT id FROM django_content_type WHERE app_label = 'kitbag' AND model = 'kititem')"
        self.fill(
            "admin.logentry",
            self.some(0.5),
            user_id=str(FIRST),
            content_type_id=kind,
            object_id=self._sql(ITEM_KEY, item="n") + "::text",
            object_repr="'EOS R5 ' || n",
            action_flag="2",
            change_message="'Accepted'",
        )


def usual(field: models.Field) -> str | None:
    """What a column holds that a world says nothing of; None leaves it to the database."""
    if isinstance(field, models.AutoField):
        return None
    if field.null:
        return "NULL"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.ForeignKey):
        raise LookupError(f"{field} has to be given")
    if field.choices and not field.blank:
        return f"'{field.choices[0][0]}'"
    return _of_type(field)


def _of_type(field: models.Field) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (models.DateTimeField, "{at}"),
        (models.DateField, "({at})::date"),
        (models.BooleanField, "false"),
        (models.DecimalField, "1"),
        (models.IntegerField, "1"),
        (models.JSONField, "'[]'" if field.default is list else "'{}'"),
        (models.CharField, "''" if field.blank else "'x'"),
        (models.TextField, "''" if field.blank else "'x'"),
        (models.FileField, "''"),
    )
    return next((value for kind, value in kinds if isinstance(field, kind)), "'{}'")


class StaffWorld:
    """The database of so many members, made by the first who asks; its migrations are taken with each run."""

    def __init__(self, members: int = MEMBERS) -> None:
        self.members = members
        self.name = f"bench_staff_{members}"
        server = psycopg2.connect(self._url("postgres"))
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if cursor.fetchone() is None:
                cursor.execute(f"DROP DATABASE IF EXISTS {self.name}_new WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {self.name}_new")
                print(f"{self.name}: making {members:,} members, kept for the next run", file=sys.stderr, flush=True)
                with self._entered(f"{self.name}_new"):
                    prepare()
                    with connection.cursor() as own:
                        own.execute(
                            "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'"
                        )
                    Filling(members).everything()
                cursor.execute(f"ALTER DATABASE {self.name}_new RENAME TO {self.name}")
        server.close()

    def _url(self, name: str) -> str:
        given = {**settings.DATABASES["default"], "NAME": name}
        return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**given)

    @contextmanager
    def _entered(self, name: str) -> Iterator[None]:
        outside = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = outside

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The portal's own code runs in this world."""
        with self._entered(self.name):
            prepare()
            yield


def prepare() -> None:
    """Tables, cache and catalogue of the database that is entered."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_catalogue", stdout=sys.stderr)
