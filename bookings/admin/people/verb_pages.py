"""The pages behind a person's buttons: each asks on GET, saying what happens, and does it on POST."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import lifecycle
from bookings.admin.form_page import form_page, posted_data
from bookings.admin.people.figures import bookings_of
from bookings.admin.people.search import first
from bookings.lifecycle import Actor
from bookings.models import Block, Person, PersonProposal, Site
from bookings.personal_data import erase_person, exported_person
from bookings.staff_limits import limited
from bookings.times import brief_day_and_clock

MOST_OFFERED = 10


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied without that permission."""
    if not request.user.has_perm(f"bookings.{permission}"):
        raise PermissionDenied


def permitted(request: HttpRequest, pk: int, permission: str) -> Person:
    """The person; raises PermissionDenied without the permission, and Http404 for nobody."""
    require(request, permission)
    return get_object_or_404(limited(Person.objects.all(), request.user), pk=pk)


def _to(person: Person) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:bookings_person_change", args=[person.pk]))


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return " · ".join(filter(None, (person.name, person.phone, person.email)))


class OtherForm(forms.Form):
    """Who the same person is: found by what is typed, then chosen."""

    q = forms.CharField(
        label=gettext_lazy("Name, telephone, e-mail or reference"), max_length=200, required=False
    )
    other = PersonChoice(
        Person.objects.none(),
        label=gettext_lazy("the same person"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, data: Any, *, person: Person, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        typed = (data or self.initial).get("q", "")
        chosen = str((data or self.initial).get("other") or "")
        country = Site.current().country
        offered = {one.pk for one in first(typed, MOST_OFFERED, user, country)} if typed else set()
        if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19:
            offered.add(int(chosen))
        choice = cast(PersonChoice, self.fields["other"])
        choice.queryset = Person.objects.filter(pk__in=offered - {person.pk})
        if not offered - {person.pk}:
            del self.fields["other"]


def merge_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Two are one: bookings, addresses and notes of the other come to this one."""
    person = permitted(request, pk, "merge_person")
    asked = {name: request.GET.get(name, "") for name in ("q", "other")}
    form = OtherForm(posted_data(request), person=person, user=request.user, initial=asked)
    if form.is_valid() and (other := form.cleaned_data.get("other")):
        lifecycle.merge(person, other)
        messages.success(request, _("They are one person now."))
        return _to(person)
    warning = _(
        "Bookings, addresses and notes of the one you choose become those of %(name)s. "
        "Nobody is told; it can be split again."
    )
    return form_page(
        model_admin,
        request,
        title=_("Who is the same person as %(name)s?") % {"name": person},
        forms=[form],
        submit=_("Same person") if "other" in form.fields else _("Find"),
        warning=warning % {"name": person},
    )


def apart_page(model_admin: ModelAdmin, request: HttpRequest, pk: int, proposal: int) -> HttpResponse:
    """Two who were proposed are two; one press."""
    person = permitted(request, pk, "change_person")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    rows = PersonProposal.objects.filter(Q(person=person) | Q(other=person))
    lifecycle.keep_apart(get_object_or_404(rows, pk=proposal))
    messages.success(request, _("They stay two."))
    return _to(person)


class SplitForm(forms.Form):
    bookings = forms.MultipleChoiceField(
        label=gettext_lazy("bookings of somebody else"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, person: Person, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["bookings"]).choices = [
            (
                str(one.pk),
                f"{brief_day_and_clock(one.start, one.resource.timezone)} · {one.customer} · {one.reference}",
            )
            for one in bookings_of(person)
        ]


def split_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Some of the bookings are somebody else's, who becomes a person of their own."""
    person = permitted(request, pk, "merge_person")
    form = SplitForm(posted_data(request), person=person)
    if form.is_valid():
        try:
            new = lifecycle.split(person, form.cleaned_data["bookings"])
        except ValueError:
            form.add_error("bookings", _("Choose some of the bookings, and not all."))
        else:
            messages.success(request, _("They are two people now. Notes stayed with the first."))
            return _to(new)
    return form_page(
        model_admin,
        request,
        title=_("Which bookings of %(name)s are somebody else's?") % {"name": person},
        forms=[form],
        submit=_("Make them two"),
    )


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = ("reason",)
        help_texts = {"reason": gettext_lazy("For staff alone.")}


def block_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing more is booked online under the person's addresses."""
    person = permitted(request, pk, "block_person")
    row = Block.objects.filter(person=person).first() or Block(person=person)
    form = BlockForm(posted_data(request), instance=row)
    if form.is_valid():
        form.save()
        messages.success(request, _("%(name)s is asked to phone from now on.") % {"name": person})
        return _to(person)
    warning = _(
        "Whoever books online under one of these addresses or telephone numbers is asked to phone, and not told why. "
        "Bookings that exist stay, and staff can book as before. Nobody is told."
    )
    return form_page(
        model_admin,
        request,
        title=_("Block %(name)s") % {"name": person},
        forms=[form],
        submit=_("Block"),
        warning=warning,
        danger=True,
    )


def unblock_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Online booking is open to the person again; one press."""
    person = permitted(request, pk, "block_person")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    for row in Block.objects.filter(person=person):
        row.delete()
    messages.success(request, _("%(name)s can book online again.") % {"name": person})
    return _to(person)


def export_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """All that is stored of the person, as a file to hand over."""
    person = permitted(request, pk, "delete_person")
    whole = json.dumps(exported_person(person), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    response = HttpResponse(whole, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


def erase_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Erase what is over; with the last booking goes the person."""
    person = permitted(request, pk, "delete_person")
    form = forms.Form(posted_data(request))
    if form.is_valid():
        erased = erase_person(person, by=Actor.staff(request.user))
        done = ngettext("Erased from %(count)s booking.", "Erased from %(count)s bookings.", erased.bookings)
        messages.success(request, done % {"count": erased.bookings})
        if erased.kept:
            still = ngettext(
                "%(count)s booking can still change and keeps the person. Cancel it first.",
                "%(count)s bookings can still change and keep the person. Cancel them first.",
                len(erased.kept),
            )
            messages.error(request, still % {"count": len(erased.kept)})
            return _to(person)
        return HttpResponseRedirect(reverse("admin:bookings_person_changelist"))
    warning = _(
        "Name, addresses, answers and notes are erased from every booking that is over, and the block ends. "
        "Bookings to come keep them. Backups hold them until the last of them is removed. This cannot be undone."
    )
    return form_page(
        model_admin,
        request,
        title=_("Erase %(name)s") % {"name": person},
        forms=[form],
        submit=_("Erase"),
        warning=warning,
        danger=True,
    )
