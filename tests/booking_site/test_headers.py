"""What every answer tells the browser to keep away from."""

import pytest
from django.test import Client, override_settings

from booking_site.permissions_policy import DENIED

HTTPS = override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=365 * 24 * 3600)
PAGES = ["/", "/v2/", "/admin/login/", "/no-such-page/"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_no_page_may_ask_for_the_camera_the_place_or_any_other_device(page: str) -> None:
    policy = Client().get(page)["Permissions-Policy"]
    assert [feature for feature in DENIED if f"{feature}=()" not in policy] == []
    assert {"camera", "geolocation", "microphone"} <= set(DENIED)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_window_that_another_site_opened_shares_nothing_with_a_page(page: str) -> None:
    assert Client().get(page)["Cross-Origin-Opener-Policy"] == "same-origin"


@HTTPS
@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_browser_remembers_for_a_year_that_the_site_is_encrypted(page: str) -> None:
    assert Client().get(page, secure=True)["Strict-Transport-Security"] == "max-age=31536000"


@HTTPS
def test_what_comes_without_encryption_is_sent_there_and_told_nothing_to_remember() -> None:
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/")
    assert "Strict-Transport-Security" not in answer
