"""How much memory `./run` holds at rest, process by process.

    python -m bench.idle [seconds to rest]

Starts on a free port of this machine what `./run` starts (two web processes, unless WEB_CONCURRENCY says another
number, and the worker), with the demo in a new SQLite database or in that of DATABASE_URL, which must be empty.  Sends
requests to both web processes, makes a booking so that the worker has mailed, rests, and adds up the proportional set
size (PSS): a page that several processes share counts once.  Pages of the interpreter and of libraries are shared with
other Python programs of the same machine, too, so measure while none runs.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

REQUESTS, MEGABYTE = 50, 1024
SERVER_KEY = re.compile(rb"\bserver +(\S+)")
LINK = re.compile(r'href="(/book/[^"/]+/)"')


def main() -> None:
    rests = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory(prefix="bench-idle-") as folder:
        port = free_port()
        begun = time.perf_counter()
        site = start(Path(folder), port)
        try:
            until_it_answers(site, port)
            took = time.perf_counter() - begun
            warm(port, server_key(Path(folder) / "told"))
            time.sleep(rests)
            report(site.pid, took)
        finally:
            site.terminate()
            site.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    own = {
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}"),
        "DEMO": "1",
        "EMAIL_URL": f"filemail://{folder / 'mail'}",
        "ENV_FILE": os.devnull,
        "PORT": str(port),
        "SECRET_KEY": "x" * 50,
        "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "2"),
    }
    command = [sys.executable, "-m", "booking_site.launch", "all"]
    with (folder / "told").open("wb") as told:
        return subprocess.Popen(command, env=os.environ | own, stdout=told)


def until_it_answers(site: "subprocess.Popen[bytes]", port: int) -> None:
    while site.poll() is None:
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the site did not start")


def ask(port: int, method: str, path: str, key: str = "", body: object = None) -> tuple[int, str]:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    if key:
        headers["Authorization"] = "Basic " + b64encode(f":{key}".encode()).decode()
    try:
        caller.request(method, path, json.dumps(body) if body else None, headers)
        answer = caller.getresponse()
        return answer.status, answer.read().decode()
    finally:
        caller.close()


def server_key(told: Path) -> str:
    """The key that the demo prints once the site answers."""
    while not (found := SERVER_KEY.search(told.read_bytes())):
        time.sleep(0.02)
    return found[1].decode()


def warm(port: int, key: str) -> None:
    """Ask for pages and the API in turn, with a new connection each time, so that both web processes answer."""
    pages = ["/", *LINK.findall(ask(port, "GET", "/")[1])]
    (resource, *_others) = json.loads(ask(port, "GET", "/v2/resources", key)[1])["data"]
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=400)
    for number in range(REQUESTS):
        begins = start + timedelta(hours=number)
        body = {
            "resource_id": resource["id"],
            "graph": "instant",
            "start": begins.isoformat(),
            "end": (begins + timedelta(minutes=30)).isoformat(),
            "what": "Rest",
            "where": "Here",
            "description": "So that the worker has something to send",
            "customer": {"name": "Ada", "email": "ada@example.com"},
        }
        asked = [
            ("GET", pages[number % len(pages)], "", None),
            ("GET", "/v2/resources", key, None),
            ("POST", "/v2/availability", key, {"resources": [resource["id"]], "to": "2 weeks"}),
            ("POST", "/v2/bookings", key, body),
        ]
        method, path, with_key, sent = asked[number % len(asked)]
        status, text = ask(port, method, path, with_key, sent)
        if status not in {200, 201}:
            raise SystemExit(f"{method} {path} was answered {status}: {text[:300]}")


def family(pid: int) -> list[int]:
    """The process and all that come from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def report(pid: int, took: float) -> None:
    total = 0
    print("    PSS  private  process")
    for one in family(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
        size = {name: int(number) for name, number, _unit in (line.split() for line in lines)}
        total += size["Pss:"]
        private = size["Private_Clean:"] + size["Private_Dirty:"]
        words = Path(f"/proc/{one}/cmdline").read_bytes().decode().split("\0")
        print(f"{size['Pss:'] / MEGABYTE:7.1f}  {private / MEGABYTE:7.1f}  {' '.join(words[1:4])}")
    print(f"{total / MEGABYTE:7.1f}  MB in all; answered {took:.1f} s after its start")


if __name__ == "__main__":
    main()
