"""What every exception becomes on the wire, and what bodies are refused before anybody looks at their fields."""

import json

import pytest
from django.db import OperationalError, connection

from bookings import limits
from bookings.api.errors import BadRequest, Invalid, TooLarge
from bookings.api.requests import parser


def test_without_a_database_the_answer_is_a_sentence_and_when_to_come_back(server, wish):
    def gone(*args):
        raise OperationalError("could not connect to server: secret-host")

    with connection.execute_wrapper(gone):
        response = server.post("/bookings", wish)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert list(response.json()) == ["error"]
    assert "secret" not in response.content.decode()


def test_what_nobody_foresaw_is_told_by_its_number_only(server, wish, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("bookings.api.endpoints.bookings.prepare", broken)
    with pytest.raises(AssertionError, match="500") as raised:
        server.post("/bookings", wish)
    assert "secret" not in str(raised.value)
    assert "number" in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b"\xff", b'{"a": "\xed\xa0\x80"}', b"{'a': 1}", b""],
)
def test_what_is_not_strict_json_is_refused(body):
    with pytest.raises(BadRequest):
        parser.parse(body)


def test_a_body_may_be_a_megabyte_and_not_more():
    text = b'"' + b"x" * (1024 * limits.BODY.value - 2) + b'"'
    assert len(parser.parse(text)) == 1024 * limits.BODY.value - 2
    with pytest.raises(TooLarge):
        parser.parse(text + b" ")


def test_nesting_has_a_limit_and_width_has_none():
    deep = b"[" * parser.MAX_DEPTH + b"]" * parser.MAX_DEPTH
    assert parser.parse(deep) is not None
    with pytest.raises(BadRequest):
        parser.parse(b"[" + deep + b"]")
    assert len(parser.parse(json.dumps([{}] * 500).encode())) == 500


def test_characters_that_cannot_be_stored_are_named_by_their_place():
    body = (
        rb'{"what": "a\u0000b", "customer": {"tags": ["x", "\ud800"], "\u0000": 1}, "fine": "\ud83d\ude00"}'
    )
    with pytest.raises(Invalid) as refused:
        parser.parse(body)
    assert set(refused.value.errors) == {"what", "customer.tags.1", "customer"}


def test_the_findings_of_the_wire_and_of_the_forms_come_together(server, wish):
    wrong = {
        "start": "2027-08-12T21:30:00",
        "invite": 1,
        "my_rsvp": "perhaps",
        "customer": {"name": 5, "email": "x"},
    }
    response = server.post("/bookings", wish | wrong)
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {"start", "invite", "my_rsvp", "customer.name", "customer.email"}


def test_a_list_with_a_fault_names_the_place(server, wish):
    errors = server.post("/bookings", wish | {"participants": ["doc@example.com", 7]}).json()["errors"]
    assert list(errors) == ["participants.1"]


@pytest.mark.parametrize(
    "start",
    [
        1534134600,
        "1534134600",
        "2027-08-12",
        "2027-08-12T21:30:00",
        "2027-08-12T25:30:00Z",
        "2027-08-12T21:30:00+99:99",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1899-12-31T23:59:59Z",
        "２０２７-08-12T21:30:00Z",
        True,
        [],
    ],
)
def test_only_a_time_with_an_offset_is_a_time(server, wish, start):
    response = server.post("/bookings", wish | {"start": start})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["start"])


@pytest.mark.parametrize(
    "start",
    [
        "2027-08-13T04:30:00Z",
        "2027-08-13T04:30:00.000Z",
        "2027-08-13t04:30:00z",
        "2027-08-13T06:30+02:00",
        "2027-08-12T21:30:00-0700",
    ],
)
def test_every_spelling_of_an_instant_is_the_same_instant(server, wish, start):
    made = server.made("/bookings?include=event_info", wish | {"start": start, "end": "2027-08-13T05:30:00Z"})
    assert made["event_info"]["start"] == "2027-08-13T04:30:00+00:00"


def test_an_unknown_zone_in_the_head_is_named(server):
    response = server.get("/bookings", Timekit_Timezone="Mars/Olympus")
    assert (response.status_code, list(response.json()["errors"])) == (422, ["Timekit-Timezone"])


def test_a_body_that_is_missing_as_a_whole_is_a_bad_request(server):
    assert server.post("/bookings", b"").status_code == 400


def test_an_action_needs_no_body_at_all(server, wish):
    booking = server.made("/bookings", wish)
    assert server.put(f"/bookings/{booking['id']}/cancel", b"").status_code == 200


def test_the_inputs_of_an_action_are_checked(server, wish):
    booking = server.made("/bookings", wish)
    for sent, field in [
        ({"cancel": "no"}, "cancel"),
        ({"cancel": {"message": 7}}, "cancel.message"),
        ({"cancel": {"message": "x" * 5001}}, "cancel.message"),
        ({"apply_to_bulked_bookings": "no"}, "apply_to_bulked_bookings"),
    ]:
        response = server.put(f"/bookings/{booking['id']}/cancel", sent)
        assert (response.status_code, list(response.json()["errors"])) == (422, [field])
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"
