"""What every installation begins with: six graphs of the API's record and `request`, and the roles of staff."""

from datetime import timedelta

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.utils import timezone

from bookings.roles import ROLES, make_roles

HOUR = timedelta(hours=1)

# name: (label, occupies, settled, mail to customer, mail to owner)
CONFIRMED = {"confirmed": ("Confirmed", True, True, "booked", "booked")}
PAID = {"paid": ("Paid", True, True, "booked", "booked")}
COMPLETED = {"completed": ("Completed", False, True, "", "")}
CANCELLED = {"cancelled": ("Cancelled", False, True, "cancelled", "")}
BY_CUSTOMER = {"cancelled_by_customer": ("Cancelled by the customer", False, True, "cancelled", "cancelled")}
BY_OWNER = {"cancelled_by_owner": ("Cancelled by the owner", False, True, "cancelled", "")}
MOVED = {"rescheduled_by_customer": ("Moved to another time", False, True, "", "")}
DECLINED = {"declined": ("Declined", False, True, "declined", "")}
UNPAID = {"unpaid": ("Not paid in time", False, True, "expired", "")}

WAITING = ("Waiting for an answer", False, False, "requested", "requested")
WAITING_WITH_TIME = ("Waiting for an answer", True, False, "requested", "requested")
TO_PAY = {"tentative": ("Waiting for payment", True, False, "to_pay", "")}

OWNER = {"by_owner": True}
CUSTOMER = {"by_customer": True, "by_staff": False}
MESSAGE = {"input": "message"}


def cancel(source, target="cancelled", name="cancel", **more):
    return (name, "Cancel", source, target, OWNER | MESSAGE | more)


def cancel_by_customer(source, label="Cancel"):
    return ("cancel_by_customer", label, source, "cancelled_by_customer", CUSTOMER | MESSAGE)


def move(source):
    fields = {"by_customer": True, "by_owner": True, "by_staff": True, "continues": True}
    return ("reschedule_by_customer", "Choose another time", source, "rescheduled_by_customer", fields)


def complete(source, **more):
    fields = OWNER | {"by_clock": True, "automatic_after": HOUR, "automatic_from": "end"} | more
    return ("complete", "Complete", source, "completed", fields)


def create(target, name="create", **more):
    return (name, "Book", None, target, {"by_customer": True, "by_owner": True} | more)


AT_START = {"by_clock": True, "automatic_after": timedelta(), "automatic_from": "start"}


def answer(source="tentative", **decline):
    return [
        ("confirm", "Accept", source, "confirmed", OWNER | MESSAGE),
        ("decline", "Decline", source, "declined", OWNER | MESSAGE | decline),
        cancel_by_customer(source, "Withdraw the request"),
    ]


def pay_or_time_out():
    clock = {"by_staff": False, "by_clock": True, "automatic_after": timedelta(minutes=5)}
    return [
        ("pay", "Mark as paid", "tentative", "paid", {"input": "payment_id"}),
        ("timeout", "Time out", "tentative", "unpaid", clock | {"automatic_from": "entered"}),
    ]


SEAT = {"claims": "seat", "needs_times": False}

