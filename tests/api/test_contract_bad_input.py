"""Whatever is sent, wherever: the answer is never a 500, and what is refused leaves nothing behind."""

import pytest

from tests.api.conftest import EXAMPLE, LATER, MARTY, SLOT
from tests.api.junk import JUNK, body_of, check, quoted

BOOKING = (
    "project_id resource_id option_id graph start end what where description customer invite participants my_rsvp "
    "calendar_id reservation_id meta settings action related reminders auto_complete_one_hour_after_booking_ends "
    "webhooks notify_customer_by_email event reservation_time"
)
CUSTOMER = "name email phone voip timezone language first_name last_name where comment shoe_size"
SETTINGS = "allow_double_bookings max_seats min_cancel_time min_booking_time max_booking_time"
ASKED = (
    "project_id option_id mode resources length buffer timeslot_increments round_to_nearest_hour "
    "ignore_all_day_events constraints output_timezone"
)
SEARCH = f"{ASKED} from to"
RULES = (
    "allow_day_and_time block_day_and_time allow_hours block_hours allow_day block_day allow_period block_period "
    "allow_weekdays block_weekdays allow_weekends block_weekends no_such_rule"
)
NESTED = [
    *(("customer", key) for key in CUSTOMER.split()),
    *(("settings", key) for key in SETTINGS.split()),
    ("related", "owner_booking_id"),
    ("auto_complete_one_hour_after_booking_ends", "enabled"),
    *(("event", key) for key in ("start", "end", "what", "calendar_id", "participants")),
]


@pytest.mark.parametrize("field", BOOKING.split())
def test_any_field_of_a_booking_may_hold_anything(server, wish, field):
    for junk in JUNK:
        for path in ("/bookings", "/bookings/reserve"):
            check(server, "POST", path, body_of(wish, **{field: junk}))


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_any_nested_field_of_a_booking_may_hold_anything(server, wish, outer, inner):
    around = {"customer": MARTY}.get(outer, {})
    for junk in JUNK:
        check(server, "POST", "/bookings", body_of(wish, **{outer: body_of(around, **{inner: junk})}))


@pytest.mark.parametrize("field", SEARCH.split())
def test_any_field_of_a_search_may_hold_anything(server, doc, field):
    for junk in JUNK:
        check(
            server,
            "POST",
            "/availability",
            body_of({}, **{"resources": b"[" + quoted(doc) + b"]", field: junk}),
        )


@pytest.mark.parametrize("door", ["server", "widget"])
@pytest.mark.parametrize("field", [*ASKED.split(), "start", "end"])
def test_any_field_of_a_question_about_a_time_may_hold_anything(request, doc, consultation, field, door):
    door = request.getfixturevalue(door)
    for whose in ({"resources": b"[" + quoted(doc) + b"]"}, {"project_id": quoted(str(consultation.pk))}):
        for junk in JUNK:
            body = {"start": quoted(SLOT["start"]), **whose, field: junk}
            check(door, "POST", "/availability/explain", body_of({}, **body))


@pytest.mark.parametrize("rule", RULES.split())
def test_any_constraint_may_hold_anything(server, doc, rule):
    resources = b"[" + quoted(doc) + b"]"
    for junk in JUNK:
        for arguments in (junk, b'{"day": %b, "start": %b, "end": %b}' % (junk, junk, junk)):
            constraints = b"[{" + quoted(rule) + b": " + arguments + b"}]"
            asked = {"resources": resources, "constraints": constraints}
            check(server, "POST", "/availability", body_of({}, **asked))
            check(server, "POST", "/availability/explain", body_of({"start": SLOT["start"]}, **asked))


