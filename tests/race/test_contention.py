"""Many real processes want the same time.  The control, without the guard, must see them all get it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from bookings.constraints import NoOverlap
from bookings.management.commands.prove import holds
from bookings.models import Booking, HistoryEntry, Occupancy, Resource
from bookings.proof import SCENARIOS, Outcome
from tests.race.control import CLIENTS

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]


def run(database_url: str, *command: str) -> str:
    own = {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "booking_site.settings",
        "LOG_LEVEL": "ERROR",
    }
    environment = os.environ | own
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sixty_four_clients_never_book_anybody_twice(database_url):
    told = json.loads(run(database_url, "manage.py", "prove", "--json"))
    outcomes = [Outcome(**one) for one in told["outcomes"]]
    assert told["holds"]
    assert told["verdict"].startswith("The promise holds: in 512 attempts nobody was booked twice")
    for scenario, outcome in zip(SCENARIOS, outcomes, strict=True):
        assert holds(scenario, outcome), outcome
    one_slot = outcomes[0]
    assert (one_slot.winners, one_slot.refusals) == (1, {"slot_taken": 63})
    assert outcomes[-1].winners > 0
    assert not Resource.objects.filter(name__startswith="Proof").exists()
    assert not Booking.objects.exists()
    assert not HistoryEntry.objects.exists()


FAULTY = """
import json, os, django
django.setup()
from bookings.crowd import crowd

def dies(number, _resources):
    if number == 0:
        os._exit(9)

def stumbles(number, _resources):
    if number == 0:
        raise ValueError("odd")

print(json.dumps([sorted(crowd(attempt, [], 3)) for attempt in (dies, stumbles)]))
"""


def test_a_client_that_dies_or_stumbles_is_an_error_and_nobody_waits_for_it(database_url):
    died, stumbled = json.loads(run(database_url, "-c", FAULTY))
    assert died == ["lost: it ended without an answer", "won", "won"]
    assert stumbled == ["error: ValueError: odd", "won", "won"]


@pytest.fixture
def without_the_guard():
    constraint = next(one for one in Occupancy._meta.constraints if isinstance(one, NoOverlap))
    with connection.schema_editor() as editor:
        constraint.remove_sql(Occupancy, editor)
    yield
    Occupancy.objects.all().delete()
    with connection.schema_editor() as editor:
        constraint.create_sql(Occupancy, editor)


def test_the_control_without_the_guard_books_one_slot_many_times(database_url, without_the_guard):
    booked = json.loads(run(database_url, "-m", "tests.race.control"))
    assert booked["overlaps"] > 0
    assert 1 < booked["winners"] <= CLIENTS


def test_visits_of_two_parts_take_both_or_none(database_url):
    told = json.loads(run(database_url, "-m", "tests.race.visits"))
    assert set(told["results"]) == {"won", "slot_taken"}
    assert (told["overlaps"], told["deadlocks"]) == (0, 0)
    assert told["results"]["won"] == told["holds"] == len(told["pieces"])
    pieces, firsts = dict(told["pieces"]), set(told["firsts"])
    assert firsts
    assert {holder: count for holder, count in pieces.items() if holder in firsts} == dict.fromkeys(firsts, 2)
    assert {count for holder, count in pieces.items() if holder not in firsts} <= {1}
