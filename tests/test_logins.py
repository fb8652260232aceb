"""Passwords are tried a few times a minute from one address, and a stranger locks nobody out."""

import html
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

from bookings import logins, rate_limits

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch, no_minute_ends) -> None:
    monkeypatch.setattr(rate_limits, "counter", rate_limits.Counter())


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The passwords that were hashed."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def seen_encode(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", seen_encode)
    return seen


@pytest.fixture
def owner(db) -> User:
    return User.objects.create_superuser("owner", "owner@example.com", "right-password")


def log_in(name: str, password: str = "wrong", address: str = HERE, after: str = ""):  # noqa: S107  # of nobody
    sent = {"username": name, "password": password, "next": after}
    return Client().post("/admin/login/", sent, REMOTE_ADDR=address)


def test_ever_new_names_cost_a_few_hashes_a_minute(db, hashed, settings):
    settings.LOGINS_A_MINUTE_PER_ADDRESS = 5
    answers = [log_in(f"name-{number}") for number in range(30)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 25
    assert len(hashed) == 5
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many passwords were tried" in answers[-1].content.decode()


def test_the_addresses_of_an_ipv6_household_are_one(db, hashed, settings):
    settings.LOGINS_A_MINUTE_PER_ADDRESS = 5
    for number in range(30):
        log_in(f"name-{number}", address=f"2001:db8::{number + 1:x}")
    assert len(hashed) == 5


def test_even_the_right_password_is_not_looked_at_above_the_limit(owner, settings):
    settings.LOGINS_A_MINUTE_PER_ADDRESS = 5
    for number in range(6):
        log_in(f"name-{number}")
    assert log_in("owner", "right-password").status_code == 429


def test_a_stranger_locks_a_name_where_they_are_and_the_owner_comes_in_from_elsewhere(owner):
    for _try in range(15):
        log_in("owner")
    assert log_in("owner", "right-password").status_code != 302
    assert log_in("owner", "right-password", ELSEWHERE).status_code == 302


def test_an_ipv6_household_cannot_try_a_name_from_each_of_its_addresses(owner):
    for number in range(11):
        log_in("owner", address=f"2001:db8::{number + 1:x}")
    assert log_in("owner", "right-password", "2001:db8::ffff").status_code != 302
    assert log_in("owner", "right-password", "2001:db8:0:1::1").status_code == 302


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example/", "", "/admin/"])
def test_a_login_leads_to_the_desk_wherever_it_was_to_lead(owner, after):
    assert log_in("owner", "right-password", after=after)["Location"] == "/admin/"


@pytest.mark.parametrize("name", ["é" * 300, "9" * 5000])
def test_a_name_that_is_longer_than_any_is_refused_and_no_password_is_hashed(db, hashed, name):
    answer = log_in(name)
    assert answer.status_code == 200
    assert "at most 150 characters" in answer.content.decode()
    assert hashed == []


@contextmanager
def two_who_log_in() -> Iterator[None]:
    """One password is being hashed in this process, and one waits for its turn."""
    for _one in range(2):
        assert logins.PLACES.acquire(blocking=False)
    yield
    for _one in range(2):
        logins.PLACES.release()


def test_a_password_beside_two_others_is_not_hashed_and_may_be_sent_again_in_a_second(owner, hashed):
    with two_who_log_in():
        answer = log_in("owner", "right-password")
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert "Several people are logging in at this moment. Please try again in a second." in html.unescape(
        answer.content.decode()
    )
    assert hashed == []


def test_who_found_others_logging_in_has_tried_no_password(owner, settings):
    settings.LOGINS_A_MINUTE_PER_ADDRESS = 1
    with two_who_log_in():
        for _try in range(15):
            log_in("owner", "right-password")
    assert log_in("owner", "right-password").status_code == 302


def test_every_login_makes_room_for_the_next(owner, settings):
    settings.LOGINS_A_MINUTE_PER_ADDRESS = 5
    for number in range(10):
        log_in(f"name-{number}")
    log_in("é" * 300)
    assert log_in("owner", "right-password", ELSEWHERE).status_code == 302
