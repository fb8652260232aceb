"""EMAIL_URL, as an operator writes it."""

import environ
import pytest

from booking_site import mail


def read(url: str) -> dict[str, object]:
    return mail.configuration(environ.Env.email_url_config(url))


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
