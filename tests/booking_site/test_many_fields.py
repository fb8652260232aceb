"""An address with more fields than are read is refused, whoever it asks."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/find/", "/healthz", "/v2/bookings", "/admin/login/"])
@pytest.mark.parametrize("fields", ["a=1&", "&"])
def test_too_many_fields_are_a_bad_request(client, path, fields):
    answer = client.get(f"{path}?{fields * 2002}")
    assert answer.status_code == 400
    assert client.get(f"{path}?{fields * 3}").status_code != 400
