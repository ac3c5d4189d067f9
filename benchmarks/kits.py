"""Members with kitbags of a size, made once and kept for the next run; and one who visits the portal."""

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.utils import timezone

from kitbag import standing, valuing
from kitbag.models import KitItem, Product, Spell, Stage, Standing, Valuation
from members.models import Member, User
from members.rules.days import programme_day
from members.rules.numbers import member_number

BACKEND = "cps_portal.signed_in.PortalBackend"
TOKEN = "benchmark" * 3 + "token"


def member_of(size: int, *, name: str = "kit") -> Member:
    """A member with `size` items of different products: four that count for each draft, one with a fall ahead."""
    email = f"{name}-{size}@bench.example.org"
    member = Member.objects.filter(user__email=email).first() or _make(email, size)
    day = programme_day(timezone.now())
    stands = standing.derive(member.pk, day)
    Standing.objects.filter(member=member).update(points=stands.points, level=stands.level, as_of=day)
    return member


@transaction.atomic
def _make(email: str, size: int) -> Member:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('member_number_seq')")
        number = member_number(cursor.fetchone()[0])
    member = Member.objects.create(
        user=User.objects.create_user(email, name="Layla Mansour"),
        number=number,
        country="GB",
        time_zone="Europe/London",
        adult_confirmed_at=now,
        joined_at=now,
    )
    standing.begin(member, day=programme_day(now))
    products = list(Product.objects.filter(points_full__gt=0, serial_need="required").order_by("sku")[:size])
    items = [
        KitItem(
            member=member,
            product=product,
            serial_typed=f"{member.pk:04}{place:08}",
            serial=f"{member.pk:04}{place:08}",
            country_of_purchase="GB",
            purchased_on=date(2024, 3, 2),
            store="" if place % 5 == 4 else "Jacobs",
            state=KitItem.State.DRAFT if place % 5 == 4 else KitItem.State.VALIDATED,
            added_at=now - timedelta(minutes=place),
            validated_at=None if place % 5 == 4 else now,
        )
        for place, product in enumerate(products)
    ]
    KitItem.objects.bulk_create(items)
    Spell.objects.bulk_create(
        Spell(
            member=member,
            product_id=item.product_id,
            item=item,
            counted_from=programme_day(now),
            opened_at=now,
            cause=Spell.Cause.REGISTERED,
        )
        for item in items
        if item.state == KitItem.State.VALIDATED
    )
    return member


def plan_falls() -> None:
    """Some falls ahead, so that the pages have something to foretell."""
    now = timezone.now()
    day = programme_day(now)
    if Valuation.objects.filter(effective_on__gt=day).exists():
        return
    for product in Product.objects.filter(points_full__gt=10, serial_need="required").order_by("sku")[:40:10]:
        marks = valuing.marks_of(product.pk)
        stage = Stage.UNSERVICEABLE if Stage.SUPERSEDED in marks else Stage.SUPERSEDED
        if stage not in marks:
            valuing.replan(product.pk, mark=(stage, day + timedelta(days=200)), reason="Bench", by=None, at=now)


class Visitor:
    """A signed-in user who asks the portal's whole stack, as the server would hand it over.

    `known` is what the session holds beside.
    """

    def __init__(self, user: User, known: Mapping[str, Any] | None = None) -> None:
        session = SessionStore()
        session.update(known or {})
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        self.session_key = session.session_key
        self.cookie = f"sessionid={session.session_key}; csrftoken={TOKEN}"
        self.handler = WSGIHandler()

    def get(self, path: str, expected: str = "200 OK") -> bytes:
        """The page's body. Raises RuntimeError for another answer than the expected one."""
        return self._ask("GET", path, b"", expected)

    def post(self, path: str, data: dict[str, str]) -> None:
        """A form sent in. Raises RuntimeError unless it answers with a redirect."""
        self._ask("POST", path, self.form(data), "302 Found")

    def form(self, data: dict[str, str]) -> bytes:
        """The body of a form as a browser sends it."""
        return urlencode(data | {"csrfmiddlewaretoken": TOKEN}).encode()

    def _ask(self, method: str, path: str, body: bytes, expected: str) -> bytes:
        page, _mark, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": page,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_COOKIE": self.cookie,
            "HTTP_USER_AGENT": "bench",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
        }
        statuses: list[str] = []
        response = self.handler(environ, lambda status, headers: statuses.append(status))
        content = b"".join(response)
        response.close()
        if statuses != [expected]:
            raise RuntimeError(f"{method} {path}: {statuses}")
        return content
