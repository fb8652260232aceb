"""The desk as who hears it is told of it, in both schemes and directions; and nothing is wider than the screen."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from bookings.graphs.versions import new_draft
from bookings.lifecycle import Actor, act, add_event, join_people
from bookings.models import Event, Graph, MailKind, MailWords, Person, Webhook
from tests.admin.conftest import logged_in
from tests.faults import faults_on_screens
from tests.situations import a_booking, a_hold, a_project, a_resource, at

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
WIDE, TABLET = {"width": 1280, "height": 900}, {"width": 768, "height": 900}


@pytest.fixture
def pages():
    """Each kind of page of the desk, of a site in use."""
    people = [a_resource(name=name, email="doc@example.com") for name in ("Emmett Brown", "Clara", "Jules")]
    people += [a_resource(name=f"A long name of number {number}") for number in range(3)]
    project = a_project(*people)
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    booking, asked = (
        a_booking(people[0], at(9), project=project),
        a_booking(people[0], at(12), graph="request"),
    )
    for resource in people:
        a_booking(resource, soon, project=project, staff_note="Comes by train")
    over = act(a_booking(people[1], at(12)), "cancel_by_customer", by=Actor.customer())
    a_hold(people[1], soon + timedelta(hours=3), project=project, hold=timedelta(days=1))
    event = add_event(Event(calendar=people[2].calendars.get(), start=at(12), end=at(13), what="Ill"))
    draft = new_draft(Graph.objects.get(name="request"))
    hook = Webhook.objects.create(url="https://example.com/hook")
    one = booking.pk
    join_people()
    person = Person.objects.get()
    member = User.objects.create_user("Clara", "clara@example.com", is_staff=True)

    def to(name, *ids):
        return reverse(f"admin:{name}", args=ids)

    return [
        *(to(name) for name in ("index", "auth_user_changelist", "auth_user_invite", "password_change")),
        to("auth_user_change", User.objects.create_user("jo").pk),
        to("auth_group_change", Group.objects.create(name="night").pk),
        to("auth_user_members"),
        *(to(f"auth_user_{name}", member.pk) for name in ("member", "sessions")),
        *(to(f"bookings_booking_{name}") for name in ("changelist", "waiting", "wrong", "new", "add")),
        *(to("bookings_booking_change", row.pk) for row in (booking, asked, over)),
        *(to(f"bookings_booking_{name}", one) for name in ("move", "correct", "attendance", "history")),
        to("bookings_booking_act", one, "cancel_by_owner"),
        *(to(f"bookings_booking_{name}", one) for name in ("erase", "renew")),
        to("bookings_booking_paper"),
        to("bookings_booking_calendar") + "?day=2034-03-14",
        *(
            to(f"bookings_person_{name}", person.pk)
            for name in ("change", "merge", "split", "block", "erase")
        ),
        to("bookings_person_changelist"),
        to("bookings_person_changelist") + "?q=marty",
        *(to(f"bookings_{kind}_add") for kind in ("project", "resource", "webhook")),
        *(to(f"bookings_project_{name}", project.pk) for name in ("change", "history", "delete")),
        *(to(f"bookings_option_{name}", project.options.get().pk) for name in ("change", "delete")),
        to("bookings_projectresource_change", project.links.all()[0].pk),
        *(to(f"bookings_resource_{name}", people[0].pk) for name in ("change", "calendars")),
        to("bookings_resource_simple_history", people[0].pk, people[0].history.get().pk),
        to("bookings_reservation_changelist"),
        to("bookings_graph_change", draft.graph_id),
        to("bookings_graphversion_change", draft.graph.versions.published().get().pk),
        to("bookings_resource_why"),
        to("bookings_event_changelist"),
        to("bookings_event_change", event.pk),
        to("bookings_location_add"),
        *(to(f"bookings_graph_{name}") for name in ("changelist", "import")),
        *(to(f"bookings_graphversion_{name}", draft.pk) for name in ("publish", "try")),
        *(to(f"bookings_{kind}_changelist") for kind in ("mailwords", "outboxmessage", "webhook", "apikey")),
        *(to(f"bookings_{kind}_changelist") for kind in ("project", "webhookcall")),
        to("bookings_mailwords_change", MailWords.key_of(MailKind(MailKind.values[0]), "en")),
        to("bookings_webhook_change", hook.pk),
        to("bookings_apikey_add"),
        *(to(f"bookings_site_{name}") for name in ("setup", "missing", "backups", "remove_demo")),
        to("bookings_site_change", 1),
        to("bookings_apikey_add") + "nothing/",
    ]


@pytest.mark.parametrize(
    ("scheme", "language", "screen"),
    [("light", "en", WIDE), ("dark", "ar", TABLET)],
    ids=["light", "dark, ar"],
)
def test_no_page_of_the_desk_has_a_part_without_a_name_or_is_too_wide(
    browser, live_server, pages, scheme, language, screen
):
    context = browser.new_context(viewport=screen, color_scheme=scheme, locale=language)
    page, found = context.new_page(), []

    def look(url):
        page.goto(f"{live_server.url}{url}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found.extend(f"{url}: {fault}" for fault in faults_on_screens(page, [screen["width"]], [scheme]))

    look(reverse("admin:login"))
    look(reverse("forgotten_password"))
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for url in pages:
        look(url)
    User.objects.filter(username="admin").update(is_superuser=False)
    look(reverse("admin:bookings_apikey_add"))
    context.close()
    assert not found


def test_on_a_phone_boxes_stand_before_their_words_in_one_line(browser, live_server):
    a_resource(name="Anna"), a_resource(name="The room with the long name")
    context = browser.new_context(viewport={"width": 320, "height": 800})
    session = logged_in("admin").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("admin:auth_user_invite"))
    boxes = page.locator("label > input:is([type=checkbox], [type=radio])").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).map((box) => [box.x, box.width])"
    )
    context.close()
    assert len(boxes) > 4
    assert len({tuple(box) for box in boxes}) == 1
