"""Contact: one form for members and for people without an account; the answer comes in a thread (programme §9).

What a person without an account is told is the same whoever's address they write: nothing is mailed, and no link is
shown. The link to the conversation goes only with our answer, to the address itself.
"""

from uuid import UUID

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cps_portal.pages.keys import read_key
from cps_portal.pages.threads.files import Ready, shown_notes
from cps_portal.pages.threads.forms import ContactForm, GuestContactForm
from cps_portal.pages.threads.sending import may_send, sent
from kitbag.models import KitItem
from members.access import member_of
from members.models import Post, User
from members.models.threads import Topic
from members.threads import Question, open_thread


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Ask something; `?topic=serial&item=…` chooses what it is about, with model and number of an item of theirs."""
    user = request.user if isinstance(request.user, User) else None
    kind = ContactForm if user else GuestContactForm
    kept: list[Ready] = []
    if request.method == "POST":
        if not may_send(request):
            return ratelimit.respond_429(request)
        form = kind(request.POST, request.FILES)
        post, kept = sent(request, form, lambda post_id: _asked(form, post_id, user))
        if post is not None:
            return HttpResponseRedirect(
                reverse("thread", args=[post.thread_id]) + "#last" if user else reverse("contact-sent")
            )
    else:
        form = kind(initial=_begins_with(request))
    return TemplateResponse(
        request,
        "threads/contact.html",
        {
            "form": form,
            "kept": shown_notes(kept),
            "address": settings.CONTACT_ADDRESS,
            "threads_href": reverse("threads") if user else "",
            "login_href": "" if user else f"{reverse('account_login')}?next={request.get_full_path()}",
        },
    )


def _begins_with(request: HttpRequest) -> dict[str, str]:
    """The topic of the address, and of a member's own item what it is; anything else begins empty."""
    topic, key, member = request.GET.get("topic", ""), read_key(request.GET.get("item", "")), member_of(request.user)
    initial = {"topic": topic if topic in Topic.values else ""}
    item = KitItem.objects.owned_by(member).select_related("product").filter(pk=key).first() if key and member else None
    return initial | {"product": item.product.name, "serial": item.serial_typed} if item else initial


def _asked(form: ContactForm, post_id: UUID, user: User | None) -> Post:
    data = form.cleaned_data
    question = Question(
        topic=data["topic"],
        words=data["words"],
        language=(user.language if user else get_language()) or "en",
        name=data.get("name", ""),
        email=data.get("email", ""),
        product=data["product"],
        serial=data["serial"],
    )
    thread = open_thread(question, user=user, thread_id=data["thread"], post_id=post_id, at=timezone.now())
    return thread.posts.get(pk=post_id)


@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    """It is sent; the same words for everybody."""
    return TemplateResponse(request, "threads/contact_sent.html", {})
