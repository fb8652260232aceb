"""What stands in the head of every answer, and what happens to somebody who asks too often."""

import uuid

import pytest

from bookings import rate_limits
from bookings.api.reference.openapi import description
from bookings.models import ApiKey
from tests.api.conftest import NOTHING, outsider
from tests.situations import a_server_key, a_widget_key

ORIGIN = "https://shop.example"


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch, no_minute_ends):
    """Nothing is counted yet, and no minute ends, with which the count would begin again."""
    monkeypatch.setattr(rate_limits, "counter", rate_limits.Counter())


def test_one_request_too_many_is_told_when_to_come_back(server, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 2
    answers = [server.get("/webhooks", Origin=ORIGIN) for _request in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].headers["Access-Control-Allow-Origin"]
    assert isinstance(answers[2].json()["error"], str)


def test_keys_of_servers_are_counted_one_by_one(server, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 1
    assert server.get("/webhooks").status_code == 200
    assert outsider(a_server_key()[1]).get("/webhooks").status_code == 200
    assert server.get("/webhooks").status_code == 429


def test_pages_are_counted_by_address_whichever_key_they_use(widget, settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 1
    assert widget.get("/bookings/groups").status_code == 200
    assert outsider(a_widget_key()[1]).get("/bookings/groups").status_code == 429


def test_guessing_keys_is_counted_by_address(nobody, settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 2
    assert [outsider(f"guess-{number}").get("/app").status_code for number in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/no/such/call"),
        ("PATCH", "/bookings"),
        ("POST", "/auth"),
        ("PUT", "/openapi.json"),
        ("GET", f"/bookings/{NOTHING}/external_action/cancel?signature=guessed"),
    ],
)
def test_what_needs_no_key_is_counted_by_address_too(nobody, settings, method, path):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 1
    answers = [nobody.call(method, path) for _request in range(2)]
    assert [answer.headers.get("X-RateLimit-Remaining") for answer in answers] == ["0", "0"]
    assert answers[0].status_code != 429
    assert answers[1].status_code == 429


def test_preflights_are_free(nobody, settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 1
    assert {nobody.call("OPTIONS", "/bookings").status_code for _request in range(3)} == {204}


def test_every_request_has_an_id_of_its_own(server):
    ids = {uuid.UUID(server.get("/webhooks").headers["Timekit-Request-Id"]) for _request in range(3)}
    assert len(ids) == 3


def test_a_trial_installation_says_so(server, settings):
    assert "trial site" not in description()["info"]["description"]
    assert "Timekit-TestMode" not in server.get("/webhooks").headers
    settings.TEST_MODE = True
    assert server.get("/webhooks").headers["Timekit-TestMode"] == "true"
    assert "trial site" in description()["info"]["description"]


def test_a_trial_installation_opens_to_test_keys_only(server, settings):
    trial = outsider(a_server_key(test=True)[1])
    settings.TEST_MODE = True
    assert (server.get("/app").status_code, trial.get("/app").status_code) == (401, 200)


def test_a_key_of_the_trial_opens_nothing_live_once_the_site_is(client, consultation, settings):
    _key, value = a_server_key(test=True)
    _widget, public = a_widget_key(test=True)
    settings.TEST_MODE = True
    hosted = client.get(f"/v2/projects/hosted/{consultation.slug}").json()["data"]
    assert (outsider(value).get("/app").status_code, hosted["app_key"]) == (200, public)
    settings.TEST_MODE = False
    assert outsider(value).read("/projects") == []
    assert outsider(public).get(f"/projects/embed/{consultation.pk}").status_code == 404
    assert client.get(f"/v2/projects/hosted/{consultation.slug}").status_code == 404
    live = a_widget_key()[1]
    assert client.get(f"/v2/projects/hosted/{consultation.slug}").json()["data"]["app_key"] == live


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/timekit"])
def test_the_pages_about_the_api_are_only_read(nobody, path):
    response = nobody.post(path)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert isinstance(response.json()["error"], str)


def test_pages_of_the_site_get_none_of_this(client, db):
    response = client.get("/admin/login/")
    assert "Timekit-Request-Id" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_key_that_is_bound_to_pages_serves_servers_without_an_origin(db):
    _key, value = a_widget_key(origins=[f"{ORIGIN}/"])
    assert outsider(value).get("/bookings/groups").status_code == 200
    assert outsider(value).get("/bookings/groups", Origin=ORIGIN.upper()).status_code == 200
    refused = outsider(value).get("/bookings/groups", Origin="https://other.example")
    assert (refused.status_code, isinstance(refused.json()["error"], str)) == (403, True)


def test_the_use_of_a_key_is_noted(server):
    assert ApiKey.objects.get().last_used_at is None
    server.get("/webhooks")
    assert ApiKey.objects.get().last_used_at is not None


def test_a_path_that_is_none_is_answered_in_json_whatever_the_method(nobody):
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        response = nobody.call(method, "/no/such/path")
        assert (response.status_code, isinstance(response.json()["error"], str)) == (404, True)


def test_head_is_answered_as_get_is(server):
    assert server.call("HEAD", "/resources").status_code == 200
    assert server.call("HEAD", "/availability").status_code == 405


def test_a_body_in_chunks_is_refused_in_words_where_the_web_server_does_not_end_it(server):
    answer = server.call("POST", "/bookings", b"", Transfer_Encoding="chunked")
    assert answer.status_code == 411
    assert "Content-Length" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "/docs", 200),
        ("GET", "/docs/timekit", 200),
        ("HEAD", "/openapi.json", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/projects/hosted/nobody", 404),
        ("GET", "/bookings", 401),
        ("GET", "/no/such/call", 404),
        ("POST", "/docs", 405),
        ("OPTIONS", "/bookings", 204),
        ("OPTIONS", "/no/such/call", 204),
    ],
)
def test_every_answer_has_an_id_and_says_what_is_left(nobody, settings, method, path, status):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 7
    answer = nobody.call(method, path, Origin=ORIGIN)
    assert answer.status_code == status
    assert uuid.UUID(answer.headers["Timekit-Request-Id"])
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    told = answer.headers.get("X-RateLimit-Limit"), answer.headers.get("X-RateLimit-Remaining")
    assert told == ((None, None) if method == "OPTIONS" else ("7", "6"))


def test_a_body_in_chunks_and_a_proxy_nobody_knows_are_named_and_counted_too(nobody, settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 7
    answer = nobody.call("POST", "/bookings", Transfer_Encoding="chunked", Content_Length="")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (411, "6")
    settings.SECURE_SSL_REDIRECT = True
    answer = nobody.call("GET", "/bookings", X_Forwarded_Proto="https")
    assert answer.status_code == 421
    assert uuid.UUID(answer.headers["Timekit-Request-Id"])


def test_documents_asked_for_too_often_are_refused_too(nobody, settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 1
    assert [nobody.get(path).status_code for path in ("/docs", "/docs/timekit", "/openapi.json", "")] == [
        200,
        429,
        429,
        429,
    ]
