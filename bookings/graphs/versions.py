"""Versions of graphs: publishing a draft, and beginning the next one."""

from copy import copy
from typing import TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.errors import BookingError
from bookings.graphs.beginning import first_draft
from bookings.graphs.validator import problems
from bookings.models import Action, Graph, GraphVersion, State


class NotADraft(BookingError):
    """Only drafts are published and edited."""

    code = "not_a_draft"
    sentence = gettext_noop("Only a draft can be published.")
    field = "version"


class GraphHasProblems(BookingError):
    """The validator objects; ``problems`` in data holds its sentences."""

    code = "graph_has_problems"
    sentence = gettext_noop("This draft cannot be published yet.")
    field = "version"


class DraftExists(BookingError):
    """The graph has a draft; ``version`` in data is its id."""

    code = "draft_exists"
    sentence = gettext_noop("There is a draft of this graph already.")
    field = "graph"


@transaction.atomic
def publish(version: GraphVersion) -> GraphVersion:
    """Make a draft the version that new bookings follow; the one before is retired, its bookings stay on it.

    Raises ``NotADraft`` and ``GraphHasProblems``.
    """
    Graph.objects.select_for_update().get(pk=version.graph_id)
    version = GraphVersion.objects.select_related("graph").get(pk=version.pk)
    if version.status != GraphVersion.Status.DRAFT:
        raise NotADraft
    if found := problems(version):
        raise GraphHasProblems(problems=found)
    for before in GraphVersion.objects.published().filter(graph=version.graph_id):
        before.status = GraphVersion.Status.RETIRED
        before.save(update_fields=["status"])  # an update() would leave nothing in its history
    version.status, version.published_at = GraphVersion.Status.PUBLISHED, timezone.now()
    version.save(update_fields=["status", "published_at"])
    return version


@transaction.atomic
def new_draft(graph: Graph) -> GraphVersion:
    """Begin the next version as a copy of the published one, else of the newest, else with what each begins with.

    Raises ``DraftExists``.
    """
    Graph.objects.select_for_update().get(pk=graph.pk)
    versions = graph.versions.order_by("-number")
    if draft := versions.filter(status=GraphVersion.Status.DRAFT).first():
        raise DraftExists(version=draft.pk)
    model = versions.filter(status=GraphVersion.Status.PUBLISHED).first() or versions.first()
    number = (versions.aggregate(Max("number"))["number__max"] or 0) + 1
    if model is None:
        return first_draft(graph)
    return _copy(model, number)


def _copy(model: GraphVersion, number: int) -> GraphVersion:
    states, actions = list(model.states.all()), list(model.actions.all())
    fields = {"number": number, "status": GraphVersion.Status.DRAFT, "published_at": None}
    draft = _as_new(model, **fields)
    copies = {state.pk: _as_new(state, version=draft) for state in states}
    for action in actions:
        _as_new(
            action,
            version=draft,
            source=copies[action.source_id] if action.source_id else None,
            target=copies[action.target_id],
        )
    return draft


Row = TypeVar("Row", GraphVersion, State, Action)


def _as_new(row: Row, **changes: object) -> Row:
    new = copy(row)
    new.pk = None
    for name, value in changes.items():
        setattr(new, name, value)
    new.save(force_insert=True)
    return new
