"""The desk as who hears it is told of it: Django's own parts have names, too."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.admin.conftest import logged_in
from tests.situations import a_booking, a_project, a_resource, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_the_login_nor_a_list_nor_a_form_has_a_part_without_a_name(browser, live_server, scheme):
    resource = a_resource(email="doc@example.com")
    project = a_project(resource)
    a_booking(resource, at(9), project=project)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page, found = context.new_page(), []

    def look(url):
        page.goto(f"{live_server.url}{url}")
        report = Axe().run(page).response["violations"]
        found.extend(f"{url}: {one['id']} {one['nodes'][0]['target']}" for one in report)

    look(reverse("admin:login"))
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for kind, row in (("project", project), ("resource", resource)):
        look(reverse(f"admin:bookings_{kind}_changelist"))
        look(reverse(f"admin:bookings_{kind}_change", args=[row.pk]))
    for name in ("booking_changelist", "outboxmessage_changelist", "graph_changelist"):
        look(reverse(f"admin:bookings_{name}"))
    context.close()
    assert not found
