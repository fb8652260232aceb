"""The audit of the lock files finds what is known and says of how much; the list of parts leaves none out."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

ROOT = Path(__file__).resolve().parent.parent
KNOWN = {"django": "3.2.0", "pillow": "8.0.0"}


def advisory(package: str) -> dict[str, object]:
    """As the public service spells one."""
    return {
        "id": f"GHSA-of-{package}",
        "summary": "known",
        "details": "known",
        "aliases": [],
        "published": "2021-01-01T00:00:00Z",
        "affected": [
            {"package": {"name": package, "ecosystem": "PyPI"}, "ranges": [], "versions": [KNOWN[package]]}
        ],
    }


@pytest.fixture
def service(httpserver: HTTPServer) -> str:
    def answer(request: Request) -> Response:
        asked = request.get_json(force=True)
        name, version = asked["package"]["name"], asked["version"]
        found = [advisory(name)] if KNOWN.get(name) in {version, f"{version}.0"} else []
        return Response(json.dumps({"vulns": found} if found else {}), content_type="application/json")

    httpserver.expect_request("/v1/query", method="POST").respond_with_handler(answer)
    return httpserver.url_for("/v1/query")


def audit(lock: Path, **variables: str) -> tuple[int, str]:
    command = [str(ROOT / ".ci" / "audit"), str(lock)]
    answer = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    if "Failed to" in answer.stderr or "error: " in answer.stderr:
        pytest.skip("pip-audit cannot be had here")
    return answer.returncode, answer.stdout


def a_lock(folder: Path, *pins: str) -> Path:
    lock = folder / "a.lock"
    lock.write_text("".join(f"{pin} --hash=sha256:{0:064}\n" for pin in pins))
    return lock


def test_an_old_package_fails_the_audit_and_a_new_one_does_not(service: str, tmp_path: Path) -> None:
    code, told = audit(a_lock(tmp_path, "pillow==8.0.0", "idna==3.10"), OSV_URL=service)
    assert (code, "GHSA-of-pillow" in told) == (1, True), told
    assert "2 of 2 packages were audited." in told
    code, told = audit(a_lock(tmp_path, "pillow==13.0.0", "idna==3.10"), OSV_URL=service)
    assert (code, "No known vulnerabilities found" in told) == (0, True), told


def test_where_no_service_answers_nothing_is_called_good(tmp_path: Path) -> None:
    nowhere = {"OSV_URL": "http://127.0.0.1:1/v1/query"}
    code, told = audit(a_lock(tmp_path, "idna==3.10"), **nowhere)
    assert (code, told.startswith("SKIPPED: ")) == (0, True)
    assert audit(a_lock(tmp_path, "idna==3.10"), REQUIRE_AUDIT="1", **nowhere)[0] == 1


def test_the_list_of_what_the_site_is_made_of_names_each_pin_with_its_hashes(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    answer = subprocess.run([str(ROOT / ".ci" / "sbom"), str(file)], capture_output=True, check=False)
    if not file.exists():
        pytest.skip("cyclonedx-bom cannot be had here")
    assert answer.returncode == 0
    lock = (ROOT / "requirements.lock").read_text()
    pins = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", lock, re.MULTILINE))
    parts = json.loads(file.read_text())["components"]
    assert {one["name"]: one["version"] for one in parts} == pins
    hashes = {
        each["content"] for one in parts for place in one["externalReferences"] for each in place["hashes"]
    }
    assert hashes == set(re.findall(r"sha256:([0-9a-f]{64})", lock))
