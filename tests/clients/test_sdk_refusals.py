"""What the published SDK is told when a call is retired, waits for later, or comes with the wrong key."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.clients.packages import program

pytestmark = pytest.mark.clients

RETIRED = [
    ("findTime", [{}]),
    ("findTimeBulk", [{}]),
    ("findTimeTeam", [{}]),
    ("accountSync", [{}]),
    ("getWidgets", []),
    ("getWidget", [{"id": "1"}]),
    ("getHostedWidget", [{"slug": "a"}]),
    ("getEmbedWidget", [{"id": "1"}]),
    ("createWidget", [{}]),
    ("updateWidget", [{"id": "1"}]),
    ("deleteWidget", [{"id": "1"}]),
    ("createUser", [{}]),
    ("getUserInfo", []),
    ("updateUser", [{}]),
    ("resetUserPassword", [{}]),
    ("getUserTimezone", [{"email": "doc@example.com"}]),
    ("createFindTimeFilterCollection", [{}]),
    ("getFindTimeFilterCollections", []),
    ("updateFindTimeFilterCollection", [{"id": "1"}]),
    ("auth", [{"email": "doc@example.com", "password": "secret"}]),
    ("getApps", []),
    ("createApp", [{}]),
    ("updateApp", [{"slug": "hill-valley"}]),
    ("deleteApp", [{"slug": "hill-valley"}]),
    ("resetResourcePassword", [{"email": "doc@example.com"}]),
]
LATER = [
    ("createService", [{}]),
    ("updateService", [{"id": "1"}]),
    ("deleteService", [{"id": "1"}]),
    ("getCredentials", []),
    ("createCredential", [{}]),
    ("deleteCredential", [{"id": "1"}]),
    ("getEmailTemplates", []),
    ("getEmailTemplate", ["confirmed"]),
    ("updateEmailTemplate", [{"slug": "confirmed"}]),
    ("getAccounts", []),
    ("accountGoogleSync", []),
    ("accountMicrosoftSync", []),
]
# These set up the SDK itself; the sign-ups only build an address, and getService throws before it asks anything.
ASKS_NOTHING = (
    "configure getConfig setUser getUser setAppKey getAppKey asUser asApp include headers carry newInstance "
    "accountGoogleSignup accountMicrosoftSignup getService"
)


def test_every_method_that_the_sdk_offers_is_tried_by_these_tests(modules):
    words = "console.log(JSON.stringify(Object.keys(require('timekit-sdk'))))"
    run = [program("node"), "-e", words]
    offered = json.loads(subprocess.run(run, cwd=modules.parent, capture_output=True, check=True).stdout)
    here = Path(__file__).parent
    tried = "".join(path.read_text() for path in here.glob("test_sdk_*.py"))
    assert [name for name in offered if f'"{name}"' not in tried and name not in ASKS_NOTHING.split()] == []


@pytest.mark.parametrize(("method", "args"), RETIRED)
def test_a_retired_call_is_gone_with_a_sentence(server_sdk, method, args):
    refusal = server_sdk(method, *args)
    assert refusal.status == 410
    assert len(refusal.data["error"].split()) > 3


@pytest.mark.parametrize(("method", "args"), LATER)
def test_a_call_that_waits_for_later_says_so(server_sdk, method, args):
    refusal = server_sdk(method, *args)
    assert refusal.status == 501
    assert len(refusal.data["error"].split()) > 3


@pytest.mark.parametrize("key", [None, "", "test_api_key_wrong", "x" * 5000])
def test_a_missing_or_wrong_key_is_refused(server_sdk, key):
    refusal = server_sdk.configured(appKey=key)("getBookings")
    assert refusal.status == 401
    assert refusal.data["error"]
    assert refusal.headers["www-authenticate"].startswith("Basic")


def test_a_resources_own_login_is_refused(server_sdk):
    old_way = server_sdk.configured(resourceEmail="doc@example.com", resourceKey="secret", app="hill-valley")
    assert old_way("getBookings").status == 401


@pytest.mark.parametrize("method", ["getBookings", "getResources", "getCalendars", "getEvents", "getApp"])
def test_a_public_key_may_not_look_around(widget_sdk, method):
    refusal = widget_sdk(method)
    assert refusal.status == 403
    assert refusal.data["error"]


def test_a_public_key_may_not_loosen_what_the_project_says(widget_sdk, live_site, free_hour):
    project = live_site.project("instant")
    refusal = widget_sdk(
        "createBooking",
        {
            "projectId": project["id"],
            "resourceId": project["resources"][0],
            **free_hour(),
            "customer": {"name": "Biff", "email": "biff@example.com"},
            "settings": {"allowDoubleBookings": True},
        },
    )
    assert refusal.status == 403
    assert "allow_double_bookings" in str(refusal.data)


def test_every_answer_names_its_request(server_sdk):
    answers = [server_sdk("getApp"), server_sdk("getBooking", {"id": "1"})]
    assert len({answer.headers["timekit-request-id"] for answer in answers}) == 2
    assert all("x-ratelimit-remaining" in answer.headers for answer in answers)
