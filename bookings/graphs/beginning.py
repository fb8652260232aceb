"""What a new graph begins with: the fewest states and actions that can be published as they are."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings.models import Action, Graph, GraphVersion, State
from bookings.models.graphs import Mail


def first_draft(graph: Graph) -> GraphVersion:
    """Booked at once, cancelled or moved later; in the active language, so that it is edited as it reads."""
    version = GraphVersion.objects.create(graph=graph, number=1)
    booked = _state(version, "booked", _("Booked"), 0, occupies=True, mail=Mail.BOOKED)
    cancelled = _state(version, "cancelled", _("Cancelled"), 1, mail=Mail.CANCELLED)
    moved = _state(version, "moved", _("Moved to another time"), 2)
    all_of_them = {"version": version, "by_customer": True, "by_owner": True}
    Action.objects.create(name="create", label=_("Book"), target=booked, position=0, **all_of_them)
    Action.objects.create(
        name="cancel",
        label=_("Cancel"),
        source=booked,
        target=cancelled,
        input=Action.Input.MESSAGE,
        position=1,
        **all_of_them,
    )
    Action.objects.create(
        name="move",
        label=_("Choose another time"),
        source=booked,
        target=moved,
        continues=True,
        position=2,
        **all_of_them,
    )
    return version


def _state(
    version: GraphVersion, name: str, label: str, position: int, *, occupies: bool = False, mail: str = ""
) -> State:
    return State.objects.create(
        version=version,
        name=name,
        label=label,
        position=position,
        occupies=occupies,
        mail_to_customer=mail,
        mail_to_owner=mail,
    )
