"""Cases, loans, benefits and what the desk keeps, as the large world of the staff pages has them."""

from django.db import connection

from benchmarks.staff_filling import CASE_KEY, CENTRES, FIRST, ITEM_KEY, OWNER, PRODUCT, SERIAL, Filling


def cases(filling: Filling) -> None:
    nth = f"n * {max(filling.items // filling.cases, 1)}"
    case, item, owner = filling.sql(CASE_KEY, case="n"), filling.sql(ITEM_KEY, item=nth), filling.sql(OWNER, item=nth)
    product, serial = filling.sql(PRODUCT, item=nth), filling.sql(SERIAL, item=nth)
    centre = f"({filling.centres})[1 + n % {CENTRES}]"
    visits = "n % 100 = 50"
    filling.fill(
        "servicing.visitor",
        filling.cases // 100 + 1,
        region="'Canon USA'",
        card_number="'US' || lpad(n::text, 6, '0')",
        name="'Grace Hopper ' || n",
    )
    visitor = "(SELECT min(id) FROM servicing_visitor) + n / 100"
    filling.fill(
        "servicing.case",
        filling.cases,
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
    filling.fill(
        "servicing.stretch",
        filling.cases,
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
    five = f"(1 + n % {filling.cases})"
    filling.fill(
        "servicing.caseevent",
        filling.cases * 5,
        case_id=filling.sql(CASE_KEY, case=five),
        stretch_id=stretch.replace("+ n", f"+ {five}"),
        kind="CASE WHEN n % 3 = 0 THEN 'step' ELSE 'tracking' END",
        state="CASE WHEN n % 3 = 0 THEN 'received' ELSE '' END",
        actor="'centre'",
        by_id=str(FIRST),
    )
    estimate = "md5('estimate' || n)::uuid"
    filling.fill(
        "servicing.estimate",
        filling.cases // 2,
        id=estimate,
        case_id=case,
        stretch_id=stretch,
        version="1",
        currency="'GBP'",
        expires_at="{at} + interval '30 days'",
        state="'accepted'",
        answered_at="{at}",
    )
    filling.fill(
        "servicing.estimateline", filling.cases // 2, estimate_id=estimate, position="1", words="'Shutter unit'"
    )
    filling.fill("servicing.intake", filling.cases, stretch_id=stretch, condition="'As described'", by_id=str(FIRST))
    filling.fill(
        "servicing.casefile",
        filling.cases // 2,
        case_id=case,
        name="'fault.jpg'",
        content_type="'image/jpeg'",
        size="1000",
        digest="md5(n::text)",
        purpose="'fault'",
    )
    filling.fill(
        "servicing.slothold",
        filling.cases // 2,
        member_id=owner,
        stretch_id=stretch,
        number="1 + n % 3",
        freed_at="{at}",
    )
    filling.fill("servicing.loanunit", filling.some(0.002), centre_id=centre, product_id=product, serial="'L' || n")
    units = "(SELECT min(id) FROM servicing_loanunit)"
    filling.fill(
        "servicing.loan",
        filling.some(0.02),
        unit_id=f"{units} + n % {filling.some(0.002)}",
        case_id=case,
        member_id=owner,
        period="daterange('2000-01-01'::date + n::int * 2, '2000-01-02'::date + n::int * 2)",
        state="'back'",
        handed_over_at="{at}",
        returned_at="{at}",
    )
    filling.fill(
        "servicing.loansuspension",
        filling.some(0.005),
        member_id=owner,
        from_on="current_date",
        until_on="current_date + 30",
        reason="'Bench'",
    )
    filling.fill(
        "servicing.centretask",
        filling.some(0.02),
        centre_id=centre,
        case_id=case,
        occasion="'bench ' || n",
        done_at="CASE WHEN n % 50 <> 0 THEN {at} END",
    )
    filling.fill(
        "servicing.casedraft",
        filling.some(0.02),
        member_id=filling.sql(OWNER, item="n"),
        item_id=filling.sql(ITEM_KEY, item="n"),
    )


def benefits(filling: Filling) -> None:
    own = f"{FIRST} + n"
    filling.fill(
        "servicing.packcontents",
        2,
        valid_from="'2001-01-01'::date + n::int",
        gift="'Strap ' || n",
        words="'Strap'",
        letter="'Welcome'",
    )
    filling.fill("servicing.packbatch", filling.some(0.001), country="'GB'", by_id=str(FIRST))
    batches = "(SELECT min(id) FROM servicing_packbatch)"
    waits = "n % 100 = 0"
    filling.fill(
        "servicing.welcomepack",
        filling.some(0.3),
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
    filling.fill("servicing.cardrevocation", filling.some(0.02), member_id=own, generation="1")
    filling.fill(
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
    filling.fill(
        "servicing.offercode",
        filling.some(0.2),
        offer_id=offer,
        code="'CODE' || n",
        member_id=f"CASE WHEN n % 2 = 0 THEN {own} END",
        drawn_at="CASE WHEN n % 2 = 0 THEN {at} END",
    )
    filling.fill(
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
    filling.fill("servicing.booking", filling.some(0.1), event_id=event, member_id=own)
    filling.fill(
        "servicing.eventvisitor",
        filling.some(0.01),
        event_id=event,
        region="'Canon USA'",
        card_number="'UV' || n",
        name="'Grace ' || n",
        by_id=str(FIRST),
    )


def desk(filling: Filling) -> None:
    thread, post = "md5('thread' || n)::uuid", "md5('post' || n)::uuid"
    filling.fill(
        "members.thread",
        filling.some(0.1),
        id=thread,
        user_id=f"{FIRST} + n",
        topic="'other'",
        state="CASE WHEN n % 200 = 0 THEN 'open' ELSE 'closed' END",
        language="'en'",
        email="''",
        name="''",
        serial="CASE WHEN n % 4 = 0 THEN 'T' || n ELSE '' END",
    )
    filling.fill(
        "members.post", filling.some(0.1), id=post, thread_id=thread, by_id=f"{FIRST} + n", words="'Where is it?'"
    )
    filling.fill(
        "members.postfile",
        filling.some(0.02),
        post_id=post,
        name="'photo.jpg'",
        content_type="'image/jpeg'",
        size="1000",
        digest="md5(n::text)",
    )
    kind = "(SELECT id FROM django_content_type WHERE app_label = 'kitbag' AND model = 'kititem')"
    filling.fill(
        "admin.logentry",
        filling.some(0.5),
        user_id=str(FIRST),
        content_type_id=kind,
        object_id=filling.sql(ITEM_KEY, item="n") + "::text",
        object_repr="'EOS R5 ' || n",
        action_flag="2",
        change_message="'Accepted'",
    )
