"""Under attack a hold costs a proof of work: programs do not get far, and people hardly notice."""

import html
import json
import re
from datetime import timedelta
from ipaddress import ip_network

import altcha
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import housekeeping
from bookings.client_address import counted_digest
from bookings.lifecycle.actors import Actor
from bookings.models import Booking, Reservation, Site, SpentProof
from bookings.views.hold import pick
from tests.api.conftest import Door
from tests.situations import HOUR, a_hold, a_project, a_resource, a_session, a_widget_key, aged
from tests.views.conftest import MARTY

TIMES = 200


@pytest.fixture(autouse=True)
def quick_proofs(settings) -> None:
    """A proof is two tries, and what was counted for another test is forgotten."""
    settings.PROOF_TRIES = 2
    cache.clear()


@pytest.fixture
def project(db):
    """Ten resources, each with twenty hours in the next days: two hundred times."""
    first = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    period = {"start": first.isoformat(), "end": (first + 20 * HOUR).isoformat()}
    rooms = [
        a_resource(availability_constraints=[{"allow_period": period}]) for _number in range(TIMES // 20)
    ]
    project = a_project(*rooms, availability={"mode": "roundrobin_prioritized"})
    project.first = first
    return project


def picked(project, number: int, *, address: str = "192.0.2.1", client: Client | None = None, **more):
    """Somebody new presses a time; there are twenty starts."""
    start = project.first + HOUR * (number % 20)
    where = more.pop("where", f"/book/{project.slug}/hold/")
    sent = {"start": start.isoformat()} | more
    return (client or Client()).post(where, sent, REMOTE_ADDR=address)


def solved(answer) -> str:
    """What the script makes of the page."""
    challenge = json.loads(html.unescape(re.search(r'data-proof="([^"]*)"', answer.content.decode())[1]))
    asked = altcha.Challenge.from_dict(challenge)
    return altcha.Payload(asked, altcha.solve_challenge(asked)).to_base64()


def held() -> int:
    return Reservation.objects.live().count()


def test_a_thousand_posts_from_three_addresses_leave_half_of_the_times_and_a_customer_unhindered(project):
    for number in range(1000):
        picked(project, number, address=f"192.0.2.{number % 3}")
    assert TIMES / 5 < held() < TIMES / 2
    client = Client()
    answer = picked(project, 7, address="198.51.100.1", client=client)
    assert answer.status_code == 302
    assert "details" in answer["Location"]
    assert client.post(answer["Location"], MARTY).status_code == 302
    assert Booking.objects.count() == 1


def a_third_is_held(project) -> None:
    """A third of the times are held, each by another address."""
    hold_as_many(project, TIMES * 33 // 100)


def half_is_held(project) -> None:
    """Half of the times are held, each by another address."""
    hold_as_many(project, TIMES // 2)


def hold_as_many(project, times: int) -> None:
    """As if so many had picked one each, without the pages."""
    rooms = [link.resource for link in project.links.all()]
    for number in range(times):
        request = RequestFactory(REMOTE_ADDR=f"192.0.2.{number}").post("/")
        start = project.first + HOUR * (number % 20)
        held = {"project": project, "visitor": f"{number}", "address": counted_digest(request)}
        a_hold(rooms[-1 - number // 20], start, by=Actor.customer(), **held)


def test_however_many_addresses_there_are_half_of_the_times_stay_free(project):
    for number in range(250):
        picked(project, number, address=f"192.0.2.{number}")
    assert held() == TIMES // 2
    assert picked(project, 5, address="198.51.100.1").status_code == 429


def test_from_a_third_on_a_fresh_address_holds_a_few_without_a_proof_and_one_that_held_none(project):
    a_third_is_held(project)
    answers = [picked(project, number, address="198.51.100.1").status_code for number in range(4)]
    assert answers == [302, 302, 429, 429]
    assert picked(project, 5, address="192.0.2.1").status_code == 302
    assert picked(project, 6, address="192.0.2.1").status_code == 429


def test_from_half_on_a_fresh_address_holds_with_a_proof_alone(project):
    half_is_held(project)
    answer = picked(project, 5, address="198.51.100.1")
    assert answer.status_code == 429
    assert picked(project, 5, address="198.51.100.1", proof=solved(answer)).status_code == 302


def test_what_was_held_with_a_proof_takes_nothing_from_those_who_have_none(project):
    a_third_is_held(project)
    for number in range(2):
        picked(project, number, address="198.51.100.1")
    for number in range(40):
        refused = picked(project, number, address="198.51.100.1")
        assert picked(project, number, address="198.51.100.1", proof=solved(refused)).status_code == 302
    assert picked(project, 5, address="198.51.100.2").status_code == 302


def test_the_operator_says_how_few_an_address_holds_under_attack(project, settings):
    settings.HOLDS_PER_ADDRESS_UNDER_ATTACK = 1
    a_third_is_held(project)
    assert picked(project, 5, address="198.51.100.1").status_code == 302
    assert picked(project, 6, address="198.51.100.1").status_code == 429
    settings.HOLDS_PER_ADDRESS_UNDER_ATTACK = 0
    assert picked(project, 5, address="198.51.100.2").status_code == 429


def test_without_a_script_the_page_says_how_many_a_connection_may_hold(project):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 1234"})
    a_third_is_held(project)
    said = [picked(project, number, address="198.51.100.1") for number in range(3)][-1].content.decode()
    assert "Without the check 2 times at most can be held from one connection" in said
    assert "+49 30 1234" in said


def test_from_half_on_the_page_promises_no_hold_without_a_script(project):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 1234"})
    half_is_held(project)
    page = picked(project, 1, address="198.51.100.1").content.decode()
    assert "can be held from one connection" not in page
    assert "+49 30 1234" in page


def test_who_booked_all_that_a_connection_may_comes_again_when_the_hour_is_over(project):
    a_third_is_held(project)
    for number in range(2):
        client = Client()
        client.post(picked(project, number, address="198.51.100.1", client=client)["Location"], MARTY)
    answer = picked(project, 3, address="198.51.100.1")
    assert 60 * 60 < int(answer["Retry-After"]) <= 70 * 60


def test_the_addresses_of_an_ipv6_household_are_one(project):
    for number in range(40):
        picked(project, number, address=f"2001:db8::{number + 1:x}")
    assert held() == TIMES // 10


def test_however_few_times_there_are_an_address_may_hold_two(db):
    project = a_project(a_resource())
    project.first = (timezone.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    period = {"start": project.first.isoformat(), "end": (project.first + 6 * HOUR).isoformat()}
    project.availability = {"constraints": [{"allow_period": period}]}
    project.save()
    assert [picked(project, number).status_code for number in range(4)] == [302, 302, 429, 429]


def test_a_hold_of_several_seats_counts_as_all_of_them(db):
    start = timezone.now() + 24 * HOUR
    only_then = {"allow_period": {"start": start.isoformat(), "end": (start + HOUR).isoformat()}}
    room = a_resource(availability_constraints=[only_then])
    booking = {"graph": "group_customer", "settings": {"max_places": 3}}
    project = a_project(room, booking=booking)
    session = a_session(room, start, seats=20, project=project)
    wish, project.first = {"session": str(session.pk)}, session.start
    for places, address in (("1", "192.0.2.1"), ("3", "192.0.2.2")):
        assert picked(project, 0, address=address, places=places, **wish).status_code == 302
    assert picked(project, 0, address="192.0.2.1", **wish).status_code == 302
    assert picked(project, 0, address="192.0.2.2", **wish).status_code == 429


def test_thirty_families_behind_one_address_book_three_times_each(project):
    booked = 0
    for number in range(90):
        client = Client()
        answer = picked(project, number, client=client)
        if answer.status_code == 429:
            answer = picked(project, number, client=client, proof=solved(answer))
        person = MARTY | {"email": f"family{number // 3}@example.com"}
        booked += client.post(answer["Location"], person).status_code == 302
    assert booked == Booking.objects.count() == 90


def flooded(project):
    """Two hundred posts of one address; the last answer asks for a proof."""
    return [picked(project, number) for number in range(TIMES // 10 + 1)][-1]


def test_one_solution_sent_a_hundred_times_works_once(project):
    proof, before = solved(flooded(project)), held()
    for number in range(100):
        picked(project, number, proof=proof)
    assert held() == before + 1
    assert SpentProof.objects.count() == 1


def test_a_proof_is_not_spent_where_the_time_is_gone(project):
    proof = solved(flooded(project))
    gone = project.first - 100 * HOUR
    Client().post(f"/book/{project.slug}/hold/", {"start": gone.isoformat(), "proof": proof})
    assert not SpentProof.objects.exists()
    assert picked(project, 3, proof=proof).status_code == 302


def test_a_proof_of_another_project_and_one_made_up_are_none(project):
    other = a_project(a_resource())
    proof = solved(flooded(project))
    assert pick.brought_proof(_posted(proof), project)
    assert pick.brought_proof(_posted(proof), other) is None
    for made_up in ("", "x", proof[:-8], "e30=", "A" * 10_000, "é"):
        assert pick.brought_proof(_posted(made_up), project) is None


def _posted(proof: str):
    class Request:
        POST = {"proof": proof}

    return Request()


def test_a_proof_that_comes_too_late_is_none(project, settings):
    flooded(project)
    settings.PROOF_SECONDS = -1
    proof = solved(picked(project, 1))
    assert picked(project, 1, proof=proof).status_code == 429
    assert not SpentProof.objects.exists()


def test_spent_proofs_are_swept_when_they_could_not_be_brought_again(project):
    assert picked(project, 1, proof=solved(flooded(project))).status_code == 302
    housekeeping.sweep()
    assert SpentProof.objects.exists()
    SpentProof.objects.update(expires_at=timezone.now() - HOUR)
    housekeeping.sweep()
    assert not SpentProof.objects.exists()


def test_without_a_script_the_page_says_when_to_come_again_and_whom_to_phone(project):
    Site.objects.update_or_create(pk=1, defaults={"phone": "+49 30 1234"})
    answer = flooded(project)
    page = answer.content.decode()
    assert "+49 30 1234" in page
    assert "Please try again in 10 minutes." in page
    assert 0 < int(answer["Retry-After"]) <= 600


def test_the_form_is_sent_again_as_it_was(project):
    flooded(project)
    page = picked(project, 4, option="x", own="Europe/Berlin").content.decode()
    for name in ("start", "option", "own", "visitor"):
        assert f'name="{name}"' in page


def test_holds_that_end_or_are_released_are_no_longer_counted(project):
    assert flooded(project).status_code == 429
    for one in Reservation.objects.live():
        aged(one, timedelta(hours=2))
    assert picked(project, 1).status_code == 302


def test_a_hold_that_was_booked_counts_for_an_hour(project):
    client = Client()
    client.post(picked(project, 0, client=client)["Location"], MARTY)
    for number in range(1, TIMES // 10):
        picked(project, number)
    assert picked(project, 3).status_code == 429


def test_staff_and_named_networks_are_never_capped(project, settings, admin_client):
    flooded(project)
    assert picked(project, 1, client=admin_client).status_code == 302
    settings.UNCAPPED_NETWORKS = [ip_network("192.0.2.0/24")]
    assert picked(project, 1).status_code == 302


def test_nought_switches_the_caps_off(project, settings):
    settings.FLOOD_PERCENT_PER_ADDRESS = settings.FLOOD_PERCENT_TOGETHER = 0
    assert flooded(project).status_code == 302
    settings.FLOOD_PERCENT_UNPROVEN = 0
    half_is_held(project)
    assert picked(project, 5, address="198.51.100.1").status_code == 302


def test_a_widgets_holds_are_counted_alike_and_it_is_told_when_to_come_again(project, client):
    flooded(project)
    page = Door(client=client, key=a_widget_key(project)[1])
    start = project.first + HOUR
    wanted = {
        "project_id": str(project.pk),
        "resource_id": str(project.links.first().resource_id),
        "start": (start + 5 * HOUR).isoformat(),
        "end": (start + 6 * HOUR).isoformat(),
    }
    client.defaults["REMOTE_ADDR"] = "192.0.2.1"
    answer = page.post("/bookings/reserve", wanted)
    assert answer.status_code == 429
    assert answer["Retry-After"] in answer.json()["error"]
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert page.post("/bookings/reserve", wanted).status_code in {201, 409}


def test_an_ordinary_hold_counts_no_offered_times(project, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(
        "bookings.lifecycle.hold_caps.capacity", lambda *_args, **_rest: pytest.fail("counted")
    )
    assert picked(project, 1).status_code == 302


def test_however_many_resources_are_tried_the_caps_are_counted_once(project):
    for number in range(3):
        picked(project, 7, address=f"192.0.2.{number}")
    with CaptureQueriesContext(connection) as asked:
        assert picked(project, 7, address="198.51.100.1").status_code == 302
    assert sum('"together"' in one["sql"] for one in asked.captured_queries) == 1