RESOURCE = "name timezone email first_name last_name password image availability_constraints meta tags"
PROJECT = (
    "name slug resources availability booking availability_constraints customer_fields reminders ui meta "
    "allow_double_bookings reservation_time enabled_email_notification"
)
EVENT = "start end what where calendar_id resource_id description participants invite my_rsvp all_day"
CALENDAR = "resource_id name description foregroundcolor backgroundcolor primary provider_sync"
WEBHOOK = "url graph state method"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (path, field)
        for path, fields in [
            ("/resources", RESOURCE),
            ("/projects", PROJECT),
            ("/events", EVENT),
            ("/calendars", CALENDAR),
            ("/webhooks", WEBHOOK),
        ]
        for field in fields.split()
    ],
)
def test_any_field_of_the_catalogue_may_hold_anything(server, doc, path, field):
    good = {
        "name": "Einstein",
        "timezone": "Europe/Berlin",
        "resource_id": doc,
        "url": "https://example.com/",
    }
    good |= {
        "start": EXAMPLE["start"],
        "end": EXAMPLE["end"],
        "what": "Busy",
        "graph": "instant",
        "state": "confirmed",
    }
    good.pop(field, None)
    for number, junk in enumerate(JUNK):
        fresh = good if field == "slug" else good | {"slug": f"einstein-{number}"}
        lists = (
            {}
            if field in {"resources", "booking", "availability"}
            else {
                "resources": b"[" + quoted(doc) + b"]",
                "booking": b"{}",
                "availability": b"{}",
            }
        )
        check(server, "POST", path, body_of(fresh, **lists, **{field: junk}))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/bookings"),
        ("POST", "/bookings/reserve"),
        ("PUT", "/bookings/reserve/extend"),
        ("POST", "/bookings/bulk"),
        ("PUT", "/bookings/bulk"),
        ("POST", "/availability"),
        ("POST", "/availability/dates"),
        ("POST", "/availability/count"),
        ("POST", "/availability/explain"),
        ("POST", "/unavailable/slots"),
        ("POST", "/resources"),
        ("POST", "/projects"),
        ("POST", "/calendars"),
        ("POST", "/events"),
        ("POST", "/webhooks"),
    ],
)
def test_any_body_may_be_anything(server, method, path):
    for junk in JUNK:
        check(server, method, path, junk)


def test_a_body_nested_a_hundred_thousand_deep_is_a_bad_request(server):
    assert server.post("/bookings", b"[" * 100_000 + b"]" * 100_000).status_code == 400
    assert server.post("/bookings", b'{"meta":' * 100_000 + b"1" + b"}" * 100_000).status_code == 400


def test_the_inputs_of_actions_may_be_anything(server, wish):
    loose = wish | {"graph": "confirm_decline", "settings": {"allow_double_bookings": True}}
    for junk in JUNK:
        booking = server.made("/bookings", loose)["id"]
        check(server, "PUT", f"/bookings/{booking}", body_of({}, meta=junk))
        check(server, "PUT", f"/bookings/{booking}/confirm", body_of({}, confirm=junk))
        check(server, "PUT", f"/bookings/{booking}/cancel", body_of({}, cancel=b'{"message": ' + junk + b"}"))
        check(server, "PUT", f"/bookings/{booking}/cancel", body_of({}, apply_to_bulked_bookings=junk))


@pytest.mark.parametrize("field", ["start", "end", "resource_id", "message"])
def test_the_fields_of_a_move_may_be_anything(server, wish, field):
    booking = server.made("/bookings", wish)["id"]
    good = LATER | {"resource_id": wish["resource_id"]}
    for junk in JUNK:
        if field != "message":
            check(server, "POST", f"/bookings/{booking}/reschedule", body_of(good, **{field: junk}))
    check(server, "POST", f"/bookings/{booking}/reschedule", body_of(good, message=JUNK[-2]))


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_rows_of_a_bulk_call_may_be_anything(server, wish, method):
    for junk in JUNK:
        for bookings in (junk, b"[" + junk + b"]", b"[" + body_of(wish, start=junk) + b", " + junk + b"]"):
            check(server, method, "/bookings/bulk", body_of({}, bookings=bookings))


@pytest.mark.parametrize("years", [("2027", "2037"), ("0001", "9999"), ("1900", "2100")])
def test_a_booking_of_years_is_refused(server, wish, years):
    start, end = (f"{year}-01-01T10:00:00Z" for year in years)
    for path in ("/bookings", "/bookings/reserve"):
        assert server.post(path, wish | {"start": start, "end": end}).status_code == 422


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-16",
    ],
)
def test_another_kind_of_content_is_no_fault_of_ours(server, wish, kind):
    response = server.call("POST", "/bookings", b"start=1", Content_Type=kind)
    assert 400 <= response.status_code < 500


def test_what_is_refused_leaves_nothing_behind(server, wish):
    for junk in JUNK:
        for path in ("/bookings", "/bookings/reserve"):
            assert 400 <= server.post(path, body_of(wish, end=junk)).status_code < 500, junk
    assert server.get("/bookings").json()["total"] == 0
    assert server.post("/bookings", wish).status_code == 201
