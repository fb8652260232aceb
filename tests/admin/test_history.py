"""What staff changed in the configuration stands in its history, from which it can be put back."""

from base64 import b64encode
from datetime import time

import pytest
from django.urls import reverse

from bookings.graphs.versions import new_draft, publish
from bookings.models import Graph, Resource, Site, WeeklyHours
from tests.admin.conftest import text_of, values_of
from tests.situations import a_project, a_resource, a_server_key

pytestmark = pytest.mark.django_db


def page(row: object, name: str, *more: object) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_{name}", args=[row.pk, *more])


def save(client, row, **changes):
    url = page(row, "change")
    response = client.post(url, values_of(client.get(url)) | changes)
    assert response.status_code == 302, text_of(response)


def test_a_change_is_told_with_who_made_it_and_what_stood_there_before(manager):
    resource = a_resource(name="Doc")
    save(manager, resource, name="Dr Brown")
    shown = text_of(manager.get(page(resource, "history")))
    assert "Doc → Dr Brown" in shown
    assert "manager" in shown
    assert shown.index('class="scroll" role="region"') < shown.index('<table class="full-width">')


def test_of_a_renewed_feed_it_is_told_that_it_was_and_no_more(manager):
    resource = a_resource(feed="names")
    before = resource.feed_nonce
    save(manager, resource, renew_feed="on")
    resource.refresh_from_db()
    shown = text_of(manager.get(page(resource, "history")))
    assert "New address for the feed" in shown
    assert before != resource.feed_nonce
    assert not [nonce for nonce in (before, resource.feed_nonce) if nonce in shown]


def test_saving_what_nobody_touched_leaves_nothing_to_tell(manager):
    resource = a_resource()
    before = text_of(manager.get(page(resource, "history")))
    save(manager, resource)
    assert before.count("<tr>") == text_of(manager.get(page(resource, "history"))).count("<tr>")


def test_hours_stand_in_the_history_of_what_has_them_also_when_they_are_gone(manager):
    resource = a_resource()
    hours = WeeklyHours.objects.create(resource=resource, weekday=0, opens=time(9), closes=time(17))
    hours.delete()
    shown = text_of(manager.get(page(resource, "history")))
    assert shown.count("Weekly hours: Monday 09:00–17:00") == 2
    assert "Deleted" in shown


def test_a_layer_tells_only_the_keys_that_changed(manager):
    project = a_project(booking={"graph": "instant", "invite": True})
    project.booking = {"graph": "request", "invite": True}
    project.save()
    shown = text_of(manager.get(page(project, "history")))
    assert "instant → request" in shown
    assert "invite" not in shown


def test_a_row_is_put_back_as_it_was_with_its_stamps_as_they_are(manager):
    site = Site.current()
    secret = site.webhook_secret
    save(manager, site, name="Barber")
    first = Site.history.earliest()
    url = page(site, "simple_history", first.pk)
    assert manager.post(url, values_of(manager.get(url))).status_code == 302
    site.refresh_from_db()
    assert (site.name, site.webhook_secret) == ("Bookings", secret)


def test_putting_back_a_resource_keeps_it_out_of_what_is_offered(manager):
    resource = a_resource(name="Doc")
    first = Resource.history.earliest()
    chosen = {"action": "retire", "_selected_action": str(resource.pk)}
    manager.post(reverse("admin:bookings_resource_changelist"), chosen)
    url = page(resource, "simple_history", first.pk)
    manager.post(url, values_of(manager.get(url)))
    assert not Resource.objects.active().exists()
    assert "Deleted" in text_of(manager.get(page(resource, "history")))


def test_whoever_may_only_look_sees_the_history_and_puts_nothing_back(desk):
    resource = a_resource(name="Doc")
    first = Resource.history.earliest()
    Resource.objects.update(name="Dr Brown")
    assert "See it as it was" not in text_of(desk.get(page(resource, "history")))
    url = page(resource, "simple_history", first.pk)
    assert desk.get(url).status_code == 403
    assert desk.post(url, {"name": "Doc"}).status_code == 403
    assert Resource.objects.get().name == "Dr Brown"


def test_a_draft_shows_what_became_of_its_states_and_is_not_put_back(designer):
    draft = new_draft(Graph.objects.get(name="instant"))
    state = draft.states.first()
    state.label = "Surely"
    state.save()
    shown = text_of(designer.get(page(draft, "history")))
    assert "State: Surely" in shown
    copy = draft.history.first()
    assert designer.get(page(draft, "simple_history", copy.pk)).status_code == 403


def test_a_program_is_named_by_its_key(manager, client):
    resource = a_resource(name="Doc")
    _key, value = a_server_key(name="Importer")
    body = {"name": "Dr Brown"}
    headers = {"authorization": "Basic " + b64encode(f":{value}".encode()).decode()}
    answer = client.put(f"/v2/resources/{resource.pk}", body, "application/json", headers=headers)
    assert answer.status_code == 204
    assert "Importer" in text_of(manager.get(page(resource, "history")))


@pytest.mark.parametrize("version", ["x", "²", "99999999999999999999", "12345678"])
def test_a_copy_that_is_none_does_not_exist(manager, version):
    resource = a_resource()
    assert (
        manager.get(f"{page(resource, 'change').removesuffix('change/')}history/{version}/").status_code
        == 404
    )


def test_the_history_of_nothing_does_not_exist(manager):
    for row_id in ("nothing", "7d7d4a3c-0000-4000-8000-000000000000"):
        assert manager.get(f"/admin/bookings/resource/{row_id}/history/").status_code == 404


def test_a_project_tells_of_resources_that_are_gone(manager):
    resource = a_resource(name="Doc")
    project = a_project(resource)
    resource.delete()
    response = manager.get(page(project, "history"))
    assert response.status_code == 200
    assert text_of(response).count("Resource of the project") == 2


def test_a_graph_tells_which_version_replaced_which(designer):
    graph = Graph.objects.get(name="instant")
    publish(new_draft(graph))
    publish(new_draft(graph))
    shown = text_of(designer.get(page(graph, "history")))
    assert shown.count("draft → published") == 2
    assert "published → retired" in shown
