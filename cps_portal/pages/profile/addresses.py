"""Addresses for packs and returns: add, change, remove, and which one forms begin with (programme §9)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_countries import countries

from cps_portal.pages.address_form import AddressFields
from cps_portal.pages.privacy.export import crumbs
from cps_portal.pages.servicing.questions import LineField
from members import addresses
from members.access import MemberRequest, member_required
from members.models import Address
from servicing.rules.address import address_lines


class AddressForm(AddressFields):
    """An address and what its member calls it."""

    field_order = ("label", "name", "street", "postcode", "town", "country", "phone")

    label = LineField(
        label=gettext_lazy("What you call it"),
        max_length=40,
        help_text=gettext_lazy("Home or studio, for example."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say what you call it.")},
    )


@require_safe
@member_required
def account_addresses(request: MemberRequest) -> HttpResponse:
    """Those that are kept, the first one first."""
    kept = Address.objects.filter(member=request.member)
    rows = [_row(address) for address in kept]
    return TemplateResponse(
        request,
        "profile/account_addresses.html",
        {"crumbs": crumbs(_("Addresses")), "rows": rows, "may_add": len(rows) < addresses.MOST, "most": addresses.MOST},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def account_address_new(request: MemberRequest) -> HttpResponse:
    """One more; the form begins with what the account says."""
    member = request.member
    initial = {"name": request.member.user.name, "country": str(member.country), "phone": member.phone}
    form = AddressForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            addresses.add(member.pk, form.cleaned_data)
        except addresses.AddressError:
            form.add_error(None, _full())
        else:
            return _saved(request)
    return _form_page(request, form, title=_("Add an address"))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def account_address(request: MemberRequest, address_id: int) -> HttpResponse:
    """Change one; 404 for another member's."""
    address = get_object_or_404(Address, pk=address_id, member=request.member)
    initial = {name: getattr(address, name) for name in addresses.FIELDS} | {"country": str(address.country)}
    form = AddressForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        addresses.change(address.pk, member_id=request.member.pk, said=form.cleaned_data)
        return _saved(request)
    return _form_page(request, form, title=address.label, address_id=address.pk)


@require_POST
@member_required
def account_address_first(request: MemberRequest, address_id: int) -> HttpResponse:
    """Forms begin with this one from now on."""
    address = get_object_or_404(Address, pk=address_id, member=request.member)
    addresses.put_first(address.pk, member_id=request.member.pk)
    return _saved(request)


@require_POST
@member_required
def account_address_remove(request: MemberRequest, address_id: int) -> HttpResponse:
    """Forget one. What was sent to it before keeps where it went."""
    address = get_object_or_404(Address, pk=address_id, member=request.member)
    addresses.remove(address.pk, member_id=request.member.pk)
    messages.success(request, _("Removed: %(label)s.") % {"label": address.label})
    return HttpResponseRedirect(reverse("account-addresses"))


def _full() -> str:
    return _("You keep %(most)s addresses already. Remove one first.") % {"most": addresses.MOST}


def _saved(request: MemberRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("account-addresses"))


def _form_page(request: MemberRequest, form: AddressForm, *, title: str, address_id: int | None = None) -> HttpResponse:
    account, here = crumbs(title)
    return TemplateResponse(
        request,
        "profile/account_address.html",
        {
            "crumbs": [account, {"href": reverse("account-addresses"), "label": _("Addresses")}, here],
            "title": title,
            "form": form,
            "remove_href": reverse("account-address-remove", args=[address_id]) if address_id else "",
        },
    )


def _row(address: Address) -> dict[str, Any]:
    country = str(address.country)
    lines = address_lines(address.street, address.postcode, address.town, country)
    return {
        "label": address.label,
        "lines": [address.name, *lines, str(countries.name(country))],
        "phone": address.phone,
        "is_first": address.is_first,
        "href": reverse("account-address", args=[address.pk]),
        "first_href": reverse("account-address-first", args=[address.pk]),
        "remove_href": reverse("account-address-remove", args=[address.pk]),
    }
