"""Every refusal has its status and its shape, and none repeats what was sent."""

import pytest

from tests.api.conftest import LATER, MARTY, NOTHING, Door, hour, outsider

KINDS = {"bookings": "Booking", "resources": "Resource", "projects": "Project", "calendars": "Calendar"}
KINDS |= {"events": "Event", "graphs": "Graph", "webhooks": "Webhook"}


@pytest.mark.parametrize("body", [b"{", b"nonsense", b"[]", b'"text"', b"7", b"null", b"\xff\xfe{}", b"{}}"])
def test_a_body_that_is_no_json_object_is_a_bad_request(server, body):
    response = server.post("/bookings", body)
    assert response.status_code == 400
    assert isinstance(response.json()["error"], str)


@pytest.mark.parametrize("size", [1_100_000, 10_000_000])
def test_a_body_of_more_than_a_megabyte_is_too_large(server, wish, size):
    response = server.post("/bookings", wish | {"description": "x" * size})
    assert response.status_code == 413
    assert isinstance(response.json()["error"], str)


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !!!", "Basic e30=", "Bearer abc", "Basic OndyZW9uZw==", "Basic \xff"],
)
def test_a_wrong_key_is_unauthorized(nobody, authorization):
    response = nobody.get("/bookings", Authorization=authorization)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert isinstance(response.json()["error"], str)


def test_no_key_is_unauthorized_everywhere_before_anything_else(nobody):
    answers = [nobody.get("/bookings"), nobody.post("/bookings", b"{"), nobody.get(f"/bookings/{NOTHING}")]
    assert [answer.status_code for answer in answers] == [401, 401, 401]


@pytest.mark.parametrize(("kind", "model"), KINDS.items())
@pytest.mark.parametrize("pk", [NOTHING, "1", "no-such-thing"])
def test_an_unknown_id_in_the_path_is_missing(server, kind, model, pk):
    response = server.get(f"/{kind}/{pk}")
    assert response.status_code == 404
    assert response.json() == {"error": "Resource does not exist", "model": model}


def test_an_id_of_another_kind_in_the_path_is_missing(server, doc):
    assert server.get(f"/bookings/{doc}").json()["model"] == "Booking"
    assert server.put(f"/bookings/{doc}/cancel").status_code == 404


def test_an_address_that_nobody_knows_is_missing_in_json(server):
    response = server.get("/flux/capacitor")
    assert response.status_code == 404
    assert isinstance(response.json()["error"], str)


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/bookings"), ("PATCH", "/bookings"), ("GET", "/bookings/reserve/extend")]
)
def test_a_wrong_method_names_the_right_ones(server, method, path):
    response = server.call(method, path)
    assert response.status_code == 405
    assert response.headers["Allow"]
    assert isinstance(response.json()["error"], str)


@pytest.mark.parametrize("field", ["resource_id", "project_id", "calendar_id", "reservation_id"])
def test_an_id_of_another_kind_in_the_body_is_wrong_on_its_field(server, wish, field):
    other = server.made("/bookings", wish | LATER)["id"]
    for value in (other, NOTHING, "1"):
        response = server.post("/bookings", wish | {field: value})
        assert response.status_code == 422, (field, value)
        assert field in response.json()["errors"]


def test_a_calendar_of_another_resource_is_wrong_on_its_field(server, wish, jules):
    theirs = server.read(f"/resources/{jules}?include=calendars")["calendars"][0]["id"]
    response = server.post("/bookings", wish | {"calendar_id": theirs})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["calendar_id"])


def test_everything_wrong_is_told_at_once_and_nothing_is_written(server):
    wrong = {
        "graph": "no_such_graph",
        "resource_id": NOTHING,
        "start": "2027-08-12T21:30:00",
        "end": "tomorrow",
        "invite": "yes",
        "participants": "marty@example.com",
        "meta": ["note"],
        "customer": {"name": "", "email": "not an address", "timezone": "Mars/Olympus"},
        "settings": {"allow_double_bookings": "true"},
    }
    response = server.post("/bookings", wrong)
    assert response.status_code == 422
    body = response.json()
    assert body["code"] == "invalid"
    assert set(body["errors"]) >= {
        "graph",
        "resource_id",
        "start",
        "end",
        "invite",
        "participants",
        "meta",
        "customer.email",
        "customer.timezone",
        "settings.allow_double_bookings",
    }
    assert all(isinstance(sentence, str) for told in body["errors"].values() for sentence in told)
    assert server.get("/bookings").json()["total"] == 0


@pytest.mark.parametrize(
    "field", ["resource_id", "graph", "start", "end", "what", "where", "description", "customer"]
)
def test_each_required_field_is_asked_for(server, wish, field):
    del wish[field]
    response = server.post("/bookings", wish)
    assert response.status_code == 422
    assert any(name.split(".")[0] == field for name in response.json()["errors"])


@pytest.mark.parametrize("key", ["name", "email"])
def test_a_customer_needs_a_name_and_an_address(server, wish, key):
    customer = {name: value for name, value in MARTY.items() if name != key}
    response = server.post("/bookings", wish | {"customer": customer})
    assert (response.status_code, list(response.json()["errors"])) == (422, [f"customer.{key}"])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-08-12T21:30:00-07:00", "2027-08-12T21:30:00-07:00"),
        ("2027-08-12T21:30:00-07:00", "2027-08-12T20:30:00-07:00"),
        ("2027-08-12T21:30:00-07:00", "2027-08-12T22:30:00+00:00"),
    ],
)
def test_an_end_must_come_after_the_start(server, wish, start, end):
    response = server.post("/bookings", wish | {"start": start, "end": end})
    assert response.status_code == 422
    assert "end" in response.json()["errors"]


