"""Limits: counted once whoever counts, written rarely, never in the way of the request."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from bookings import rate_limits, redis_counts
from bookings.models import RequestCount

NOW = datetime(2027, 3, 16, 9, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def counter() -> rate_limits.Counter:
    return rate_limits.Counter()


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch, counter) -> None:
    monkeypatch.setattr(rate_limits, "counter", counter)


@pytest.mark.django_db
def test_the_request_after_the_last_allowed_one_exceeds_the_limit():
    usages = [rate_limits.spend("key:a", 3, NOW) for _request in range(4)]
    assert [usage.exceeded for usage in usages] == [False, False, False, True]
    assert [usage.remaining for usage in usages] == [2, 1, 0, 0]


@pytest.mark.django_db
def test_a_new_minute_begins_at_nothing():
    rate_limits.spend("key:a", 1, NOW)
    assert rate_limits.spend("key:a", 1, NOW + timedelta(seconds=47)).exceeded
    assert not rate_limits.spend("key:a", 1, NOW + timedelta(seconds=48)).exceeded


@pytest.mark.django_db
def test_it_says_how_many_seconds_are_left_of_the_minute():
    assert rate_limits.spend("key:a", 5, NOW).resets_in == 48


@pytest.mark.django_db
def test_others_have_counts_of_their_own():
    rate_limits.spend("key:a", 1, NOW)
    assert not rate_limits.spend("key:b", 1, NOW).exceeded


@pytest.mark.django_db
def test_nought_switches_a_limit_off_and_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rate_limits.spend("key:a", 0, NOW) is None


@pytest.mark.django_db
def test_many_requests_within_a_second_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _request in range(100):
            rate_limits.spend("key:a", 1000, NOW)
    with django_assert_num_queries(1):
        rate_limits.spend("key:a", 1000, NOW + SECOND)
    assert RequestCount.objects.get(who="key:a").count == 101


@pytest.mark.django_db
def test_a_second_process_learns_what_the_first_has_counted(counter):
    other = rate_limits.Counter()
    for _request in range(10):
        counter.add("key:a", NOW)
    counter.add("key:a", NOW + SECOND)
    assert other.add("key:a", NOW + SECOND) == 12


@pytest.mark.django_db
def test_an_address_is_the_one_that_no_visitor_can_choose(settings):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 5
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": "198.51.100.1"})
    assert rate_limits.spend_by_address(request, NOW).count == 1
    assert RequestCount.objects.get().who == "address:192.0.2.7"


COUNT_MANY = """
import os, sys
import django; django.setup()
from datetime import datetime, UTC
from bookings.models import RequestCount
now = datetime(2027, 3, 16, 9, 30, 12, tzinfo=UTC)
for _process in range(4):
    if os.fork() == 0:
        break
else:
    sys.exit(any(os.wait()[1] for _process in range(4)))
for _request in range(50):
    RequestCount.objects.add("key:a", now.replace(second=0), 1)
"""


@pytest.mark.race
def test_no_count_is_lost_between_processes(database_url):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": database_url}
    counted = subprocess.run([sys.executable, "-c", COUNT_MANY], env=environment, timeout=60, check=False)
    assert counted.returncode == 0
    assert RequestCount.objects.get().count == 200


@pytest.fixture
def redis_url(tmp_path) -> Iterator[str]:
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no Redis is installed. On Debian or Ubuntu: sudo apt install redis-server")
    url = f"unix://{tmp_path}/redis.sock"
    command = [
        server,
        "--port",
        "0",
        "--unixsocket",
        f"{tmp_path}/redis.sock",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert any("ready to accept connections" in line for line in process.stdout)
    yield url
    redis_counts.client(url).close()
    redis_counts.client.cache_clear()
    process.terminate()
    process.communicate()


def test_redis_counts_every_request_where_there_is_one(settings, redis_url):
    settings.REDIS_URL = redis_url
    assert [rate_limits.spend("key:a", 2, NOW).exceeded for _request in range(3)] == [False, False, True]


@pytest.mark.django_db
def test_the_database_counts_while_redis_is_away(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert rate_limits.spend("key:a", 2, NOW).count == 1
    assert RequestCount.objects.get().count == 1
