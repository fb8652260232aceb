"""The pages of people: a list in which somebody is found, and one person with all that is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.changed_meanwhile import SEEN, now_seen, told_of_others
from bookings.admin.form_page import posted_data
from bookings.admin.mixins import Narrowed, RecordedAdmin, row_or_404
from bookings.admin.people import verb_pages
from bookings.admin.people.figures import NOBODY, answers_last_time, bookings_of, figures_of
from bookings.admin.people.known import addresses_of, as_known_to
from bookings.admin.people.search import first
from bookings.languages import site_of
from bookings.models import Block, Person, PersonProposal, Site
from bookings.staff_limits import is_limited, limited, resources_seen_by
from bookings.times import brief_day_and_clock, day

MOST = 50
MOST_PROPOSED = 5


class NoteForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ("note",)
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        labels = {"note": gettext_lazy("note for staff")}


@admin.register(Person)
class PersonAdmin(Narrowed, RecordedAdmin):
    can_put_back = False
    history_parts = ((Block, "person"),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People come with their bookings."""
        return False

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            bound = self.admin_site.admin_view(partial(view, self))
            return path(route, bound, name=f"bookings_person_{name}")

        return [
            page("<int:pk>/merge/", verb_pages.merge_page, "merge"),
            page("<int:pk>/apart/<int:proposal>/", verb_pages.apart_page, "apart"),
            page("<int:pk>/split/", verb_pages.split_page, "split"),
            page("<int:pk>/block/", verb_pages.block_page, "block"),
            page("<int:pk>/unblock/", verb_pages.unblock_page, "unblock"),
            page("<int:pk>/export/", verb_pages.export_page, "export"),
            page("<int:pk>/erase/", verb_pages.erase_page, "erase"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Whoever is found; without a question those who came last.  The only one is shown at once."""
        verb_pages.require(request, "view_person")
        typed = " ".join(request.GET.get("q", "").split())
        newest = limited(Person.objects.order_by("-pk"), request.user)
        country = site_of(request).country
        people = first(typed, MOST + 1, request.user, country) if typed else list(newest[:MOST])
        if typed and len(people) == 1:
            return HttpResponseRedirect(reverse("admin:bookings_person_change", args=[people[0].pk]))
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("People"),
            "typed": typed,
            "rows": rows_of(people[:MOST], request.user),
            "are_more": len(people) > MOST,
            "most": MOST,
            "proposals": [] if typed else _open_proposals(request.user),
        }
        return TemplateResponse(request, "admin/bookings/person/list.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One person; sent, it keeps the note."""
        verb_pages.require(request, "view_person")
        seen = now_seen()
        person = row_or_404(self, request, object_id)
        form = told_of_others(NoteForm, request, person)(posted_data(request), instance=person)
        if request.method == "POST":
            verb_pages.require(request, "change_person")
            if form.is_valid():
                form.save()
                messages.success(request, _("The note is kept."))
                return HttpResponseRedirect(reverse("admin:bookings_person_change", args=[person.pk]))
        context = (
            self.admin_site.each_context(request)
            | _of_person(person, request.user)
            | {"opts": self.opts, "form": form, SEEN: seen}
        )
        return TemplateResponse(request, "admin/bookings/person/person.html", context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Erasing asks on a page of its own."""
        return HttpResponseRedirect(reverse("admin:bookings_person_erase", args=[object_id]))


def rows_of(people: list[Person], user: Any) -> list[dict[str, Any]]:
    """The lines of a list: each person as the user knows them, the next booking on the site's clock."""
    seen = resources_seen_by(user)
    zone, counted = Site.current().timezone, figures_of(people, timezone.now(), seen)
    blocked = set(_blocks(user).filter(person__in=people).values_list("person", flat=True))
    rows = []
    for person in as_known_to(people, user):
        figures = counted.get(person.pk, NOBODY)
        when = brief_day_and_clock(figures.next, zone) if figures.next else ""
        rows.append({"person": person, "figures": figures, "next": when, "blocked": person.pk in blocked})
    return rows


def _blocks(user: Any) -> QuerySet[Block]:
    """A block tells of the whole person, so that a limited member sees none."""
    return Block.objects.none() if is_limited(user) else Block.objects.all()


def _open_proposals(user: Any, person: Person | None = None) -> list[PersonProposal]:
    """What staff have not answered, the newest first; nothing to a limited member, whom it would tell of others."""
    if is_limited(user):
        return []
    rows = PersonProposal.objects.filter(settled=False)
    if person is not None:
        rows = rows.filter(Q(person=person) | Q(other=person))
    return list(rows.select_related("person", "other").order_by("-pk")[:MOST_PROPOSED])


def _of_person(person: Person, user: Any) -> dict[str, Any]:
    now, zone = timezone.now(), ZoneInfo(Site.current().timezone)
    seen = resources_seen_by(user)
    bookings = bookings_of(person, seen)
    proposals = _open_proposals(user, person)
    as_known_to([person], user)
    others = [one.other if one.person_id == person.pk else one.person for one in proposals]
    figures = figures_of([person, *others], now, seen)
    own = figures.get(person.pk, NOBODY)
    rows: list[dict[str, Any]] = [
        {"row": one, "when": brief_day_and_clock(one.start, one.resource.timezone)} for one in bookings
    ]
    return {
        "title": person.name,
        "person": person,
        "blocked": _blocks(user).filter(person=person).first(),
        "figures": own,
        "addresses": addresses_of(person, seen),
        "bookings": rows,
        "next": next((one for one in reversed(rows) if one["row"].start == own.next), None),
        "answers": answers_last_time(bookings),
        "since": "" if seen is not None else day(person.created_at, zone),
        "is_whole": seen is None,
        "proposals": [
            {"row": row, "other": other, "visits": figures.get(other.pk, NOBODY).visits}
            for row, other in zip(proposals, others, strict=True)
        ],
    }
