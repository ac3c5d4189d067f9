"""Papers as rows of a page: what each is, where it is used, and who opened it; with its query, in one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from kitbag.models import KitItem, Proof, ProofOpening
from members.rules.days import programme_day
from members.wording.words import role_words


def _openings() -> QuerySet[Any, Any]:
    rows = ProofOpening.objects.filter(proof=OuterRef("pk")).order_by("-at")
    return rows.values(row=JSONObject(at="at", role="role", purpose="purpose"))


def _items() -> QuerySet[Any, Any]:
    rows = KitItem.objects.filter(proofs=OuterRef("pk")).order_by("product__name", "pk")
    return rows.values(row=JSONObject(id="pk", name="product__name"))


def papers(found: QuerySet[Proof], *, with_items: bool = False) -> QuerySet[Proof, Any]:
    """The same papers, each as one JSON `row`: what `rows_of` reads."""
    more = {"items": ArraySubquery(_items())} if with_items else {}
    columns = {name: F(name) for name in ("id", "name", "kind", "size", "uploaded_at")}
    return found.values(row=JSONObject(**columns, openings=ArraySubquery(_openings()), **more))


def papers_of_item() -> ArraySubquery:
    """For an annotation of kit items: their papers, the newest first."""
    kept = Proof.objects.kept().filter(items=OuterRef("pk")).order_by("-uploaded_at", "-pk")
    return ArraySubquery(papers(kept))


def rows_of(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `papers` in words."""
    return [
        {
            "id": paper["id"],
            "name": paper["name"],
            "kind": Proof.Kind(paper["kind"]).label,
            "on": _day(paper["uploaded_at"]),
            "size": filesizeformat(paper["size"]),
            "href": reverse("kitbag-proof", args=[paper["id"]]),
            "items": [
                {"name": item["name"], "href": reverse("kitbag-item", args=[item["id"]])}
                for item in paper.get("items", ())
            ],
            "openings": [
                {
                    "on": _day(opening["at"]),
                    "role": role_words(opening["role"]),
                    "purpose": purpose_words(opening["purpose"]),
                }
                for opening in paper["openings"]
            ],
        }
        for paper in found
    ]


def _day(moment: str) -> Any:
    return programme_day(datetime.fromisoformat(moment))


def purpose_words(purpose: str) -> str:
    """What staff opened a paper for."""
    return _("to decide a claim") if purpose.startswith("claim") else _("to check the product")
