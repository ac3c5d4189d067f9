"""Who sees which case and its files: members their own, centre staff their centre's, others by permission (§10)."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from members.country_teams import seen_by, works_at_a_centre
from members.models import User
from servicing.models import CaseFile, CentreClerk

# No centre has this key: what centre staff see who work at none.
NOWHERE = 0
_SEEN = "_centre_seen"


def centre_seen_by(user: User) -> int | None:
    """The key of the one centre whose rows a member of staff sees; None for every centre's.

    Whoever has the role Centre staff is held to it, also with another role beside.
    """
    if not works_at_a_centre(user):
        return None
    return CentreClerk.objects.filter(user=user).values_list("centre", flat=True).first() or NOWHERE


def centre_seen(request: HttpRequest) -> int | None:
    """The key of the one centre whose rows whoever asks may see, looked up once a request; None for every centre's."""
    assert isinstance(request.user, User)
    if not hasattr(request, _SEEN):
        setattr(request, _SEEN, centre_seen_by(request.user))
    seen: int | None = getattr(request, _SEEN)
    return seen


def own_files(member_id: int) -> QuerySet[CaseFile]:
    """Files of a member's cases and drafts; not those of what the centre wrote for itself."""
    own = Q(case__member=member_id) | Q(case=None, draft__member=member_id)
    return CaseFile.objects.filter(own).exclude(event__internal=True)


def files_for_staff(user: User) -> QuerySet[CaseFile]:
    """Files of the cases that a member of staff may look into; none without the permission."""
    if not (user.is_active and user.is_staff and user.has_perm("servicing.view_case")):
        return CaseFile.objects.none()
    centre = centre_seen_by(user)
    files = CaseFile.objects.filter(case__isnull=False)
    return seen_by(files, user) if centre is None else files.filter(case__centre=centre)
