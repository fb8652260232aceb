"""Managers invite and change members of staff who may no more, and see no more, than they do themselves."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookings.models import OutboxMessage, Resource, StaffLimit
from bookings.roles import make_roles
from bookings.setup.members import Wanted, change_member, version_of
from bookings.setup.reach import ManagesNobody, OutOfReach
from bookings.setup.staff_links import password_link
from bookings.staff_limits import resources_seen_by
from tests.admin.conftest import logged_in, text_of, values_of
from tests.effects.conftest import work
from tests.situations import a_resource

pytestmark = pytest.mark.django_db
MEMBERS, INVITE = reverse("admin:auth_user_members"), reverse("admin:auth_user_invite")


def a_member(name: str, role: str = "desk", *, sees: list[Resource] | None = None, **fields: Any) -> User:
    make_roles(Group, Permission)
    user = User.objects.create_user(name, f"{name}@example.org", "a quiet Tuesday 6", is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    if sees is not None:
        StaffLimit.objects.create(user=user, resources=[str(one.pk) for one in sees])
    return user


def page_of(user: User, name: str = "member") -> str:
    return reverse(f"admin:auth_user_{name}", args=[user.pk])


def form_of(client: Client, user: User) -> dict[str, Any]:
    """What the page of a member would send if nobody touched it."""
    form = values_of(client.get(page_of(user)))
    return {name: value for name, value in form.items() if name != "how"}


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def roles(user: User) -> list[str]:
    return sorted(anew(user).groups.values_list("name", flat=True))


def limited_manager(*own: Resource) -> Client:
    client = logged_in("manager")
    user = User.objects.get(username="manager")
    StaffLimit.objects.create(user=user, resources=[str(one.pk) for one in own])
    return client


def link_in(answer: Any) -> str:
    found = re.search(r'<code class="secret">(\S+)</code>', text_of(answer))
    assert found is not None
    return found[1]


def opens(link: str) -> bool:
    """Whether a link still leads to a form in which a password is chosen."""
    page = Client().get(link.removeprefix("http://testserver"), follow=True)
    return "new_password1" in values_of(page)


def test_a_manager_invites_with_a_link_to_hand_over_and_the_member_is_at_work(manager, client):
    chair = a_resource(name="Chair")
    sent = {"username": "anna", "email": "", "role": "desk", "only_some": "on", "resources": [str(chair.pk)]}
    link = link_in(manager.post(INVITE, sent))
    anna = User.objects.get(username="anna")
    assert (roles(anna), resources_seen_by(anna)) == (["desk"], {chair.pk})
    assert (anna.is_staff, anna.is_superuser, anna.has_usable_password()) == (True, False, False)
    assert "invited" in text_of(manager.get(MEMBERS))
    form = client.get(link.removeprefix("http://testserver"), follow=True).request["PATH_INFO"]
    client.post(form, {"new_password1": "a quiet Tuesday 7", "new_password2": "a quiet Tuesday 7"})
    assert client.get(reverse("admin:bookings_booking_changelist")).status_code == 200
    assert "invited" not in text_of(manager.get(MEMBERS))
    said = text_of(manager.get(page_of(anna)))
    assert "Invited as Desk: runs the bookings; sees: Chair." in said


def test_an_invitation_is_mailed_sent_again_and_dropped_once_it_was_used(manager, settings, mailoutbox):
    settings.MAIL_IS_SET_UP = True
    sent = {"username": "anna", "email": "", "role": "desk", "how": "mail"}
    assert "To mail the link an address is needed" in text_of(manager.post(INVITE, sent))
    assert not User.objects.filter(username="anna").exists()
    assert manager.post(INVITE, sent | {"email": "anna@example.org"}).status_code == 302
    work()
    anna = User.objects.get(username="anna")
    assert manager.post(page_of(anna, "link"), {"how": "mail"}).status_code == 302
    work()
    first, second = (re.search(r"http://testserver/admin/password/\S+", one.body)[0] for one in mailoutbox)
    assert {tuple(one.to) for one in mailoutbox} == {("anna@example.org",)}
    assert "Your login name is anna" in mailoutbox[0].body
    assert (opens(first), opens(second)) == (False, True), "the newer one alone works"
    manager.post(page_of(anna, "link"), {"how": "mail"})
    anna.set_password("a quiet Tuesday 7")
    anna.save()
    work()
    assert len(mailoutbox) == 2
    assert {row.payload == {} for row in OutboxMessage.objects.all()} == {True}
    assert text_of(manager.get(page_of(anna))).count("A password link was mailed to anna@example.org.") == 3


def test_a_revoked_invitation_opens_nothing_and_a_used_one_is_not_revoked(manager):
    link = link_in(manager.post(INVITE, {"username": "anna", "email": "", "role": "desk"}))
    anna = User.objects.get(username="anna")
    assert opens(link)
    assert manager.post(page_of(anna, "revoke")).status_code == 302
    assert not opens(link)
    assert not anew(anna).is_active
    assert "The invitation was revoked." in text_of(manager.get(page_of(anna)))
    refused = manager.post(page_of(anna, "link"), follow=True)
    assert "Switch the member on first" in text_of(refused)
    assert manager.post(page_of(anna), form_of(manager, anna) | {"is_active": "on"}).status_code == 302
    assert not opens(link), "switched on again the old one is as dead"
    bert = a_member("bert")
    said = text_of(manager.post(page_of(bert, "revoke"), follow=True))
    assert "was used already" in said
    assert anew(bert).is_active


def test_a_change_of_a_member_stands_there_with_before_and_after(manager):
    anna, chair = a_member("anna"), a_resource(name="Chair")
    sent = form_of(manager, anna) | {"email": "new@example.org", "role": "manager"}
    sent |= {"only_some": "on", "resources": [str(chair.pk)]}
    assert manager.post(page_of(anna), sent).status_code == 302
    assert (roles(anna), resources_seen_by(anew(anna))) == (["manager"], {chair.pk})
    said = text_of(manager.get(page_of(anna)))
    assert "E-mail address: anna@example.org, now: new@example.org" in said
    assert "Role: Desk: runs the bookings, now: Manager: sets up hours and projects, too" in said
    assert "Sees: all resources, now: Chair" in said
    assert manager.post(page_of(anna), form_of(manager, anna)).status_code == 302
    assert text_of(manager.get(page_of(anna))).count("now: ") == 3, "nothing changed, nothing told"


def test_who_is_switched_off_is_logged_out_at_once(manager):
    desk = logged_in("desk")
    user = User.objects.get(username="desk")
    assert desk.get(reverse("admin:index")).status_code == 200
    off = form_of(manager, user)
    del off["is_active"]
    assert manager.post(page_of(user), off).status_code == 302
    assert desk.get(reverse("admin:index")).status_code == 302
    assert manager.post(page_of(user), form_of(manager, user) | {"is_active": "on"}).status_code == 302
    assert desk.get(reverse("admin:index")).status_code == 302, "the old login stays ended"
    said = text_of(manager.get(page_of(user)))
    assert "Active: Yes, now: No" in said
    assert "Active: No, now: Yes" in said


def test_a_manager_reaches_nobody_who_may_more(manager, admin):
    boss, designer = User.objects.get(username="admin"), a_member("drew", "designer")
    more = a_member("more")
    more.user_permissions.add(Permission.objects.get(codename="add_user"))
    customer = User.objects.create_user("customer")
    own = User.objects.get(username="manager")
    anna = a_member("anna")
    shown = text_of(manager.get(MEMBERS))
    assert page_of(anna) in shown
    for other in (boss, designer, more, customer, own):
        assert page_of(other) not in shown
        for page in ("member", "link", "revoke"):
            assert manager.post(page_of(other, page), {"username": "x"}).status_code == 404, (other, page)
        assert manager.get(page_of(other)).status_code == 404
        assert manager.get(page_of(other, "change")).status_code == 403
    for other in (boss, designer, more):
        assert manager.get(page_of(other, "sessions")).status_code == 404
        before = (other.password, other.username, other.is_active)
        other.refresh_from_db()
        assert before == (other.password, other.username, other.is_active)
    assert manager.get(page_of(anna, "sessions")).status_code == 200
    for other in (designer, more, anna):
        assert admin.get(page_of(other)).status_code == 200


@pytest.mark.parametrize("role", ["desk", "designer"])
def test_who_does_not_manage_staff_opens_none_of_it(role):
    client, anna = logged_in(role), a_member("anna")
    for url in (MEMBERS, INVITE, page_of(anna)):
        assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)
    for name in ("link", "revoke"):
        assert client.post(page_of(anna, name)).status_code == 403
    assert client.get(page_of(anna, "sessions")).status_code == 404
    assert MEMBERS not in text_of(client.get(reverse("admin:index")))
    assert MEMBERS in text_of(logged_in("manager").get(reverse("admin:index")))


def test_a_role_above_the_own_is_neither_offered_nor_taken(manager, admin):
    anna = a_member("anna")
    pages = {page_of(anna): form_of(manager, anna), INVITE: {"username": "bert", "email": ""}}
    for url, form in pages.items():
        shown = text_of(manager.get(url))
        assert ('value="manager"' in shown, 'value="designer"' in shown) == (True, False)
        for role in ("designer", "superuser"):
            assert "not one of the available choices" in text_of(manager.post(url, form | {"role": role}))
    assert roles(anna) == ["desk"]
    assert not User.objects.filter(username="bert").exists()
    assert 'value="superuser"' in text_of(admin.get(INVITE))
    assert admin.post(page_of(anna), form_of(admin, anna) | {"role": "designer"}).status_code == 302
    assert roles(anna) == ["designer"]


def test_a_crafted_post_gives_nothing_that_the_form_does_not_ask(manager):
    anna, beyond = a_member("anna"), Permission.objects.get(codename="add_user")
    designer = Group.objects.get(name="designer")
    crafted = {
        "is_superuser": "on",
        "is_staff": "",
        "groups": [designer.pk],
        "user_permissions": [beyond.pk],
        "password": "x",
        "id": str(User.objects.get(username="manager").pk),
    }
    assert manager.post(page_of(anna), form_of(manager, anna) | crafted).status_code == 302
    sent = {"username": "bert", "email": "", "role": "desk"} | crafted
    assert manager.post(INVITE, sent).status_code == 200
    for user in (anew(anna), User.objects.get(username="bert")):
        assert (user.is_staff, user.is_superuser, roles(user)) == (True, False, ["desk"])
        assert not user.user_permissions.exists()
    assert anew(anna).check_password("a quiet Tuesday 6")


def test_a_limited_manager_reaches_those_within_and_lets_nobody_see_more():
    own, second, other = (a_resource(name=name) for name in ("Own chair", "Second chair", "Canary chair"))
    manager = limited_manager(own, second)
    within = a_member("within", sees=[own])
    outside = [a_member("all"), a_member("both", sees=[own, other]), a_member("theirs", sees=[other])]
    shown = text_of(manager.get(MEMBERS))
    assert page_of(within) in shown
    assert "Canary" not in shown
    for user in outside:
        assert page_of(user) not in shown
        assert manager.get(page_of(user)).status_code == 404
        assert manager.post(page_of(user, "link")).status_code == 404
        assert manager.get(page_of(user, "sessions")).status_code == 404
    form = form_of(manager, within)
    assert "Canary" not in text_of(manager.get(page_of(within)))
    assert "not one of the available" in text_of(
        manager.post(page_of(within), form | {"resources": [str(other.pk)]})
    )
    without = {name: value for name, value in form.items() if name != "resources"}
    assert "Tick at least one" in text_of(manager.post(page_of(within), without))
    assert resources_seen_by(anew(within)) == {own.pk}
    assert manager.post(page_of(within), form | {"resources": [str(second.pk)]}).status_code == 302
    assert resources_seen_by(anew(within)) == {second.pk}
    invited = {"username": "bert", "email": "", "role": "manager"}
    assert "Tick at least one" in text_of(manager.post(INVITE, invited))
    assert "no-store" in manager.post(INVITE, invited | {"resources": [str(own.pk)]})["Cache-Control"]
    assert resources_seen_by(User.objects.get(username="bert")) == {own.pk}


def test_a_limited_manager_is_told_of_no_resource_of_others_by_the_past_of_a_member():
    own, other = a_resource(name="Own chair"), a_resource(name="Canary chair")
    anna = a_member("anna", sees=[other])
    admin = logged_in("admin")
    sent = form_of(admin, anna) | {"resources": [str(own.pk)]}
    assert admin.post(page_of(anna), sent).status_code == 302
    assert "Sees: Canary chair, now: Own chair" in text_of(admin.get(page_of(anna)))
    said = text_of(limited_manager(own).get(page_of(anna)))
    assert "Own chair" in said
    assert "Canary" not in said


def test_a_stale_page_changes_nothing(manager, admin):
    anna = a_member("anna")
    stale = form_of(manager, anna)
    assert admin.post(page_of(anna), form_of(admin, anna) | {"role": "manager"}).status_code == 302
    for version in (stale["version"], ""):
        answer = manager.post(page_of(anna), stale | {"email": "x@example.org", "version": version})
        assert "Somebody else changed this member meanwhile" in text_of(answer)
    assert (roles(anna), anew(anna).email) == (["manager"], "anna@example.org")


def test_everything_wrong_is_said_at_once_and_a_name_that_is_taken(manager):
    a_member("anna")
    said = text_of(manager.post(INVITE, {"username": "anna", "email": "no address", "only_some": "on"}))
    for words in ("already exists", "valid email address", "Tick at least one", "This field is required"):
        assert words in said, words
    assert manager.post(INVITE, {"username": "\0" * 200, "email": "\0", "role": "\0"}).status_code == 200


def test_a_link_is_dead_once_the_member_may_more(manager, admin):
    anna, chair = a_member("anna"), a_resource()
    link = link_in(manager.post(page_of(anna, "link")))
    assert opens(link)
    sent = form_of(admin, anna) | {"only_some": "on", "resources": [str(chair.pk)]}
    admin.post(page_of(anna), sent)
    assert not opens(link)
    limited = password_link(anew(anna))
    User.objects.filter(pk=anna.pk).update(is_superuser=True)
    assert not opens(limited)


def test_who_has_several_roles_or_one_of_the_house_keeps_them(admin):
    anna = a_member("anna")
    anna.groups.add(Group.objects.get(name="designer"), Group.objects.create(name="Friends"))
    form = form_of(admin, anna)
    assert "As it is: Friends, Designer: draws the graphs, Desk: runs" in text_of(admin.get(page_of(anna)))
    assert admin.post(page_of(anna), form).status_code == 302
    assert roles(anna) == ["Friends", "designer", "desk"]
    assert admin.post(page_of(anna), form_of(admin, anna) | {"role": "manager"}).status_code == 302
    assert roles(anna) == ["Friends", "manager"]


def test_of_two_managers_the_later_finds_what_the_first_left():
    first, second = a_member("first", "manager"), a_member("second", "manager")

    def off(user: User) -> Wanted:
        return Wanted(username=user.username, email=user.email, role=None, limit=None, is_active=False)

    versions = version_of(first), version_of(second)
    change_member(first, second.pk, off(second), version=versions[1])
    with pytest.raises(ManagesNobody):
        change_member(second, first.pk, off(first), version=versions[0])
    with pytest.raises(OutOfReach):
        change_member(first, first.pk, off(first), version=versions[0])
    assert (anew(first).is_active, anew(second).is_active) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_of_managers_who_switch_each_other_off_at_once_one_is_left():
    users = [a_member(name, "manager") for name in ("one", "two", "three")]
    versions = {user.pk: version_of(user) for user in users}

    def switch_off(pair: tuple[User, User]) -> str:
        by, member = pair
        wanted = Wanted(username=member.username, email=member.email, role=None, limit=None, is_active=False)
        try:
            change_member(by, member.pk, wanted, version=versions[member.pk])
        except OutOfReach:
            return "refused"
        finally:
            connection.close()
        return "done"

    ring = list(zip(users, [*users[1:], users[0]], strict=True))
    with ThreadPoolExecutor(3) as at_once:
        said = list(at_once.map(switch_off, ring))
    left = User.objects.filter(is_active=True).count()
    assert left == 3 - said.count("done")
    assert left >= 1


def test_the_list_costs_no_query_a_member(manager, django_assert_max_num_queries):
    chair = a_resource()
    for number in range(3):
        a_member(f"desk{number}", sees=[chair])
    with django_assert_max_num_queries(14):
        manager.get(MEMBERS)
    for number in range(3, 9):
        a_member(f"desk{number}", sees=[chair])
    with django_assert_max_num_queries(14):
        manager.get(MEMBERS)
