"""What a real name server says of the sender's domain, and what the doctor makes of it."""

import socket
import threading
from collections.abc import Iterator, Mapping
from io import StringIO

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from booking_site import environment
from bookings.management import sender_records

KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSq"
GOOD = {
    "example.org": ["v=spf1 mx ~all", "something of somebody else's"],
    "mail._domainkey.example.org": [KEY],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
}


class NameServer:
    """Answers questions for TXT from ``records``; a name below which others lie is there, and empty."""

    def __init__(self) -> None:
        self.records: Mapping[str, list[str]] = {}
        self.silent = False
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, who = self._socket.recvfrom(4096)
            if not wire:
                return
            question = dns.message.from_wire(wire)
            name = question.question[0].name.to_text(omit_final_dot=True)
            self.asked.append(name)
            if not self.silent:
                self._socket.sendto(self._answer(question, name).to_wire(), who)

    def _answer(self, question: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if name in self.records:
            quoted = [" ".join(f'"{part}"' for part in (text[:20], text[20:])) for text in self.records[name]]
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *quoted))
        elif not any(known.endswith(f".{name}") for known in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@pytest.fixture
def names(settings) -> Iterator[NameServer]:
    server = NameServer()
    settings.DNS_SERVER = server.address
    settings.DEFAULT_FROM_EMAIL = "Salon <booking@example.org>"
    settings.DKIM_SELECTORS = []
    yield server
    server.stop()


def told() -> list[tuple[bool, str]]:
    return list(sender_records.sender_records())


def wrong() -> list[str]:
    return [words for good, words in told() if not good]


def test_a_domain_with_all_three_records_is_told_with_what_they_say(names):
    names.records = GOOD
    spf, dkim, dmarc = told()
    assert (spf[0], dkim[0], dmarc[0]) == (True, True, True)
    assert "v=spf1 mx ~all" in spf[1]
    assert "a key for mail" in dkim[1]
    assert "p=quarantine" in dmarc[1]
    assert "d= is example.org or another name under the same domain" in dmarc[1]


def test_where_nothing_is_set_each_record_to_set_is_named(names, settings):
    settings.MAIL_HOST = "mx.example.org"
    spf, dkim, dmarc = wrong()
    assert 'example.org. TXT "v=spf1 a:mx.example.org ~all"' in spf
    assert 'mail._domainkey.example.org. TXT "v=DKIM1; k=rsa; p=…"' in dkim
    assert '_dmarc.example.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"' in dmarc


def test_a_known_providers_servers_are_included_by_their_name(names, settings):
    settings.MAIL_HOST = "smtp.mailgun.org"
    assert '"v=spf1 include:mailgun.org ~all"' in wrong()[0]


@pytest.mark.parametrize(
    ("name", "records", "words"),
    [
        ("example.org", ["v=spf1 mx ~all", "v=spf1 a ~all"], "SPF: example.org has 2 records"),
        ("example.org", ["v=spf1 +all"], "lets anybody send"),
        ("example.org", ["v=spf10 mx ~all"], "names no server"),
        (
            "_dmarc.example.org",
            ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
            "_dmarc.example.org has 2 records",
        ),
        ("_dmarc.example.org", ["v=DMARC1; sp=none"], 'Set: _dmarc.example.org. TXT "v=DMARC1; p=none"'),
    ],
)
def test_a_record_that_does_not_count_is_told(names, name, records, words):
    names.records = GOOD | {name: records}
    (found,) = wrong()
    assert words in found


def test_a_selector_that_is_set_must_have_a_key(names, settings):
    settings.DKIM_SELECTORS = ["mail", "other", "withdrawn"]
    names.records = GOOD | {"withdrawn._domainkey.example.org": ["v=DKIM1; p="]}
    assert [words.partition(" has no key")[0] for words in wrong()] == ["DKIM: other", "DKIM: withdrawn"]


def test_a_selector_that_nobody_can_guess_is_no_fault(names):
    others = {name: texts for name, texts in GOOD.items() if "_domainkey" not in name}
    names.records = others | {"x7._domainkey.example.org": [KEY]}
    assert wrong() == []
    assert any("Name yours in DKIM_SELECTORS" in words for _good, words in told())


def test_a_domain_below_is_under_the_policy_of_the_one_above(names, settings):
    settings.DEFAULT_FROM_EMAIL = "booking@book.example.org"
    names.records = {
        "book.example.org": ["v=spf1 mx ~all"],
        "mail._domainkey.book.example.org": [KEY],
        "_dmarc.example.org": ["v=DMARC1; p=reject; aspf=s; adkim=s"],
    }
    assert wrong() == []
    assert "d= is exactly book.example.org" in told()[2][1]
    assert "_dmarc.org" not in names.asked


def test_a_resolver_that_does_not_answer_is_told_and_no_fault(names, monkeypatch):
    monkeypatch.setattr(sender_records, "LOOK_SECONDS", 0.05)
    names.silent = True
    assert told() == [
        (True, f"{record} of example.org is not looked up: no resolver answered")
        for record in ("SPF", "DKIM", "DMARC")
    ]
    assert set(names.asked) == {"example.org", "_domainkey.example.org", "_dmarc.example.org"}


@pytest.mark.parametrize("sender", ["booking@testserver", "booking@127.0.0.1"])
def test_what_is_no_domain_of_the_internet_is_not_looked_up(names, settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    ((good, words),) = told()
    assert good
    assert "not looked up" in words
    assert names.asked == []


@pytest.mark.django_db
def test_the_doctor_tells_them_with_the_mail(names, settings):
    settings.MAIL_IS_SET_UP = True
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", mail="me@example.com", stdout=out)
    assert "WRONG SPF: example.org names no server" in out.getvalue()


def test_a_resolver_is_set_by_its_address():
    assert environment.dns_server("") is None
    assert environment.dns_server("192.0.2.53") == ("192.0.2.53", 53)
    assert environment.dns_server("127.0.0.1:5353") == ("127.0.0.1", 5353)
    assert environment.dns_server("2001:db8::53") == ("2001:db8::53", 53)
    for bad in ("resolver.example", "127.0.0.1:", "127.0.0.1:x"):
        with pytest.raises(ImproperlyConfigured):
            environment.dns_server(bad)
