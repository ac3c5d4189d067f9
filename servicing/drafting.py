"""A request that is begun, left half-way and gone on with on any device (programme §6): one draft for an item."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kitbag import standing
from kitbag.models import KitItem
from servicing.casework import CaseError
from servicing.files import remove_from_draft
from servicing.models import CaseDraft


@transaction.atomic
def keep_answers(item_id: UUID, *, member_id: int, answers: Mapping[str, Any], at: datetime) -> CaseDraft:
    """Write answers down in the draft of an item, beginning it with the first; what others said stays.

    Raises CaseError: "removed", "in_case"; KitItem.DoesNotExist for another's item.
    """
    standing.lock(member_id)
    item = KitItem.objects.get(pk=item_id, member=member_id)
    if item.state == KitItem.State.REMOVED:
        raise CaseError("removed")
    if item.in_case_since:
        raise CaseError("in_case")
    draft, _is_new = CaseDraft.objects.get_or_create(
        member_id=member_id, item=item, defaults={"begun_at": at, "changed_at": at}
    )
    draft.entered = {**draft.entered, **answers}
    draft.changed_at = max(draft.changed_at, at)
    draft.save(update_fields=["entered", "changed_at"])
    return draft


@transaction.atomic
def drop_draft(item_id: UUID, *, member_id: int) -> None:
    """Forget a request that was begun, and its photos; one that is not there is forgotten already."""
    standing.lock(member_id)
    draft = CaseDraft.objects.filter(item=item_id, member=member_id).first()
    if draft is not None:
        for file in draft.files.all():
            remove_from_draft(file)
        draft.delete()
