"""What the demo holds, as plain values."""

from typing import Any

WEEKDAYS = range(5)
MAIL_DOMAIN = "demo.example"

SITE = {
    "name": "Ufer & Partners",
    "timezone": "Europe/Berlin",
    "email": f"hello@{MAIL_DOMAIN}",
    "address": "Uferstraße 8\n13357 Berlin",
    "phone": "+49 30 5550 1234",
    "summary": "Portraits, frames and good evenings, in the old boatyard on the bank.",
}

LOCATIONS = {
    "Berlin": {
        "name": "Ateliers am Ufer",
        "address": "Uferstraße 8\n13357 Berlin",
        "timezone": "Europe/Berlin",
    },
    "London": {
        "name": "The Print Room",
        "address": "4 Ezra Street\nLondon E2 7RH",
        "timezone": "Europe/London",
    },
    "Hill Valley": {
        "name": "Courthouse Square",
        "address": "1 Courthouse Square\nHill Valley, CA 95420",
        "timezone": "America/Los_Angeles",
    },
    "Tokyo": {"name": "Yanaka Studio", "address": "3-10 Yanaka\nTaito, Tokyo", "timezone": "Asia/Tokyo"},
}

# slug: name, location
RESOURCES = {
    "katharina": ("Katharina Brandt", "Berlin"),
    "amara": ("Amara Okafor", "London"),
    "emmett": ("Emmett Brown", "Hill Valley"),
    "aiko": ("Aiko Tanaka", "Tokyo"),
    "studio": ("Large studio", "Berlin"),
    "kitchen": ("Teaching kitchen", "London"),
}

# Without titles of their own these are called as in the visitor's language.
ASKED = {
    "name": {"format": "string", "required": True},
    "email": {"format": "email", "required": True},
    "phone": {"format": "tel"},
    "comment": {"title": "Anything we should know?", "format": "textarea"},
}


def project(
    slug: str, name: str, graph: str, resources: list[str], options: list[tuple[Any, ...]], **more: Any
) -> dict[str, Any]:
    """A project's values; an option is (label, minutes, price or None)."""
    layer = {"graph": graph, "what": name, "reservation_time": 600} | more.pop("booking", {})
    availability = {"mode": "roundrobin_prioritized", "timeslot_increments": "30 minutes"}
    return {
        "slug": slug,
        "name": name,
        "resources": resources,
        "options": options,
        "booking": layer,
        "availability": availability | more.pop("availability", {}),
        "customer_fields": ASKED,
    } | more


PEOPLE = ["katharina", "amara", "emmett", "aiko"]

PROJECTS = [
    project(
        "first-talk",
        "First talk",
        "instant",
        ["katharina", "amara"],
        [("", 30, "0.00"), ("", 60, "0.00")],
        heading="Advice",
        mark="talk",
        summary="Tell us what you have in mind. Booked at once, free of charge.",
        place="online",
        booking={"where": "A video call", "settings": {"min_cancel_time": "2 hours"}},
        availability={"mode": "exclusive"},
        after_booking="Have a picture of your project at hand.",
    ),
    project(
        "workshop-visit",
        "Visit to the workshop",
        "confirm_decline",
        ["katharina"],
        [("Guided visit", 45, "12.00")],
        heading="Advice",
        mark="house",
        summary="Ask for a time; it is yours once we have said yes.",
    ),
    project(
        "commission",
        "Talk about a commission",
        "request",
        ["katharina", "amara"],
        [("Consultation", 90, "40.00")],
        heading="Advice",
        mark="sheet",
        summary="Ask for a time and it is kept for you until we answer.",
        booking={"settings": {"min_booking_time": "1 day"}},
        availability={"mode": "exclusive", "buffer_after": "15 minutes"},
    ),
    project(
        "portrait",
        "Portrait sitting",
        "instant_payment",
        ["emmett"],
        [("One picture", 60, "120.00"), ("A series", 120, "200.00")],
        heading="Sittings",
        mark="portrait",
        summary="Paid within minutes of booking, else the time is free again.",
        trial_payment=True,
        availability={"buffer_before": "10 minutes", "buffer_after": "10 minutes"},
    ),
    project(
        "figure-drawing",
        "Figure drawing",
        "group_customer",
        ["studio"],
        [("Session", 90, "18.00")],
        heading="Courses",
        mark="easel",
        summary="A model, easels and tea. Eight places.",
        booking={"settings": {"max_seats": 8, "min_cancel_time": "1 day"}},
    ),
    project(
        "cooking-evening",
        "Cooking evening",
        "group_customer_payment",
        ["kitchen"],
        [("Evening", 180, "65.00")],
        heading="Courses",
        mark="pot",
        summary="Four courses, cooked together. A place is yours once it is paid.",
        trial_payment=True,
        booking={"settings": {"max_seats": 6, "max_places": 4}},
    ),
    project(
        "brush-writing",
        "Brush writing",
        "instant",
        ["aiko"],
        [("Lesson", 60, "45.00")],
        heading="Courses",
        mark="leaf",
        summary="Ink, paper and patience, one to one in Yanaka.",
    ),
    project(
        "studio-hours",
        "Open a session",
        "group_owner",
        ["studio", "kitchen"],
        [("Session", 90, "18.00")],
        visibility="staff",
        mark="easel",
        summary="For staff: sessions with seats.",
        booking={"settings": {"max_seats": 10}},
    ),
    project(
        "two-of-us",
        "Two of us at once",
        "instant",
        ["katharina", "amara"],
        [("Joint talk", 45, "60.00")],
        visibility="unlisted",
        mark="talk",
        summary="Both take part, so both must be free.",
        availability={"mode": "mutual"},
    ),
]

# project: what, local hour of the start, on which of the coming weekdays
SESSIONS = {"figure-drawing": (18, [1, 3, 4]), "cooking-evening": (18, [0, 2, 4])}

# role: username
STAFF = {"admin": "admin", "desk": "desk", "manager": "manager", "designer": "designer"}