GRAPHS = [
    (
        "instant",
        "Booked at once",
        {},
        CONFIRMED | COMPLETED | CANCELLED | BY_CUSTOMER | MOVED,
        [
            create("confirmed", name="confirm"),
            cancel("confirmed"),
            cancel_by_customer("confirmed"),
            move("confirmed"),
            complete("confirmed"),
        ],
    ),
    (
        "confirm_decline",
        "Asked for, then accepted or declined",
        {},
        {"tentative": WAITING} | CONFIRMED | COMPLETED | DECLINED | CANCELLED | BY_CUSTOMER | MOVED,
        [
            create("tentative"),
            *answer(**AT_START),
            cancel("confirmed"),
            cancel_by_customer("confirmed"),
            move("confirmed"),
            complete("confirmed"),
        ],
    ),
    (
        "instant_payment",
        "Booked at once, paid soon",
        {},
        TO_PAY | PAID | COMPLETED | UNPAID | CANCELLED | BY_CUSTOMER | MOVED,
        [
            create("tentative"),
            *pay_or_time_out(),
            cancel_by_customer("tentative"),
            move("tentative"),
            cancel("paid"),
            cancel_by_customer("paid"),
            move("paid"),
            complete("paid"),
        ],
    ),
    (
        "group_owner",
        "A session with seats",
        {"offers_seats": True, "needs_customer": False},
        {"tentative": ("Open", True, True, "", "")}
        | COMPLETED
        | CANCELLED
        | {"rescheduled_by_owner": ("Moved to another time", False, True, "", "")},
        [
            create("tentative", by_customer=False),
            cancel("tentative", on_seats="cancel_by_owner"),
            (
                "reschedule_by_owner",
                "Choose another time",
                "tentative",
                "rescheduled_by_owner",
                OWNER | {"continues": True},
            ),
            complete("tentative", on_seats="complete"),
        ],
    ),
    (
        "group_customer",
        "A seat of a session",
        SEAT,
        CONFIRMED | COMPLETED | BY_CUSTOMER | BY_OWNER | MOVED,
        [
            create("confirmed"),
            cancel_by_customer("confirmed"),
            cancel("confirmed", "cancelled_by_owner", "cancel_by_owner"),
            move("confirmed"),
            complete("confirmed"),
        ],
    ),
    (
        "group_customer_payment",
        "A seat of a session, paid soon",
        SEAT,
        TO_PAY | PAID | COMPLETED | UNPAID | BY_CUSTOMER | BY_OWNER | MOVED,
        [
            create("tentative"),
            *pay_or_time_out(),
            cancel_by_customer("tentative"),
            cancel("tentative", "cancelled_by_owner", "cancel_by_owner"),
            move("tentative"),
            cancel_by_customer("paid"),
            cancel("paid", "cancelled_by_owner", "cancel_by_owner"),
            move("paid"),
            complete("paid"),
        ],
    ),
    (
        "request",
        "Asked for while the time is kept",
        {},
        {"tentative": WAITING_WITH_TIME}
        | CONFIRMED
        | COMPLETED
        | DECLINED
        | {"expired": ("Not answered in time", False, True, "expired", "expired")}
        | CANCELLED
        | BY_CUSTOMER
        | MOVED,
        [
            create("tentative"),
            *answer(),
            (
                "expire",
                "Expire",
                "tentative",
                "expired",
                {
                    "by_staff": False,
                    "by_clock": True,
                    "automatic_after": timedelta(days=2),
                    "automatic_from": "entered",
                },
            ),
            move("tentative"),
            cancel("confirmed"),
            cancel_by_customer("confirmed"),
            move("confirmed"),
            complete("confirmed"),
        ],
    ),
]


def seed_graphs(apps, schema_editor):
    graph_model, version_model, state_model, action_model = (
        apps.get_model("bookings", name) for name in ("Graph", "GraphVersion", "State", "Action")
    )
    for name, title, version_fields, states, actions in GRAPHS:
        graph = graph_model.objects.create(name=name, title=title)
        version = version_model.objects.create(
            graph=graph, number=1, status="published", published_at=timezone.now(), **version_fields
        )
        rows = {}
        for position, (state, fields) in enumerate(states.items()):
            keys = ("label", "occupies", "settled", "mail_to_customer", "mail_to_owner")
            rows[state] = state_model.objects.create(
                version=version, name=state, position=position, **dict(zip(keys, fields, strict=True))
            )
        for position, (action, label, source, target, fields) in enumerate(actions):
            action_model.objects.create(
                version=version,
                name=action,
                label=label,
                source=rows.get(source),
                target=rows[target],
                position=position,
                **fields,
            )


def remove_graphs(apps, schema_editor):
    apps.get_model("bookings", "Graph").objects.filter(name__in=[graph[0] for graph in GRAPHS]).delete()


def add_roles(apps, schema_editor):
    # Django makes permissions after the last migration, which is too late for groups that hold them.
    create_permissions(
        installed.get_app_config("bookings"), verbosity=0, using=schema_editor.connection.alias, apps=apps
    )
    make_roles(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    replaces = [("bookings", "0002_seeded_graphs")]
    dependencies = [
        ("bookings", "0001_release_0_1_schema"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(seed_graphs, remove_graphs),
        migrations.RunPython(add_roles, remove_roles),
    ]
