"""What `deploy/` ships, as it is written: units, the two proxies with the live site behind them, image and compose."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from tests.admin.conftest import filled_in
from tests.clients.live import collect, environment, fresh_database, manage, serve
from tests.throwaway_postgresql import free_port

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
NAME = "book.example.org"
PATIENCE = 60


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("REQUIRE_PROXIES") == "1":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed. On Debian or Ubuntu: sudo apt install {name}")
    return found


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The units, with this checkout in the place of /opt/booking."""
    here = tmp_path / "booking"
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "python").symlink_to(sys.executable)
    copies = []
    for unit in UNITS:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace("/opt/booking", str(here)))
        copies.append(copy)
    return copies


def test_systemd_finds_nothing_wrong_with_the_units(units: list[Path]) -> None:
    command = [program("systemd-analyze"), "verify", *map(str, units)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [
        line
        for line in answer.stderr.splitlines()
        if line.startswith("booking-") or str(units[0].parent) in line
    ]
    assert ours == []
    units[0].write_text(units[0].read_text() + "\n[Service]\nType=unheard\n")
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "unheard" in answer.stderr


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name
)
def test_a_unit_is_hardened(unit: Path) -> None:
    command = [program("systemd-analyze"), "security", "--offline=true", str(unit)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    (level,) = re.findall(r"Overall exposure level for .*: ([\d.]+)", answer.stdout)
    assert float(level) < 2


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_serves_is_started_again_whenever_it_ends(name: str) -> None:
    unit = (DEPLOY / "systemd" / f"booking-{name}.service").read_text()
    assert "\nRestart=always\n" in unit
    assert "\nWantedBy=multi-user.target\n" in unit


def test_a_unit_that_prepares_migrates_and_collects(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "booking-migrate.service").read_text()
    (words,) = re.findall(r"^ExecStart=/opt/booking/\.venv/bin/python (.*)$", unit, re.MULTILINE)
    with fresh_database(tmp_path) as database:
        env = environment(database, "http://127.0.0.1", tmp_path)
        command = [sys.executable, *words.split()]
        answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
        assert manage(env, "showmigrations", "bookings").count("[ ]") == 0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for the name, which is its own authority."""
    folder = tmp_path_factory.mktemp("certificate")
    command = [
        program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]
    command += ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command += ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def nginx(folder: Path, authority: Path, upstream: int, port: int) -> tuple[list[str], dict[str, str]]:
    sample = (DEPLOY / "nginx.conf").read_text()
    for written, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        f"/etc/letsencrypt/live/{NAME}": str(authority),
    }.items():
        assert written in sample
        sample = sample.replace(written, here)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    frame = f"daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; {paths} {sample} }}"
    if os.geteuid() == 0:
        frame = f"user root; {frame}"
    (folder / "nginx.conf").write_text(frame)
    return [program("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")], {}


def caddy(folder: Path, authority: Path, upstream: int, port: int) -> tuple[list[str], dict[str, str]]:
    sample = (DEPLOY / "Caddyfile").read_text()
    own = f"\ttls {authority}/fullchain.pem {authority}/privkey.pem\n\tencode gzip\n"
    sample = sample.replace("\tencode gzip\n", own).replace(
        "{$SITE_NAME} {", f"{{$SITE_NAME}}:{port} {{\n\tbind 127.0.0.1"
    )
    frame = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(frame + sample)
    env = {
        "SITE_NAME": NAME,
        "UPSTREAM": f"127.0.0.1:{upstream}",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
    }
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], env


class Visitor:
    """A browser on another machine, as far as this one can tell: it knows the name, the authority and its cookies."""

    def __init__(self, port: int, authority: Path) -> None:
        self.port, self.cookies, self.set_cookies = port, dict[str, str](), list[str]()
        self.path, self.page = "", ""
        self.context = ssl.create_default_context(cafile=str(authority / "fullchain.pem"))

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[HTTPResponse, str]:
        connection = HTTPSConnection(NAME, self.port, timeout=PATIENCE, context=self.context)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.sock = self.context.wrap_socket(raw, server_hostname=NAME)
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Host": NAME, "Referer": f"https://{NAME}/"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.set_cookies.append(cookie)
            name, value = cookie.partition(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer, text

    def open(self, path: str, form: dict[str, str] | None = None, **headers: str) -> HTTPResponse:
        """Ask for a page, or send a form to it, and go where it leads."""
        method = "GET" if form is None else "POST"
        answer, text = self.ask(method, path, urlencode(form or {}), **headers)
        self.path, self.page = path, text
        if answer.status in {301, 302, 303}:
            return self.open(urljoin(path, answer.headers["Location"]).removeprefix(f"https://{NAME}"))
        assert answer.status == 200, text
        return answer

    def send(self, part: str, **typed: str) -> None:
        """Fill in the form whose text or address has ``part`` in it."""
        action, values = filled_in(self.page, part, typed)
        self.open(urljoin(self.path, action) if action else self.path, values)


@contextmanager
def running(command: list[str], env: dict[str, str], port: int, log: Path) -> Iterator[None]:
    with log.open("w") as output:
        process = subprocess.Popen(command, env=os.environ | env, stdout=output, stderr=output)
        try:
            for _time in range(PATIENCE * 20):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, log.read_text()
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.05)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
def test_a_booking_walks_through_the_proxy_as_it_is_shipped(proxy, authority: Path, tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    upstream, port = listening.getsockname()[1], free_port()
    command, its_env = proxy(tmp_path, authority, upstream, port)
    settings = {
        "TRUSTED_PROXIES": "127.0.0.1",
        "ACCESS_LOG": "json",
        "ACCESS_LOG_ADDRESS": "1",
        "METRICS_TOKEN": "token",
        "METRICS_DIR": str(tmp_path / "metrics"),
    }
    with fresh_database(tmp_path) as database:
        env = environment(database, f"https://{NAME}", tmp_path) | settings
        manage(env, "migrate", "--verbosity", "0")
        collect(env)
        manage(env, "demo", "--json")
        log = tmp_path / "server.log"
        with serve(listening, env, log), running(command, its_env, port, tmp_path / "proxy.log"):
            walk(Visitor(port, authority))
            assert '"address": "127.0.0.1"' in log.read_text()
            assert '"address": "6.6.6.6"' not in log.read_text()


def walk(visitor: Visitor) -> None:
    """From the list to a booked time; headers and cookies are looked at on the way."""
    answer = visitor.open("/", **{"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"})
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Permissions-Policy"]
    assert uuid.UUID(answer.headers["X-Request-Id"])
    assert visitor.ask("GET", "/metrics", Authorization="Bearer token")[0].status == 404
    visitor.open(re.findall(r'href="(/book/[\w-]+/)"', visitor.page)[0] + "?seek=next")
    visitor.send("/hold/")
    visitor.send("email", name="Marty McFly", email="marty@example.com", phone="+1 916 555 4385")
    assert visitor.path.startswith("/b/"), visitor.page
    assert visitor.set_cookies
    assert all("; Secure" in cookie for cookie in visitor.set_cookies)


def loaded(name: str) -> Any:
    """A file of `deploy/` as YAML means it, anchors followed."""
    return pytest.importorskip("yaml").safe_load((DEPLOY / name).read_text())


def test_the_compose_file_refers_to_nothing_that_is_not_there() -> None:
    compose = loaded("compose.yaml")
    services = compose["services"]
    for name, service in services.items():
        assert "image" in service, name
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service["networks"]) <= set(compose["networks"]), name
        sources = {one.split(":")[0] for one in service.get("volumes", [])}
        files = {one for one in sources if one.startswith(".")}
        assert sources - files <= set(compose["volumes"]), name
        assert all((DEPLOY / one).exists() for one in files), name
        for word in service.get("command", []):
            assert not word.endswith(".py") or (ROOT / word).exists(), name
    assert (DEPLOY / services["web"]["build"]["context"] / services["web"]["build"]["dockerfile"]).exists()


def test_the_image_has_the_programs_that_back_a_postgresql_up() -> None:
    shipped = (DEPLOY / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"apt-get install .*\bpostgresql-client\b", shipped)


def test_each_variable_of_the_compose_file_is_demanded_has_a_default_or_is_written_down() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    told = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    for name, rest in re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text):
        assert rest.startswith((":?", ":-")) or f"{name}=" in told, name
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    page = (ROOT / "docs" / "running.md").read_text()
    for name in demanded:
        assert f"{name}=" in told, name
        assert f"{name}=" in page, name
    known = (ROOT / ".env.example").read_text() + "SECRET_KEY="
    given = loaded("compose.yaml")["services"]["web"]["environment"]
    assert [name for name in given if f"{name}=" not in known] == []


def test_litestream_copies_the_database_that_the_site_has() -> None:
    (database,) = loaded("litestream.yml")["dbs"]
    assert database["path"].endswith("/var/db.sqlite3")
    assert database["path"] in (ROOT / "docs" / "operations.md").read_text()
