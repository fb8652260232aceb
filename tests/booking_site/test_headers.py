"""What every answer tells the browser to keep away from."""

import pytest
from csp.decorators import csp, csp_exempt, csp_replace, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory, override_settings

from booking_site.content_policy import ContentSecurityPolicy
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


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_what_says_nothing_of_its_own_has_the_policy_of_the_settings(page: str) -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    told = Client().get(page)["Content-Security-Policy"].split("; ")
    assert sorted(told) == sorted(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def test_an_answer_with_a_policy_of_its_own_or_with_none_keeps_it() -> None:
    def policy_of(answer: HttpResponseBase) -> str | None:
        request = RequestFactory().get("/")
        return ContentSecurityPolicy(lambda _request: answer)(request).headers.get("Content-Security-Policy")

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().get("/")
    opened = policy_of(csp_update({"frame-ancestors": ["https://example.com"]})(view)(request))
    assert opened is not None
    assert "frame-ancestors 'self' https://example.com" in opened
    assert policy_of(csp_replace({"frame-ancestors": None})(view)(request)) != policy_of(view(request))
    assert policy_of(csp({"default-src": ["'none'"]})(view)(request)) == "default-src 'none'"
    assert policy_of(csp_exempt()(view)(request)) is None
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    assert policy_of(own) == "sandbox"
