"""Whatever is sent, wherever: the answer is never a 500, and what is refused leaves nothing behind."""

import pytest

from tests.api.conftest import EXAMPLE, LATER, MARTY, NOTHING, Door

JUNK = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1.5",
    b"1" + b"0" * 400,
    b"1e999",
    b"NaN",
    b'""',
    b'" "',
    b'"yes"',
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    '"٣"'.encode(),
    b'"' + b"x" * 10_000 + b'"',
    b"[]",
    b"[[[]]]",
    b"[null]",
    b'["\\u0000", "\\ud800", 1, {}]',
    b"{}",
    b'{"": {"": {}}}',
    b'{"\\u0000": "\\ud800"}',
    b"[" * 500 + b"]" * 500,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b'"0001-01-01T00:00:00+14:00"',
    b'"0001-01-01T00:00:00Z"',
    b'"9999-12-31T23:59:59-12:00"',
    b'"9999-12-31T23:59:59Z"',
    b'"10000-01-01T00:00:00Z"',
    b'"2027-02-30T10:00:00Z"',
    b'"2027-01-01T10:00:00"',
    b'"2027-01-01T10:00:00+99:99"',
    b'"2027-01-01"',
    b'"1 fortnight"',
    b'"-1 hour"',
    b'"99999999999 weeks"',
    b'"P99999999D"',
    b'"../../etc/passwd"',
    b'"' + NOTHING.encode() + b'"',
]
BOOKING = (
    "project_id resource_id option_id graph start end what where description customer invite participants my_rsvp "
    "calendar_id reservation_id meta settings action related reminders auto_complete_one_hour_after_booking_ends "
    "webhooks notify_customer_by_email event reservation_time"
)
CUSTOMER = "name email phone voip timezone language first_name last_name where comment shoe_size"
SETTINGS = "allow_double_bookings max_seats min_cancel_time min_booking_time max_booking_time"
SEARCH = (
    "project_id mode resources length from to buffer timeslot_increments round_to_nearest_hour "
    "ignore_all_day_events constraints output_timezone"
)
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

REFUSED = {400, 409, 413, 422}


def quoted(text: str) -> bytes:
    return b'"' + text.encode() + b'"'


def body_of(texts: dict, **raw: bytes) -> bytes:
    """Return a JSON object of texts (and objects of texts), with raw JSON in the place of some values."""
    pairs = {
        key: body_of(value) if isinstance(value, dict) else quoted(value)
        for key, value in texts.items()
        if key not in raw
    } | raw
    return b"{" + b", ".join(quoted(key) + b": " + value for key, value in pairs.items()) + b"}"


def check(server: Door, method: str, path: str, body: bytes) -> None:
    """Send it; whatever is not done must be refused in JSON, with words."""
    response = server.call(method, path, body)
    if response.status_code < 300:
        return
    assert response.status_code in REFUSED, (method, path, body[:200], response.content[:500])
    told = response.json()
    assert told.get("errors") or told.get("error"), (method, path, body[:200], told)


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


@pytest.mark.parametrize(
    "path", ["/availability", "/availability/dates", "/availability/count", "/unavailable/slots"]
)
@pytest.mark.parametrize("field", SEARCH.split())
def test_any_field_of_a_search_may_hold_anything(server, doc, path, field):
    for junk in JUNK:
        check(server, "POST", path, body_of({}, **{"resources": b"[" + quoted(doc) + b"]", field: junk}))


@pytest.mark.parametrize("rule", RULES.split())
def test_any_constraint_may_hold_anything(server, doc, rule):
    resources = b"[" + quoted(doc) + b"]"
    for junk in JUNK:
        for arguments in (junk, b'{"day": %b, "start": %b, "end": %b}' % (junk, junk, junk)):
            constraints = b"[{" + quoted(rule) + b": " + arguments + b"}]"
            check(server, "POST", "/availability", body_of({}, resources=resources, constraints=constraints))


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


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/bookings"),
        ("POST", "/bookings/reserve"),
        ("PUT", "/bookings/reserve/extend"),
        ("POST", "/bookings/bulk"),
        ("PUT", "/bookings/bulk"),
        ("POST", "/availability"),
        ("POST", "/resources"),
        ("POST", "/projects"),
        ("POST", "/calendars"),
        ("POST", "/events"),
        ("POST", "/webhooks"),
    ],
)
def test_any_body_may_be_anything(server, method, path, junk):
    check(server, method, path, junk)


