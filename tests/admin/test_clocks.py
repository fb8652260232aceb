"""What a page of the desk has no words of its own for is shown by the site's clocks, which are named."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import OutboxMessage, Site
from tests.admin.conftest import text_of
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
MESSAGES = reverse("admin:bookings_outboxmessage_changelist")
NIGHT = datetime(2033, 3, 14, 22, 5, tzinfo=UTC)


@pytest.fixture
def messages():
    a_booking(a_resource(), at(9))
    OutboxMessage.objects.update(run_after=NIGHT)


@pytest.mark.parametrize(
    ("zone", "language", "shown"),
    [
        ("UTC", "en", "Mon 14 Mar 2033, 22:05 UTC"),
        ("Asia/Tokyo", "en", "Tue 15 Mar 2033, 07:05 JST"),
        ("Asia/Tokyo", "en-us", "Tue, Mar 15, 2033, 7:05\u00a0AM JST"),
        ("Europe/Berlin", "de", "Mo, 14. Mär 2033, 23:05 CET"),
        ("Europe/Berlin", "ar", "14 مارس 2033، 23:05 CET"),
        ("America/Sao_Paulo", "en", "Mon 14 Mar 2033, 19:05 -03"),
    ],
)
def test_a_moment_is_told_by_the_sites_clocks_and_says_so(desk, messages, zone, language, shown):
    Site.objects.update_or_create(pk=1, defaults={"timezone": zone})
    assert shown in text_of(desk.get(MESSAGES, headers={"accept-language": language}))
    assert timezone.get_current_timezone_name() == "UTC", "the next request has its own"
