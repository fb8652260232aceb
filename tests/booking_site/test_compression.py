"""Texts are compressed on their way, with a length that tells nothing; pictures are sent as they are."""

import base64
import gzip

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.situations import a_project, a_resource, a_server_key

pytestmark = pytest.mark.django_db
TAKES = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


@pytest.fixture
def project(db):
    a_project(a_resource())
    return a_project(a_resource())


@pytest.mark.parametrize("url", ["/", "/v2/openapi.json", "/v2/docs", "/admin/login/"])
def test_pages_and_json_are_compressed(client, project, url):
    plain, small = client.get(url), client.get(url, **TAKES)
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain.content)
    assert "Accept-Encoding" in small["Vary"]
    assert len(gzip.decompress(small.content)) > 200


def test_answers_of_the_api_are_compressed(client, project):
    _key, value = a_server_key()
    headers = {"Authorization": "Basic " + base64.b64encode(f":{value}".encode()).decode()}
    answer = client.get("/v2/projects", headers=headers, **TAKES)
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"


def test_the_length_of_a_page_tells_no_secret(client, project):
    lengths = {len(client.get("/", **TAKES).content) for _time in range(12)}
    assert len(lengths) > 4


def test_a_picture_is_sent_as_it_is(client):
    name = default_storage.save("projects/one.png", ContentFile(b"\x89PNG" + bytes(1000)))
    answer = client.get(f"/media/{name}", **TAKES)
    assert "Content-Encoding" not in answer
    assert answer["Content-Length"] == "1004"
    answer.close()
