"""The three roles of staff, as groups: who may do what at the desk."""

from typing import Any

CONFIGURATION = ("resource", "calendar", "event", "location", "weeklyhours", "datedhours")
PROJECTS = ("project", "option", "projectresource")
GRAPHS = ("graph", "graphversion", "state", "action")
SEEN_BY_ALL = (*CONFIGURATION, *PROJECTS, *GRAPHS, "site")
RECORDS = ("booking", "customer", "historyentry", "remark", "reservation", "outboxmessage", "person")


def permissions(verbs: str, models: tuple[str, ...]) -> list[str]:
    return [f"{verb}_{model}" for verb in verbs.split() for model in models]


DESK = [
    *permissions("view", (*SEEN_BY_ALL, *RECORDS)),
    *permissions("add change", ("booking",)),
    "change_person",
    "decide_booking",
    "change_outboxmessage",
]
PEOPLE_OF_MANAGERS = ("delete_person", "merge_person", "block_person")
MANAGE_STAFF = "manage_staff"
ROLES = {
    "desk": DESK,
    "manager": [
        *DESK,
        *permissions("add change delete", (*CONFIGURATION, *PROJECTS, "webhook")),
        *permissions("view", ("webhook", "apikey")),
        "change_site",
        "delete_booking",
        "override_overlap",
        *PEOPLE_OF_MANAGERS,
        MANAGE_STAFF,
    ],
    "designer": [
        *permissions("view", SEEN_BY_ALL),
        *permissions("add change delete", GRAPHS),
    ],
}


def make_roles(group_model: Any, permission_model: Any) -> None:
    """Make the groups that are missing; a group that exists is the operator's and stays as it is.

    The permissions must exist: Django makes them after all migrations, unless it is asked to before.
    """
    for role, codenames in ROLES.items():
        group, is_new = group_model.objects.get_or_create(name=role)
        if is_new:
            wanted = permission_model.objects.filter(
                content_type__app_label="bookings", codename__in=codenames
            )
            group.permissions.set(wanted)


def allow_people(group_model: Any, permission_model: Any) -> None:
    """Let the roles that a site has already do with people what new ones may; the permissions must exist."""
    of_desk = ("view_person", "change_person")
    _allow({"desk": of_desk, "manager": (*of_desk, *PEOPLE_OF_MANAGERS)}, group_model, permission_model)


def allow_managing_staff(group_model: Any, permission_model: Any) -> None:
    """Let the managers that a site has already manage staff as new ones may; the permission must exist."""
    _allow({"manager": (MANAGE_STAFF,)}, group_model, permission_model)


def _allow(added: dict[str, tuple[str, ...]], group_model: Any, permission_model: Any) -> None:
    for role, codenames in added.items():
        wanted = permission_model.objects.filter(content_type__app_label="bookings", codename__in=codenames)
        for group in group_model.objects.filter(name=role):
            group.permissions.add(*wanted)
