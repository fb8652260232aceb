"""What tells whether two customers are one person: the same address, and the same name.

Pure: no Django.  An address is an e-mail address or a telephone number in E.164.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import phonenumbers

GUEST = "participant:"
"""The beginning of the word for one of those whom a request named beside its customer."""
_NO_LETTERS = re.compile(r"[\W_]+")
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


def words(text: str) -> list[str]:
    """A name's words in their order, in small letters, without accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_FOLDED)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _NO_LETTERS.sub(" ", plain).split()


def name_key(name: str) -> str:
    """What of a name has to agree: its words in any order, so that "Novák, Anna" is "anna novak"."""
    return " ".join(sorted(words(name)))[:200]


def email_key(email: str) -> str:
    """An e-mail address whatever its capitals; empty for what has no @."""
    return email.strip().lower()[:254] if "@" in email else ""


def guest_word(email: str) -> str:
    """The word under which a guest with that address is written to: ``GUEST`` with a digest."""
    return f"{GUEST}{hashlib.sha256(email.strip().casefold().encode()).hexdigest()[:16]}"


def is_guest(named: object, email: str) -> bool:
    """Whether what a booking names as a guest is that address, whatever its capitals."""
    return isinstance(named, str) and named.strip().casefold() == email.strip().casefold()


def phone_key(phone: str, country: str = "") -> str:
    """A telephone number in E.164, as it is dialled in ``country`` (ISO 3166-1, two letters); empty for no number."""
    typed = phone.strip()
    if typed.startswith("00"):
        typed = f"+{typed[2:]}"
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def as_read(address: str) -> str:
    """An address as people read it: a number in E.164 in groups, "+49 30 901820", an e-mail address as it is."""
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_beginning(phone: str, country: str = "") -> str:
    """How numbers in E.164 begin that begin as typed: "0151 55" in Germany is "+4915155"; empty for no number."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) < 3 or re.search(r"[^\d\s+()/.-]", phone):
        return ""
    if phone.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    code = phonenumbers.country_code_for_region(country) if country else 0
    if not code:
        return ""
    trunk = phonenumbers.PhoneMetadata.metadata_for_region(country)
    prefix = trunk.national_prefix if trunk and trunk.national_prefix else ""
    return f"+{code}{digits.removeprefix(prefix)}"
