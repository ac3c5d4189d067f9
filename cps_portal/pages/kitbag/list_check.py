"""Checking a kitbag list: whoever got one sees whether the portal issued it, and what it must say (programme §3).

Whoever has the code has the paper: the page says of each row what a forger would change (product, end of the serial
number, day of purchase, value), and of the member only enough to tell another one: first letters and the end of the
member number. Full serial numbers, names, stores and proofs stay on the paper.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from allauth.core.internal import ratelimit
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cps_portal.pages.kitbag.lists import file_of
from cps_portal.pdf.kit_list import money
from kitbag import lists
from kitbag.models import KitList
from kitbag.rules.list_codes import grouped, read_code
from members.rules.days import programme_day

# 80 bits cannot be guessed at any rate; the limits keep the page's cost in bounds.
LIMITS = {"list_check": "30/m/ip", "list_file": "10/m/ip"}
# No list of ours is larger; a larger file is another one without reading it.
LARGEST_FILE = 5 * 1024 * 1024
TAIL = 4


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def list_check(request: HttpRequest, code: str = "") -> HttpResponse:
    """A form for the code, or what the list of a code says; a PDF may be compared with the one issued."""
    typed = (code or request.GET.get("code", ""))[:100]
    if not typed.strip():
        return TemplateResponse(request, "kitbag/list_check.html", {"typed": ""})
    if not ratelimit.consume(request, app="kitbag", action="list_check", config=LIMITS, limit_get=True):
        return ratelimit.respond_429(request)
    known = read_code(typed)
    issued = KitList.objects.filter(code=known).first() if known else None
    if issued is None:
        return TemplateResponse(
            request,
            "kitbag/list_check.html",
            {"typed": typed, "unknown": bool(known), "not_a_code": not known},
            status=404,
        )
    address = reverse("list-check", args=[grouped(issued.code)])
    if request.path != address:
        return HttpResponseRedirect(address)
    compared = ""
    file = request.FILES.get("file")
    if request.method == "POST" and isinstance(file, UploadedFile):
        if not ratelimit.consume(request, app="kitbag", action="list_file", config=LIMITS):
            return ratelimit.respond_429(request)
        compared = "same" if _is_as_issued(issued, file) else "differs"
    return TemplateResponse(
        request,
        "kitbag/list_check.html",
        {
            "typed": grouped(issued.code),
            "address": address,
            "on": programme_day(issued.issued_at),
            "initials": _initials(issued.rows["member"]["name"]),
            "number_tail": issued.rows["member"]["number"][-TAIL:],
            "items": _items(issued.rows["items"]),
            "has_values": any(item["value"] for item in issued.rows["items"]),
            "compared": compared or ("none" if request.method == "POST" else ""),
        },
    )


def _items(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is enough to compare with the paper, row by row."""
    return [
        {
            "product": item["product"],
            "tail": item["serial"][-TAIL:],
            "bought": date.fromisoformat(item["bought"]) if item["bought"] else None,
            "value": money(Decimal(item["value"]), item["currency"]) if item["value"] else "",
        }
        for item in items
    ]


def _initials(name: str) -> str:
    """The first letter of each part of a name: "L… M…"."""
    return " ".join(f"{part[0]}…" for part in name.split())


def _is_as_issued(issued: KitList, file: UploadedFile) -> bool:
    """Whether a file is, byte for byte, the one issued.

    A later release may write the same list in other bytes: what the portal writes today for the code counts too.
    """
    if not file.size or file.size > LARGEST_FILE:
        return False
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    found = digest.hexdigest()
    return found == issued.digest or found == lists.digest_of(file_of(issued))
