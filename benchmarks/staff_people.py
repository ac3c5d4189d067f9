"""People, their kit and their levels, as the large world of the staff pages has them."""

from benchmarks.staff_filling import (
    ACCENTED,
    COUNTRY,
    FIRST,
    ITEM_KEY,
    MEMBER,
    OWNER,
    PRODUCT,
    SERIAL,
    SURNAMES,
    Filling,
)


def people(filling: Filling) -> None:
    clerk = {"email": "'clerk@bench.example.org'", "name": "'Tom Clerk'", "is_staff": "true", "is_active": "true"}
    filling.fill("members.user", 1, id=str(FIRST), password="'!'", language="'en'", **clerk)
    firsts, lasts = ("(ARRAY[" + ", ".join(f"'{name}'" for name in names) + "])" for names in (ACCENTED, SURNAMES))
    each = "(hashint8(n * 31) & 2147483647)"
    name = (
        f"{firsts}[1 + {each} % {len(ACCENTED)}] || ' ' || {lasts}[1 + {each} / 64 % {len(SURNAMES)}]"
        f" || '-' || {lasts}[1 + {each} / 4096 % {len(SURNAMES)}]"
    )
    own = f"{FIRST} + n"
    filling.fill(
        "members.user",
        filling.members,
        id=own,
        email="'n' || n || '@bench.example.org'",
        name=name,
        password="'!'",
        is_active="true",
        language="'en'",
    )
    filling.fill(
        "members.member",
        filling.members,
        id=own,
        user_id=own,
        number="lpad(n::text, 10, '0')",
        country=COUNTRY,
        time_zone="'Europe/London'",
    )
    filling.fill(
        "account.emailaddress",
        filling.members,
        user_id=own,
        email="'n' || n || '@bench.example.org'",
        verified="true",
        primary="true",
    )
    member = filling.sql(MEMBER)
    filling.fill("members.acceptance", filling.members, member_id=own, version="'1'")
    filling.fill("members.address", filling.some(0.3), member_id=member, label="'Home'", country="'GB'")
    kinds = "(ARRAY['item_validated','level_up','case_step','security','drop_ahead'])[1 + n % 5]"
    filling.fill(
        "members.message",
        filling.some(3),
        user_id=member,
        kind=kinds,
        about="'bench ' || n",
        occasion="''",
        sent_at="CASE WHEN n % 1000 <> 0 THEN {at} END",
        parked_at="CASE WHEN n % 1000 = 0 THEN {at} END",
        address="''",
        last_error="''",
    )
    filling.fill(
        "members.stafflook",
        filling.some(0.5),
        member_id=member,
        by_id=str(FIRST),
        role="'Member care'",
        page="(ARRAY['member','kititem','case'])[1 + n % 3]",
    )
    filling.fill("members.formerimport", 5, digest="md5(n::text)", file_name="'accounts-' || n || '.csv'")
    filling.fill(
        "members.formeraccount",
        filling.some(0.2),
        email="'old' || n || '@bench.example.org'",
        name=name,
        country="'GB'",
        photo_level="1",
        source_id="(SELECT min(id) FROM members_formerimport)",
    )
    filling.fill("members.countrymove", filling.some(0.05), member_id=member, from_country="'GB'", to_country="'DE'")
    filling.fill(
        "members.emailchange",
        filling.some(0.05),
        user_id=member,
        old="'was' || n || '@bench.example.org'",
        new="'is' || n || '@bench.example.org'",
        undo_until="{at} + interval '3 days'",
    )
    filling.fill(
        "members.dataexport",
        filling.some(0.02),
        user_id=f"{FIRST} + n",
        made_at="{at}",
        expires_at="{at} + interval '1 day'",
    )
    filling.fill(
        "members.closing",
        filling.some(0.02),
        member_id=f"{FIRST} + n",
        ends_at="{at} + interval '7 days'",
        done_at="{at} + interval '7 days'",
    )


