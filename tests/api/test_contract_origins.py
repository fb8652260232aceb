"""Pages of other origins: preflights without a key, and answers that such pages may read."""

import pytest

from tests.api.conftest import MARTY, outsider
from tests.situations import a_widget_key

ORIGIN = "https://shop.example"


PATHS = [
    "/bookings",
    "/bookings/",
    "/bookings/1/cancel",
    "/availability",
    "/projects/embed/1",
    "/nothing/here",
    "/findtime",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_a_preflight_without_a_key(nobody, path):
    asked = {
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization,timekit-context",
    }
    response = nobody.call("OPTIONS", path, Origin=ORIGIN, **asked)
    assert 200 <= response.status_code < 300
    assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
    allowed = {name.strip().lower() for name in response.headers["Access-Control-Allow-Headers"].split(",")}
    named = "authorization content-type timekit-context timekit-timezone timekit-app idempotency-key"
    assert set(named.split()) | {"timekit-inputtimestampformat", "timekit-outputtimestampformat"} <= allowed
    methods = {name.strip() for name in response.headers["Access-Control-Allow-Methods"].split(",")}
    assert {"GET", "POST", "PUT", "DELETE"} <= methods
    assert "Allow" not in response.headers  # what any path may take is not what this one takes


def test_refusals_can_be_read_across_origins(widget, nobody):
    refusals = [
        widget.get("/projects/embed/1", Origin=ORIGIN),
        widget.get("/bookings", Origin=ORIGIN),
        widget.post("/bookings", b"{", Origin=ORIGIN),
        widget.post("/bookings", {}, Origin=ORIGIN),
        nobody.get("/bookings", Origin=ORIGIN),
        widget.post("/findtime", {}, Origin=ORIGIN),
        widget.call("PATCH", "/bookings", Origin=ORIGIN),
        widget.get("/nothing/here", Origin=ORIGIN),
    ]
    assert [response.status_code for response in refusals] == [404, 403, 400, 422, 401, 410, 405, 404]
    for response in refusals:
        assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
        assert "origin" in response.headers["Vary"].lower()


def test_a_page_can_read_the_headers_it_needs(widget):
    exposed = widget.get("/bookings/groups", Origin=ORIGIN).headers["Access-Control-Expose-Headers"].lower()
    assert {"timekit-testmode", "timekit-request-id"} <= {name.strip() for name in exposed.split(",")}


def test_no_cookie_is_set_and_none_is_needed(widget, consultation, doc, soon):
    visit = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **soon}
    response = widget.post("/bookings", visit, Origin=ORIGIN)
    assert response.status_code == 201
    assert not response.cookies
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_key_with_origins_serves_only_those_pages(consultation):
    page = outsider(a_widget_key(origins=[ORIGIN])[1])
    path = f"/projects/embed/{consultation.pk}"
    allowed = page.get(path, Origin=ORIGIN)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    refused = page.get(path, Origin="https://elsewhere.example")
    assert refused.status_code == 403
