"""Text as people type and paste it, freed of what nobody sees.

Phones, PDFs and chat programs put marks around what is copied: directions, joiners, line separators.  Left in an
address they make it one that no server takes, left in a telephone number one that no phone dials.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from bookings.hosts import ascii_host

LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
_JOINERS = "\u200c\u200d"  # within Persian and Indic words and among emoji they are seen
_NUL = "\0"  # nobody types it, and it is refused
_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
# Letters and symbols by their category, and blank all the same: the fillers of Hangul, and Braille without a dot.
_BLANK = set("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800")


def _is_plain(text: str) -> bool:
    """Whether it is of ASCII that is seen, as nearly all is, so that there is nothing to look for."""
    return text.isascii() and text.isprintable()


def word(text: str) -> str:
    """An address, a number, the name of a zone: nothing in it is unseen, letters of full width are plain ones."""
    if _is_plain(text):
        return text.strip()
    seen = "".join(one for one in text if one == _NUL or unicodedata.category(one) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen).strip()


def line(text: str) -> str:
    """Words in one line, with single spaces, whose direction nothing turns round."""
    if _is_plain(text):
        return " ".join(text.split())
    kept = (_kept_in_a_line(character) for character in unicodedata.normalize("NFC", text))
    return " ".join("".join(kept).split())


def lines(text: str) -> str:
    """Words in as many lines as they have, for iCalendar, which knows of control characters line ends alone."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", text.replace("\r\n", "\n"))


def name(text: str) -> str:
    """What somebody or something is called; empty where all of it draws nothing."""
    called = line(text).strip(_JOINERS + " ")
    if _is_plain(called):
        return called
    return "" if all(_draws_nothing(character) for character in called) else called


def email(text: str) -> str:
    """An e-mail address out of what was typed or copied, "Robin <robin@example.com>" too; not yet checked."""
    written = re.sub(r"(?i)^mailto:", "", word(text).replace("\u3002", "."))
    within = re.search(r"<([^<>]*)>$", written)
    return within[1].strip() if within else written


def phone(text: str) -> str:
    return re.sub(r"(?i)^tel:\s*", "", word(text))


def validate_sendable(address: str) -> None:
    """Refuse an e-mail address that no mail server could be told."""
    local, _at, domain = address.rpartition("@")
    try:
        ascii_host(domain.strip("[]"))
    except ValueError:
        _refuse_address()
    if len(local) > LONGEST_LOCAL_PART:
        _refuse_address()


def sendable(address: str) -> str:
    """The address as it is written to a mail server, its host in ASCII; raises ``ValidationError`` if it cannot be."""
    address = email(address)
    validate_email(address)
    validate_sendable(address)
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else ascii_host(domain)}"


def lines_joined(text: str) -> str:
    """The lines of an address, with commas between them."""
    return ", ".join(one.strip().rstrip(",") for one in text.splitlines() if one.strip())


def _refuse_address() -> None:
    raise ValidationError(_("This is no e-mail address."), code="invalid")


def _kept_in_a_line(character: str) -> str:
    category = unicodedata.category(character)
    if character == _NUL:
        return _NUL
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category == "Cf" and character not in _JOINERS else character


def _draws_nothing(character: str) -> bool:
    return unicodedata.category(character)[0] in "CMZ" or character in _BLANK
