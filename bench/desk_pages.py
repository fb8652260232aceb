"""The pages of the desk that `bench.look` opens."""

from __future__ import annotations

from bench.first_paint import PHONE  # noqa: F401  it sets Django up
from bookings.graphs.versions import new_draft
from bookings.models import Booking, Graph, GraphVersion, Person, Project, Resource


def desk_pages() -> list[str]:
    """The desk's pages, of the bookings that the customers' walk made."""
    draft = GraphVersion.objects.order_by("-pk")[0]
    if draft.published_at:
        draft = new_draft(Graph.objects.get(name="request"))
    booking = Booking.objects.filter(customer__isnull=False, state__name="confirmed").first()
    found = [
        "",
        "waiting/",
        "wrong/",
        "today/paper/",
        "calendar/?view=day",
        "calendar/?view=week",
        "take-time/",
        "new/",
    ]
    found = ["", *(f"bookings/booking/{one}" for one in found)]
    found += [
        f"bookings/{kind}/"
        for kind in ("person", "project", "resource", "graph", "mailwords", "outboxmessage")
    ]
    found += [f"bookings/graphversion/{draft.pk}/{one}/" for one in ("change", "publish", "try")]
    found += [f"bookings/person/{row.pk}/change/" for row in Person.objects.all()[:1]]
    found += [
        f"bookings/booking/{row.pk}/change/" for row in Booking.objects.filter(customer__isnull=False)[:4]
    ]
    found += [f"bookings/booking/{booking.pk}/{one}/" for one in ("move", "correct")] if booking else []
    for model in (Project, Resource):
        kind, row = model._meta.model_name, model.objects.all()[0]
        found += [f"bookings/{kind}/{row.pk}/{one}/" for one in ("change", "history", "delete")]
    return [*found, "bookings/apikey/add/", "bookings/site/1/change/", "bookings/site/backups/", "auth/user/"]
