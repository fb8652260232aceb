"""What a load balancer and a monitor are told."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings


def test_a_living_process_says_so_without_the_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_site_whose_database_answers_is_ready() -> None:
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_site_without_its_database_is_not_ready() -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"no database\n")


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_monitor_on_the_machine_needs_no_https() -> None:
    assert Client().get("/healthz", headers={"Host": "127.0.0.1"}).status_code == 200
