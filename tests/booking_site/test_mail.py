"""EMAIL_URL, as an operator writes it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from booking_site import environment, mail


def read(url: str) -> dict[str, object]:
    return mail.configuration(environment.email(url))


@pytest.mark.parametrize(
    ("url", "host", "port", "safety"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, {}),
        ("smtp+tls://u:p@mail.example.org", "mail.example.org", 587, {"EMAIL_USE_TLS": True}),
        ("smtp+ssl://u:p@mail.example.org", "mail.example.org", 465, {"EMAIL_USE_SSL": True}),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, {"EMAIL_USE_SSL": True}),
        ("smtps://u:p@mail.example.org:2465", "mail.example.org", 2465, {"EMAIL_USE_SSL": True}),
        ("smtp+tls://u:p@bücher.example/", "xn--bcher-kva.example", 587, {"EMAIL_USE_TLS": True}),
        ("smtp://[::1]:2525", "::1", 2525, {}),
    ],
)
def test_the_scheme_says_how_the_line_is_made_safe_and_which_port_is_usual(url, host, port, safety):
    settings = read(url)
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == (host, port)
    assert {name: settings[name] for name in settings if name.startswith("EMAIL_USE")} == safety


def test_a_user_may_be_an_address_and_a_password_anything_that_is_percent_encoded():
    settings = read("smtp+tls://me@example.org:%2Fa%23b%3Fc%25d%3A@mail.example.org")
    assert settings["EMAIL_HOST_USER"] == "me@example.org"
    assert settings["EMAIL_HOST_PASSWORD"] == "/a#b?c%d:"


@pytest.mark.parametrize("password", ["pa#ss", "pa/ss", "pa?ss"])
@pytest.mark.parametrize("scheme", ["smtp", "smtp+tls", "smtp+ssl", "smtps"])
def test_a_password_that_ends_the_host_is_refused_with_the_cure(scheme, password):
    with pytest.raises(ImproperlyConfigured, match="# %23"):
        environment.email(f"{scheme}://user:{password}@mail.example.org:587")


@pytest.mark.parametrize("url", ["filemail:///srv/booking/mail", "filemail:////srv/booking/mail"])
def test_a_folder_for_mails_is_absolute_wherever_the_site_is_started(url):
    assert read(url)["EMAIL_FILE_PATH"] == "/srv/booking/mail"


@pytest.mark.parametrize(
    ("url", "leaves"),
    [
        ("smtp+tls://user:secret@mail.example.org:587", True),
        ("smtp://127.0.0.1:25", True),
        ("filemail:///srv/mail", False),
        ("consolemail://", False),
        ("memorymail://", False),
        ("dummymail://", False),
    ],
)
def test_only_a_server_counts_as_set_up(url, leaves):
    assert mail.leaves_the_machine(read(url)) is leaves


def test_a_server_is_not_waited_for_without_end():
    assert 0 < read("smtp://127.0.0.1:25")["EMAIL_TIMEOUT"] <= 30
