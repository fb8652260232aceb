"""How long a SQLite site of so many bookings takes to PostgreSQL: python -m bench.copied [bookings]

Makes the site with rows written in bulk, as the verbs leave them, then runs `manage.py copy_to`, and on both
databases a backup, a restore and a drill.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.rolling_upgrade import make_database, manage
from tests.throwaway_postgresql import throwaway_postgresql

ROOT = Path(__file__).resolve().parent.parent
ROWS = """
import uuid
from django.db import transaction
from bookings.models import *
from tests.situations import *
WANTED, AT_ONCE, STEP = {count}, 2000, HOUR / 2
rooms = [a_resource() for number in range(50)]
pattern = a_booking(rooms[0], at(8), graph="instant")
own = ("id", "reference", "start", "end", "resource_id")
names = [one.attname for one in Booking._meta.concrete_fields if one.attname not in own]
common = {{name: getattr(pattern, name) for name in names}}

def made(number):
    room, start = rooms[number % 50], at(8, days=1) + (number // 50) * STEP
    span = {{"resource": room, "start": start, "end": start + STEP}}
    booking = Booking(id=uuid.uuid4(), reference=f"N{{number}}", **common, **span)
    named = {{"name": f"Customer {{number}}", "email": f"c{{number}}@example.com", "answers": {{"n": number}}}}
    busy = {{"busy_start": start, "busy_end": start + STEP}}
    yield booking
    yield Customer(booking=booking, **named)
    yield Occupancy(booking=booking, strict=True, **span, **busy)
    yield HistoryEntry(booking_id=booking.pk, actor="customer", action="create", target="confirmed")
    yield OutboxMessage(kind="mail", booking_id=booking.pk, dedupe_key=f"b{{number}}", run_after=start)

for low in range(0, WANTED, AT_ONCE):
    columns = zip(*(made(number) for number in range(low, min(low + AT_ONCE, WANTED))))
    with transaction.atomic():
        for rows in columns:
            type(rows[0]).objects.bulk_create(rows)
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, throwaway_postgresql() as url:
        source = Path(folder) / "source.sqlite3"
        env = os.environ | {
            "DATABASE_URL": f"sqlite:///{source}",
            "SECRET_KEY": "copied" * 8,
            "ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "booking_site.settings",
        }
        make_database(url)
        manage(ROOT, env, "migrate", "--verbosity=0")
        begun = time.monotonic()
        manage(ROOT, env, "shell", "--no-imports", "-c", ROWS.format(count=count))
        print(
            f"{count} bookings made in {time.monotonic() - begun:.0f} s, {source.stat().st_size / 1e6:.0f} MB",
            flush=True,
        )
        timed(env, "copy_to", url)
        for name, there, fresh in (
            ("sqlite", env, f"sqlite:///{folder}/fresh.sqlite3"),
            ("postgresql", env | {"DATABASE_URL": url}, f"{url}2"),
        ):
            if name == "postgresql":
                make_database(fresh)
            timed(there, "backup", f"--folder={folder}/{name}")
            (made,) = Path(folder, name).iterdir()
            timed(env | {"DATABASE_URL": fresh}, "restore", str(made))
            timed(there, "drill", str(made), "--clients=8", fails=True)


def timed(env: dict[str, str], *words: str, fails: bool = False) -> None:
    """Run a command of manage.py and tell how long it took; a drill of a backup without secrets says no."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=not fails)
    print(f"{env['DATABASE_URL'].partition(':')[0]} {words[0]}: {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
