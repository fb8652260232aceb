"""The verdict of `manage.py prove`, whatever happens meanwhile; the proof itself is tried in tests/race."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from bookings.crowd import went_away
from bookings.management.commands import prove as command
from bookings.management.commands.prove import verdict_on
from bookings.models import Booking, Resource
from bookings.proof import SCENARIOS, Outcome, throw_away_leftovers, throw_away_resource
from bookings.sql import is_postgresql
from tests.situations import a_booking, a_resource, at

ROOT = Path(__file__).parents[2]
ONE_SLOT = SCENARIOS[0]
AS_PROMISED = Outcome(
    name="one slot",
    attempts=64,
    winners=1,
    refusals={"slot_taken": 63},
    errors=0,
    lost={},
    overlaps=0,
    miscounted=0,
    deadlocks=0,
    seconds=0.5,
)


def test_the_verdict_is_one_sentence_that_counts_the_attempts() -> None:
    verdict, held = verdict_on([(ONE_SLOT, AS_PROMISED)] * 2)
    assert held
    assert verdict.startswith("The promise holds: in 128 attempts")
    assert verdict.endswith("the slowest round took 0.5 s.")


@pytest.mark.parametrize(
    "wrong",
    [{"winners": 2}, {"winners": 0}, {"overlaps": 1}, {"miscounted": 1}, {"errors": 1}, {"deadlocks": 1}],
)
def test_whatever_goes_wrong_breaks_the_promise_and_is_named(wrong: dict[str, int]) -> None:
    verdict, held = verdict_on([(ONE_SLOT, AS_PROMISED), (ONE_SLOT, replace(AS_PROMISED, **wrong))])
    assert held is False
    assert verdict == "The promise does NOT hold: one slot."


def test_where_clients_were_lost_there_is_no_verdict_unless_the_promise_was_seen_to_break() -> None:
    lost = {"lost: it ended without an answer": 2}
    verdict, held = verdict_on([(ONE_SLOT, replace(AS_PROMISED, winners=0, lost=lost))])
    assert held is None
    assert (
        verdict
        == "There is no verdict: 2 of 64 clients were lost, the first since: it ended without an answer."
    )
    assert verdict_on([(ONE_SLOT, replace(AS_PROMISED, winners=2, lost=lost))])[1] is False


def test_a_server_that_ended_is_told_from_a_database_that_refused() -> None:
    def caused_by(cause: Exception) -> OperationalError:
        error = OperationalError("x")
        error.__cause__ = cause
        return error

    assert went_away(caused_by(psycopg.errors.AdminShutdown("x")))
    assert went_away(caused_by(psycopg.errors.DiskFull("x")))
    assert went_away(caused_by(psycopg.OperationalError("the connection is lost")))
    assert not went_away(caused_by(psycopg.errors.DeadlockDetected("x")))
    assert not went_away(ValueError("x"))


def begin(database_url: str, *words: str, stdout: int | None = subprocess.PIPE) -> subprocess.Popen[str]:
    """The command as an operator starts it, in a group of processes of its own."""
    own = {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "booking_site.settings"}
    command = [sys.executable, "manage.py", "prove", "--clients=8", *words]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | own | {"LOG_LEVEL": "CRITICAL"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """It has tried one of its scenarios, and goes on with the next."""
    assert process.stdout
    return process.stdout.readline()


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its status and the last line of what it says where faults are told."""
    _out, told = process.communicate(timeout=120)
    assert "Traceback" not in told, told
    return process.returncode, told.strip().splitlines()[-1] if told.strip() else ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_interrupts_it_is_told_so_and_nothing_is_left(database_url: str, number: signal.Signals) -> None:
    process = begin(database_url)
    assert first_line(process).startswith("one slot")
    os.killpg(process.pid, number)
    status, told = end(process)
    assert status == 130, told
    assert "There is no verdict: it was interrupted during “" in told
    assert number.name in told
    assert not Resource.objects.exists()
    assert not Booking.objects.exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db(transaction=True)
def test_a_signal_whose_exception_python_drops_ends_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    def tried(*_scenario: object) -> Outcome:
        Gone()
        return AS_PROMISED

    monkeypatch.setattr(command, "prove", tried)
    with pytest.raises(CommandError, match=r"it was interrupted during “one slot” \(SIGTERM\)") as told:
        call_command("prove", clients=2)
    assert told.value.returncode == command.INTERRUPTED


@pytest.mark.django_db(transaction=True)
def test_who_stops_reading_is_told_where_faults_are_told(database_url: str) -> None:
    process = begin(database_url)
    first_line(process)
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    status, told = end(process)
    assert (status, "There is no verdict: the machine failed" in told, "Broken pipe" in told) == (
        1,
        True,
        True,
    )
    assert not Resource.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_verdict_that_cannot_be_written_is_not_lost(database_url: str) -> None:
    with Path("/dev/full").open("w") as full:
        status, told = end(begin(database_url, "--json", stdout=full.fileno()))
    assert status == 1
    assert "The promise holds" in told
    assert told.endswith("It could not be written: No space left on device.")


@pytest.mark.django_db(transaction=True)
def test_a_database_without_tables_has_no_verdict(tmp_path: Path) -> None:
    status, told = end(begin(f"sqlite:///{tmp_path}/empty.sqlite3"))
    assert status == 1
    assert "There is no verdict: the database failed during “one slot” (no such table" in told
    process = begin(f"sqlite:///{tmp_path}/empty.sqlite3", "--json")
    assert process.stdout
    assert json.loads(process.stdout.read())["holds"] is None
    assert end(process)[0] == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_in_the_middle_has_no_verdict(database_url: str) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has no server that could go away")
    process = begin(database_url)
    first_line(process)
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()
        while process.poll() is None:  # again and again, since at one moment nobody may be connected
            cursor.execute(ends, own)
    status, told = end(process)
    assert status == 1, told
    assert "There is no verdict: " in told


@pytest.mark.django_db(transaction=True)
def test_what_a_proof_left_that_was_killed_can_be_deleted_and_nothing_else() -> None:
    kept = a_resource(name="Proof 0123abcd", sends_mail=False)
    a_booking(kept, at(9))
    left = throw_away_resource()
    assert throw_away_leftovers() == 1
    assert set(Resource.objects.values_list("pk", flat=True)) == {kept.pk}
    assert left.pk != kept.pk


@pytest.mark.parametrize("clients", [1, 513])
def test_so_many_clients_as_it_takes(clients: int) -> None:
    with pytest.raises(CommandError, match="from 2 to 512"):
        call_command("prove", clients=clients)