def test_a_body_nested_a_hundred_thousand_deep_is_a_bad_request(server):
    assert server.post("/bookings", b"[" * 100_000 + b"]" * 100_000).status_code == 400
    assert server.post("/bookings", b'{"meta":' * 100_000 + b"1" + b"}" * 100_000).status_code == 400


@pytest.mark.parametrize("junk", JUNK)
def test_the_inputs_of_actions_may_be_anything(server, wish, junk):
    booking = server.made("/bookings", wish | {"graph": "confirm_decline"})["id"]
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


@pytest.mark.parametrize("junk", JUNK)
def test_the_rows_of_a_bulk_call_may_be_anything(server, wish, junk):
    for bookings in (junk, b"[" + junk + b"]", b"[" + body_of(wish, start=junk) + b", " + junk + b"]"):
        for method in ("POST", "PUT"):
            check(server, method, "/bookings/bulk", body_of({}, bookings=bookings))


QUERIES = [
    "limit=abc",
    "limit=-1",
    "limit=0",
    "limit=1e9",
    "limit=" + "9" * 400,
    "page=0",
    "page=-5",
    "page=" + "9" * 400,
    "page=٣",
    "orderBy=nothing",
    "orderBy=customer.email%00",
    "sortedBy=sideways",
    "start=2027-01-01T10:00:00",
    "start=0001-01-01T00:00:00%2B14:00&end=9999-12-31T23:59:59-12:00",
    "start=2027-01-02T00:00:00Z&end=2027-01-01T00:00:00Z",
    "search=",
    "search=;;;",
    "search=:",
    "search=state",
    "search=nothing:1",
    "search=resource.id:1",
    "search=completed:perhaps",
    "search=meta.:1",
    "search=meta.a__gt:1;meta.a.b.c:1;customer.password__startswith:a",
    "search=customer.name:****",
    "search=customer.name:%00",
    "search=customer.%00:a",
    "search=customer.name:%ED%A0%80",
    "search=" + "a:b;" * 2000,
    "include=" + "customers.booking." * 200,
    "include=%00",
    "%FF=%FF",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    "path", ["/bookings", "/bookings/groups", "/resources", "/projects", "/events", "/calendars"]
)
def test_any_query_may_hold_anything(server, wish, path, query):
    response = server.get(f"{path}?{query}")
    assert response.status_code in {200, 400, 422}, response.content


@pytest.mark.parametrize("pk", ["%00", "%ED%A0%80", "..", "%2e%2e%2f", "💥", "x" * 5000, "1 OR 1=1", "null"])
@pytest.mark.parametrize(
    "kind", ["bookings", "resources", "projects", "calendars", "events", "graphs", "webhooks"]
)
def test_any_path_may_hold_anything(server, kind, pk):
    assert server.get(f"/{kind}/{pk}").status_code in {400, 404, 405}
    assert server.put(f"/{kind}/{pk}/cancel").status_code in {400, 404, 405}
    assert server.delete(f"/{kind}/{pk}").status_code in {400, 404, 405}


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "a" * 5000, "Europe/Berlin\x00", "/", ".", "UTC "]
)
def test_a_zone_that_does_not_exist_is_refused_or_ignored(server, wish, zone):
    booking = server.made("/bookings", wish)["id"]
    answer = server.get(f"/bookings/{booking}?include=event", Timekit_Timezone=zone)
    assert answer.status_code in {200, 400, 422}


@pytest.mark.parametrize("key", ["", " ", "x" * 10_000, "é", "\x00", "a,b"])
def test_an_idempotency_key_may_be_anything(server, wish, key):
    assert server.post("/bookings", wish, Idempotency_Key=key).status_code in {201, 400, 422}


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
