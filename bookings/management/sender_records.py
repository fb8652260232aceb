"""What the world's name servers say of the sender's domain, so that mails are believed: SPF, DKIM and DMARC.

A resolver that does not answer is told as that and is no fault: the machine may be allowed to ask none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import parseaddr

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from django.conf import settings

from bookings.management.surroundings import Finding

LOOK_SECONDS = 3.0
"""For one question, with all that is asked again."""
USUAL_SELECTORS = (
    "default", "mail", "dkim", "google", "selector1", "selector2", "k1", "k2", "s1", "s2", "fm1", "pm", "mx", "smtp",
)  # fmt: skip
SENDERS = {
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "amazonaws.com": "amazonses.com",
    "mailgun.org": "mailgun.org",
    "sendgrid.net": "sendgrid.net",
    "postmarkapp.com": "spf.mtasv.net",
    "brevo.com": "spf.brevo.com",
    "mailjet.com": "spf.mailjet.com",
    "fastmail.com": "spf.messagingengine.com",
}
"""By the end of a mail server's name, what the domain's SPF includes where that sends for it."""


class NotLookedUp(Exception):
    """No answer came, so that nothing is known."""


def sender_records() -> Iterator[Finding]:
    """SPF, DKIM and DMARC of the domain that mails are sent from, each with the record to set where it is wrong."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].rstrip(".").lower()
    if "." not in domain or domain.replace(".", "").isdecimal():
        yield True, f"SPF, DKIM and DMARC are not looked up: {domain} is no domain of the Internet"
        return
    checks: tuple[tuple[str, Callable[[str], Iterator[Finding]]], ...] = (
        ("SPF", _spf),
        ("DKIM", _dkim),
        ("DMARC", _dmarc),
    )
    for name, check in checks:
        try:
            yield from check(domain)
        except NotLookedUp:
            yield True, f"{name} of {domain} is not looked up: no resolver answered"


def _spf(domain: str) -> Iterator[Finding]:
    found = [text for text in texts(domain) or () if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        yield False, f"SPF: {domain} names no server that may send for it. Set there: {_spf_to_set(domain)}"
    elif len(found) > 1:
        yield (
            False,
            f"SPF: {domain} has {len(found)} records, which counts as none. Make one of them: {found}",
        )
    elif set(found[0].lower().split()) & {"+all", "all"}:
        yield False, f"SPF: {domain} lets anybody send for it. End the record with ~all: {found[0]}"
    else:
        yield True, f"SPF: {domain} says {found[0]}; the servers that send your mails must be among them"


def _spf_to_set(domain: str) -> str:
    host = settings.MAIL_HOST.lower()
    included = next((name for end, name in SENDERS.items() if host == end or host.endswith(f".{end}")), "")
    sends = f"include:{included}" if included else f"a:{host}" if "." in host else "mx"
    return f'{domain}. TXT "v=spf1 {sends} ~all"'


def _dkim(domain: str) -> Iterator[Finding]:
    if settings.DKIM_SELECTORS:
        for selector in settings.DKIM_SELECTORS:
            yield _dkim_of(domain, selector)
        return
    if texts(f"_domainkey.{domain}") is None:  # then nothing is below it either (RFC 8020)
        yield (
            False,
            f"DKIM: {domain} has no key, so that signatures cannot be checked. {_dkim_to_set(domain)}",
        )
        return
    usual = [selector for selector in USUAL_SELECTORS if _keys(domain, selector)]
    if usual:
        yield True, f"DKIM: {domain} has a key for {', '.join(usual)}"
    else:
        yield True, f"DKIM: none of the usual selectors has a key at {domain}. Name yours in DKIM_SELECTORS"


def _dkim_of(domain: str, selector: str) -> Finding:
    keys = _keys(domain, selector)
    if not keys:
        return False, f"DKIM: {selector} has no key at {domain}. {_dkim_to_set(domain, selector)}"
    if len(keys) > 1:
        return (
            False,
            f"DKIM: {selector} has {len(keys)} records at {domain}; leave the one of your mail server",
        )
    return True, f"DKIM: {domain} has a key for {selector}"


def _keys(domain: str, selector: str) -> list[str]:
    """Those with a key; an empty one says that it was withdrawn."""
    found = texts(f"{selector}._domainkey.{domain}") or []
    return [text for text in found if _tags(text).get("p")]


def _dkim_to_set(domain: str, selector: str = "mail") -> str:
    record = f'{selector}._domainkey.{domain}. TXT "v=DKIM1; k=rsa; p=…"'
    return f"Have your mail server sign, and set what it tells you, like: {record}"


def _dmarc(domain: str) -> Iterator[Finding]:
    for place in _upwards(domain):
        found = [text for text in texts(f"_dmarc.{place}") or () if _tags(text).get("v") == "DMARC1"]
        if found:
            break
    else:
        record = f'_dmarc.{domain}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
        yield False, f"DMARC: {domain} says nothing of mails that only pretend to be its. Set: {record}"
        return
    tags = _tags(found[0])
    if len(found) > 1:
        yield False, f"DMARC: _dmarc.{place} has {len(found)} records, which counts as none. Leave one"
    elif tags.get("p") not in {"none", "quarantine", "reject"}:
        yield False, f'DMARC: _dmarc.{place} says not what to do. Set: _dmarc.{place}. TXT "v=DMARC1; p=none"'
    else:
        yield True, f"DMARC: {place} says p={tags['p']}. {_alignment(domain, tags)}"


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it; whoever has none of its own is under the one of the domain above."""
    labels = domain.split(".")
    return (".".join(labels[first:]) for first in range(len(labels) - 1))


def _alignment(domain: str, tags: dict[str, str]) -> str:
    """What counts for it: a mail passes by SPF or by DKIM, where that is of the domain in From."""
    own = f"exactly {domain}"
    wide = f"{domain} or another name under the same domain"
    spf, dkim = (own if tags.get(name) == "s" else wide for name in ("aspf", "adkim"))
    return (
        f"A mail passes where the signature’s d= is {dkim}, or the server is in SPF and the envelope is {spf}"
    )


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs}


def texts(name: str) -> list[str] | None:
    """The TXT records of a name; None where there is no such name.  Raises ``NotLookedUp``."""
    try:
        answer = _resolver().resolve(dns.name.from_text(name), dns.rdatatype.TXT, lifetime=LOOK_SECONDS)
    except dns.resolver.NXDOMAIN:
        return None
    except dns.resolver.NoAnswer:
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NotLookedUp from error
    return [b"".join(record.strings).decode("utf-8", "replace").strip() for record in answer]


def _resolver() -> dns.resolver.Resolver:
    """The machine's own, or the one that DNS_SERVER names."""
    if settings.DNS_SERVER is None:
        return dns.resolver.Resolver()
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = [settings.DNS_SERVER[0]], settings.DNS_SERVER[1]
    return found
