"""Two members of staff save at the same moment: each form was right when it was checked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from bookings.models import Project, Resource
from tests.admin.conftest import logged_in, values_of

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ADD = reverse("admin:bookings_project_add")


@pytest.fixture
def both_checked() -> Iterator[None]:
    """Nobody saves a project before two forms were checked; SQLite lets the second be checked only afterwards."""
    both = Barrier(2, timeout=5 if connection.vendor == "postgresql" else 0.2)

    def wait(**_signal: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait()

    pre_save.connect(wait, sender=Project)
    yield
    pre_save.disconnect(wait, sender=Project)


def saved_at_once(**typed: str) -> list[Any]:
    """The answers to the same form, sent by two people."""
    clients = [logged_in("manager"), logged_in("admin")]
    form = values_of(clients[0].get(ADD)) | {"name": "Haircut", "options-0-length": "45 minutes"} | typed

    def send(client: Client) -> Any:
        try:
            return client.post(ADD, form)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        return list(people.map(send, clients))


def test_two_projects_of_one_name_saved_at_once_get_two_addresses(both_checked):
    answers = saved_at_once(**{"links-0-new_name": "Chair"})
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(set(Project.objects.values_list("slug", flat=True))) == 2
    assert Resource.objects.count() == 2


def test_of_two_who_typed_one_address_at_once_the_second_reads_it_beside_the_field(both_checked):
    answers = saved_at_once(slug="haircut", **{"links-0-new_name": "Chair"})
    refused = next(answer for answer in answers if answer.status_code == 200)
    assert list(refused.context["adminform"].form.errors) == ["slug"]
    assert Project.objects.count() == Resource.objects.count() == 1
