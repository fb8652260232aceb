"""The worker as a process: it does what is due, ends when told, and survives a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, InternalError, OperationalError, connection
from django.db.models.functions import Now
from django.utils import timezone

from bookings.effects.crew import LANES
from bookings.housekeeping import BATCH, sweep
from bookings.management.commands import worker
from bookings.management.sending import HANDLERS
from bookings.models import (
    Action,
    Booking,
    IdempotencyKey,
    Occupancy,
    OutboxMessage,
    RequestCount,
    Resource,
    Site,
)
from tests.clients.live import ROOT, environment
from tests.effects.conftest import let_wait_end, until, wait_for_start
from tests.situations import HOUR, a_booking, a_hold, a_resource, aged, at

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_does_so_and_says_why(start_worker, number):
    process = start_worker()
    wait_for_start(process)
    process.send_signal(number)
    _output, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "worker_ended" in log


def test_each_kind_of_message_has_a_lane_in_which_it_is_sent():
    assert sorted(kind for lane in LANES for kind in lane.kinds) == sorted(HANDLERS)


def test_a_worker_loads_no_page_before_a_mail_has_an_address_in_it(database_url, tmp_path):
    program = (
        "import sys; from django.core.management import execute_from_command_line as run; "
        "run(['manage.py', 'worker', '--once']); print('booking_site.urls' in sys.modules)"
    )
    env = environment(database_url, "http://testserver", tmp_path)
    env["DJANGO_SETTINGS_MODULE"] = "booking_site.settings"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (0, "False\n"), answer.stderr


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_sends_leaves_the_message_to_the_next(start_worker, mail_server):
    postbox = mail_server()
    first = start_worker()
    wait_for_start(first)
    postbox.when_data_comes = first.kill  # the mail is kept, and nobody there hears it
    booking = a_booking(a_resource(), at(9))
    until(lambda: first.poll() is not None)
    message = OutboxMessage.objects.get(kind="mail", payload__to="customer", booking_id=booking.pk)
    assert message.lease_until > timezone.now()
    assert message.done_at is None
    postbox.when_data_comes = None
    let_wait_end()
    start_worker()
    until(lambda: OutboxMessage.objects.get(pk=message.pk).outcome == "sent")
    assert len(postbox.mails) == 2
    assert len({letter["Message-ID"] for letter in postbox.mails}) == 1, "one mail to whoever reads it"


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_what_is_booked_while_it_runs(start_worker, mail_server):
    postbox = mail_server()
    wait_for_start(start_worker())
    for days in range(5):
        a_booking(a_resource(), at(9, days=days))
    until(lambda: len(postbox.mails) == 5)


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_connection_is_cut_connects_again(start_worker, mail_server):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file: there is no connection that could be cut")
    postbox = mail_server()
    process = start_worker()
    wait_for_start(process)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    a_booking(a_resource(), at(9))
    until(lambda: postbox.mails)
    assert process.poll() is None


def test_once_does_what_is_due_and_ends(mailoutbox):
    resource = a_resource()
    waiting = a_booking(resource, at(9), graph="instant_payment")
    aged(waiting)
    a_hold(resource, at(12))
    let_wait_end()
    call_command("worker", once=True)
    waiting.refresh_from_db()
    assert waiting.state.name == "unpaid"
    let_wait_end()
    call_command("worker", once=True)
    assert [letter.subject.partition(":")[0] for letter in mailoutbox] == ["Ended"]


@pytest.mark.parametrize(
    "error", [OperationalError("the server closed the connection"), InternalError("read-only")]
)
def test_a_database_that_is_away_or_read_only_is_waited_for(monkeypatch, error):
    def gone():
        raise error

    monkeypatch.setattr(worker, "play_due", gone)
    assert worker.Clock().tick() == worker.DATABASE_PAUSE_SECONDS


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_fails_ends_the_process_so_that_it_is_started_again(monkeypatch):
    def fail(_clock, _stopped):
        raise ZeroDivisionError

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(worker.Clock, "tick_until", fail)
    try:
        with pytest.raises(ZeroDivisionError):
            call_command("worker")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    lanes = {lane.name for lane in LANES}
    assert not [one.name for one in threading.enumerate() if one.name.rpartition("-")[0] in lanes]


@pytest.mark.parametrize("error", [ZeroDivisionError, DataError])
def test_an_action_that_fails_holds_up_no_other(monkeypatch, error):
    resource, act = a_resource(), sys.modules["bookings.lifecycle.act"]  # its name is that of a verb, too
    play = act.play_overdue
    broken, other = (aged(a_booking(resource, at(hour), graph="instant_payment")) for hour in (9, 11))

    def fail(booking):
        if booking.pk == broken.pk:
            raise error
        return play(booking)

    monkeypatch.setattr(act, "play_overdue", fail)
    call_command("worker", once=True)
    for booking in (broken, other):
        booking.refresh_from_db()
    assert (broken.state.name, other.state.name) == ("tentative", "unpaid")
    assert broken.due_at > timezone.now(), "it is tried again later"


def test_act_due_plays_everything_that_is_due():
    resource = a_resource()
    for hour in (9, 11, 13):
        aged(a_booking(resource, at(hour), graph="instant_payment"))
    told = StringIO()
    call_command("act_due", stdout=told)
    assert told.getvalue() == "3 played\n"
    assert set(Booking.objects.values_list("state__name", flat=True)) == {"unpaid"}


def test_an_action_that_is_refused_to_the_clock_holds_up_no_other():
    confirm = Action.objects.filter(version__graph__name="confirm_decline", name="confirm")
    confirm.update(by_clock=True, automatic_after=HOUR, automatic_from="entered")
    resource = a_resource()
    asked_for = a_booking(resource, at(9), graph="confirm_decline")
    a_booking(resource, at(9))
    aged(asked_for)
    unpaid = aged(a_booking(resource, at(12), graph="instant_payment"), HOUR)
    call_command("worker", once=True)
    unpaid.refresh_from_db()
    asked_for.refresh_from_db()
    assert (unpaid.state.name, asked_for.state.name) == ("unpaid", "tentative")
    assert asked_for.due_at > timezone.now(), "it is tried again later"


def test_what_has_had_its_time_is_removed_and_nothing_else():
    resource = a_resource()
    a_booking(resource, at(9))
    aged(a_hold(resource, at(11)))
    a_hold(resource, at(13))
    just_ended = aged(a_hold(resource, at(15)), timedelta(seconds=30))
    IdempotencyKey.objects.create(scope="new", request_hash="x")
    IdempotencyKey.objects.create(scope="old", request_hash="x")
    IdempotencyKey.objects.filter(scope="old").update(created_at=Now() - timedelta(hours=25))
    RequestCount.objects.create(who="new", window=timezone.now())
    RequestCount.objects.create(who="old", window=timezone.now() - timedelta(hours=3))
    for key, outcome in (("sent", "sent"), ("failed", "failed"), ("new", "sent"), ("waiting", "")):
        OutboxMessage.objects.create(kind="mail", dedupe_key=key, run_after=timezone.now(), outcome=outcome)
    long_ago = timezone.now() - timedelta(days=61)
    OutboxMessage.objects.filter(dedupe_key__in=["sent", "failed"]).update(done_at=long_ago)
    OutboxMessage.objects.filter(dedupe_key="new").update(done_at=timezone.now())
    assert sweep() == 4
    assert Occupancy.objects.count() == 3
    assert Occupancy.objects.filter(reservation=just_ended).exists()
    assert IdempotencyKey.objects.get().scope == "new"
    assert RequestCount.objects.get().who == "new"
    assert set(OutboxMessage.objects.filter(booking_id=None).values_list("dedupe_key", flat=True)) == {
        "failed",
        "new",
        "waiting",
    }
    assert sweep() == 0


def test_a_great_many_ended_rows_go_in_batches():
    old = timezone.now() - timedelta(hours=3)
    RequestCount.objects.bulk_create(RequestCount(who=str(number), window=old) for number in range(BATCH + 1))
    assert [sweep(), sweep(), sweep()] == [BATCH, 1, 0]


def doctor():
    told = StringIO()
    call_command("doctor", stdout=told)
    return told.getvalue()


def test_the_doctor_finds_a_healthy_site(settings):
    settings.SITE_IS_HTTPS = settings.SITE_IS_LOCAL = True
    Site.objects.update_or_create(pk=1, defaults={"email": "hello@example.org"})
    a_booking(a_resource(timezone="Asia/Kolkata"), at(9))
    told = doctor()
    assert "WRONG" not in told
    for promise in ("no_overlap", "history_is_append_only", "migrations", "time zones", "messages wait"):
        assert promise in told


def doctor_complains():
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", stdout=told)
    return [line for line in told.getvalue().splitlines() if line.startswith("WRONG")]


def test_the_doctor_misses_the_guarantee_where_it_was_dropped():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE bookings_occupancy DROP CONSTRAINT no_overlap")
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%no_overlap%'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
    assert any("no_overlap" in line for line in doctor_complains())


@pytest.fixture
def plain_database(transactional_db):
    """A database that knows the capital letters of ASCII alone, in the place of the one of the tests."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes its capital letters from the site")
    usual = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE DATABASE {usual}_plain TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    use(f"{usual}_plain")
    yield
    use(usual)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {usual}_plain WITH (FORCE)")


def use(name):
    connection.close()
    connection.settings_dict["NAME"] = name


def test_the_doctor_knows_a_database_that_would_not_find_an_accent(plain_database):
    assert any("Searches tell É from é" in line for line in doctor_complains())


def test_the_doctor_misses_the_styles_of_the_pages(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": manifest}}
    assert any("manage collectstatic" in line for line in doctor_complains())


def test_the_doctor_knows_zones_that_do_not_exist():
    Resource.objects.filter(pk=a_resource().pk).update(timezone="Mars/Olympus")
    assert any("Mars/Olympus" in line for line in doctor_complains())


def test_the_doctor_tells_of_what_was_given_up_and_of_mail_that_waits(settings):
    settings.MAIL_IS_SET_UP = False
    a_booking(a_resource(), at(9), length=HOUR)
    OutboxMessage.objects.create(kind="delivery", dedupe_key="x", run_after=timezone.now(), outcome="failed")
    complaints = doctor_complains()
    assert any("1 messages were given up" in line for line in complaints)
    assert any("2 mails wait" in line for line in complaints)