def kit(filling: Filling) -> None:
    item, product, owner, serial = (filling.sql(text, item="n") for text in (ITEM_KEY, PRODUCT, OWNER, SERIAL))
    state = "CASE n % 100 WHEN 0 THEN 'removed' WHEN 1 THEN 'draft' ELSE 'validated' END"
    state = f"CASE WHEN n % 1000 = 7 THEN 'waiting' ELSE {state} END"
    filling.fill(
        "kitbag.kititem",
        filling.items,
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
    filling.fill(
        "kitbag.spell",
        filling.items,
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
    filling.fill("kitbag.itemevent", filling.items, item_id=item, kind="'added'")
    other = filling.sql(ITEM_KEY, item="n * 20 + 1")
    proof = "md5('proof' || n)::uuid"
    filling.fill(
        "kitbag.proof",
        filling.some(0.2),
        id=proof,
        member_id=filling.sql(OWNER, item="n * 20 + 1"),
        name="'receipt.pdf'",
        content_type="'application/pdf'",
        size="1000",
        digest="md5(n::text)",
    )
    filling.insert("kitbag_proof_items", {"proof_id": proof, "kititem_id": other}, filling.some(0.2))
    filling.fill(
        "kitbag.proofopening",
        filling.some(0.05),
        proof_id=proof,
        by_id=str(FIRST),
        role="'Validation'",
        purpose="'review'",
    )
    edits = filling.sql(ITEM_KEY, item="n * 50 + 2")
    filling.fill(
        "kitbag.proposededit",
        filling.some(0.05),
        item_id=edits,
        product_id=filling.sql(PRODUCT, item="n"),
        serial="'E' || n",
        serial_typed="'E' || n",
        state="CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'passed' END",
        decided_at="CASE WHEN n % 100 <> 0 THEN {at} END",
    )
    filling.fill(
        "kitbag.claim",
        filling.some(0.005),
        item_id=filling.sql(ITEM_KEY, item="n * 100 + 3"),
        held_item_id=filling.sql(ITEM_KEY, item="n * 100 + 4"),
        ground="'used'",
        proof_id=proof,
        state="CASE WHEN n % 10 = 0 THEN 'open' ELSE 'for_holder' END",
        decided_at="CASE WHEN n % 10 <> 0 THEN {at} END",
        answer="''",
    )
    filling.fill(
        "kitbag.formernumber",
        filling.some(0.02),
        item_id=filling.sql(ITEM_KEY, item="n * 40 + 5"),
        product_id=filling.sql(PRODUCT, item="n * 40 + 5"),
        serial="'F' || n",
    )
    filling.fill(
        "kitbag.stolenunit",
        filling.some(0.01),
        item_id=filling.sql(ITEM_KEY, item="n * 100"),
        product_id=filling.sql(PRODUCT, item="n * 100"),
        serial=filling.sql(SERIAL, item="n * 100"),
    )
    member = filling.sql(MEMBER)
    code = "upper(translate(substr(md5('list' || n), 1, 16), 'ilou', 'abcd'))"
    filling.fill("kitbag.kitlist", filling.some(0.05), member_id=member, code=code, rows="'[]'")
    filling.fill("kitbag.kitimport", filling.some(0.02), member_id=member, rows="'[]'", state="'written'")


def levels(filling: Filling) -> None:
    own = f"{FIRST} + n"
    filling.fill("kitbag.standing", filling.members, member_id=own, points="500 + n % 2000", level="n % 4")
    filling.fill(
        "kitbag.levelchange",
        filling.some(2),
        member_id=f"{FIRST} + 1 + n % {filling.members}",
        day=f"'2020-01-01'::date + (n / {filling.members})::int",
        from_level="n % 3",
        to_level="n % 3 + 1",
        points="1200",
        causes="ARRAY['registered']",
    )
    filling.fill(
        "kitbag.dropnotice",
        filling.some(0.2),
        member_id=own,
        day="'2027-01-01'",
        points="100",
        costs_level="n % 10 = 0",
    )
    filling.fill(
        "kitbag.hold",
        filling.some(0.02),
        member_id=own,
        number="1",
        level="1 + n % 3",
        begins_on="current_date + 1",
        ends_on="current_date + 30",
        recorded_on="current_date",
        by_id=str(FIRST),
        reason="'Bench'",
    )
