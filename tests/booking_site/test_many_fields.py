"""An address with more fields than are read is refused, whoever it asks."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/find/", "/healthz", "/v2/bookings", "/admin/login/"])
@pytest.mark.parametrize("fields", ["a=1&", "&"])
def test_too_many_fields_are_a_bad_request(client, path, fields):
    answer = client.get(f"{path}?{fields * 2002}")
    assert answer.status_code == 400
    assert client.get(f"{path}?{fields * 3}").status_code != 400


def test_a_program_is_told_so_in_json(client):
    answer = client.get(f"/v2/bookings?{'a=1&' * 2002}", headers={"Origin": "https://shop.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json; charset=utf-8")
    assert answer.json() == {"error": "The address has too many fields."}
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
    assert answer["Timekit-Request-Id"]


def test_a_program_that_names_another_host_is_told_in_json(client):
    answer = client.get("/v2/bookings/", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.json()) == (400, {"error": "This request cannot be understood."})


def test_people_are_shown_a_page(client):
    answer = client.get(f"/?{'a=1&' * 2002}")
    assert answer["Content-Type"].startswith("text/html")