def test_a_taken_time_is_a_conflict(server, wish):
    server.made("/bookings", wish)
    response = server.post("/bookings", wish)
    assert response.status_code == 409
    body = response.json()
    assert body["code"] == "slot_taken"
    assert list(body["errors"]) == ["start"]
    assert "alternatives" not in body


def test_a_server_learns_of_other_times_where_it_asks(server, wish):
    server.made("/bookings", wish)
    body = server.post("/bookings?include=alternatives", wish).json()
    assert 1 <= len(body["alternatives"]) <= 3
    for other in body["alternatives"]:
        times = {"start": other["start"], "end": other["end"]}
        assert server.post("/bookings", wish | times).status_code == 201


def test_a_page_always_learns_of_other_times(server, widget, consultation, doc, soon):
    wish = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **soon}
    server.made("/bookings", wish)
    body = widget.post("/bookings", wish).json()
    assert (body["code"], 1 <= len(body["alternatives"]) <= 3) == ("slot_taken", True)


def test_touching_times_are_no_conflict(server, wish):
    server.made("/bookings", wish)
    assert server.post("/bookings", wish | hour(days=30, hours=1)).status_code == 201
    assert server.post("/bookings", wish | hour(days=30, hours=-1)).status_code == 201


def test_an_action_that_is_not_available_names_those_that_are(server, wish):
    booking = server.made("/bookings", wish)
    response = server.put(f"/bookings/{booking['id']}/decline")
    assert response.status_code == 409
    assert response.json()["code"] == "action_not_available"
    assert "cancel" in response.json()["available_actions"]


@pytest.mark.parametrize("path", ["/findtime", "/findtime/bulk", "/findtime/team", "/widgets", "/users"])
def test_what_is_gone_names_what_replaces_it(server, path):
    response = server.post(path)
    assert response.status_code == 410
    assert len(response.json()["error"].split()) > 3


@pytest.mark.parametrize("path", ["/auth", "/users/me", "/widgets/hosted/doc", "/findtime", "/accounts/sync"])
def test_what_is_gone_says_so_without_a_key_too(nobody, path):
    assert nobody.get(path).status_code == 410
    assert nobody.get(path, Authorization="Basic bWFydHk6dG9rZW4=").status_code == 410


@pytest.mark.parametrize(
    ("path", "instead"), [("/credentials", "/admin/"), ("/templates", "/webhooks"), ("/accounts", "/admin/")]
)
def test_what_waits_for_later_says_so(server, path, instead):
    response = server.get(path)
    assert response.status_code == 501
    assert instead in response.json()["error"]


def test_every_answer_has_an_id_and_says_how_many_requests_are_left(server, nobody):
    for response in (server.get("/bookings"), server.get("/bookings/1"), server.post("/bookings", b"{")):
        assert response.headers["Timekit-Request-Id"]
        assert int(response.headers["X-RateLimit-Remaining"]) >= 0
        assert int(response.headers["X-RateLimit-Limit"]) > 0
    assert nobody.get("/bookings").headers["Timekit-Request-Id"]


def test_too_many_requests_are_told_when_to_come_back(server, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 2
    answers = [server.get("/bookings") for _ in range(7)]
    last = answers[-1]  # the minute may end once among them
    assert (answers[0].status_code, last.status_code) == (200, 429)
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert (last.headers["X-RateLimit-Limit"], last.headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert isinstance(last.json()["error"], str)


MARK = "<i>zq9xw</i>"


def marked(value):
    """Return the same structure with every text replaced by markup that can be found again."""
    if isinstance(value, dict):
        return {key: marked(inner) for key, inner in value.items()} | {MARK: MARK}
    if isinstance(value, list):
        return [marked(inner) for inner in value] or [MARK]
    return MARK


@pytest.mark.parametrize(
    "path", ["/bookings", "/bookings/reserve", "/availability", "/resources", "/projects"]
)
def test_no_refusal_repeats_what_was_sent(server: Door, wish, path):
    more = {
        "calendar_id": "1",
        "project_id": "1",
        "reservation_id": "1",
        "participants": ["x"],
        "my_rsvp": "x",
    }
    more |= {
        "length": "x",
        "from": "x",
        "mode": "x",
        "constraints": [{"allow_day": {"day": "x"}}],
        "reminders": [{}],
    }
    response = server.post(path, marked(wish | more | {"name": "x", "timezone": "x", "resources": "x"}))
    assert response.status_code == 422
    assert "zq9xw" not in response.content.decode()
    assert "zq9xw" not in server.get(f"{path}?search=zq9xw:zq9xw&orderBy=zq9xw&limit=zq9xw").content.decode()


MARKUP = "<img src=x onerror='alert(1)'>"


@pytest.mark.parametrize(
    "body",
    [
        {"customer": {MARKUP: "\0"}},
        {"meta": {MARKUP: "\0"}},
        {f"notify_{MARKUP}": {"enabled": "no"}},
        {"webhooks": {MARKUP: 7}},
        {"settings": {"automatic_times": {MARKUP: "soon"}}},
        {MARKUP: "\0"},
    ],
)
def test_no_refusal_repeats_markup_in_the_name_of_a_field(server: Door, widget: Door, wish, body):
    for door in (server, widget):
        response = door.post("/bookings", wish | body)
        assert response.status_code in {403, 422}
        assert not {*"<>'"} & {*response.content.decode()}


def test_a_wrong_key_is_not_repeated_either(db):
    assert "zq9xw" not in outsider("zq9xw").get("/bookings").content.decode()
