"""What can be wrong with a value, and how a request that is full of it must be answered."""

from tests.api.conftest import NOTHING, Door

JUNK = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1.5",
    b"1" + b"0" * 400,
    b"1e999",
    b"NaN",
    b'""',
    b'" "',
    b'"yes"',
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    '"٣"'.encode(),
    b'"' + b"x" * 10_000 + b'"',
    b"[]",
    b"[[[]]]",
    b"[null]",
    b'["\\u0000", "\\ud800", 1, {}]',
    b"{}",
    b'{"": {"": {}}}',
    b'{"\\u0000": "\\ud800"}',
    b"[" * 500 + b"]" * 500,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b'"0001-01-01T00:00:00+14:00"',
    b'"0001-01-01T00:00:00Z"',
    b'"9999-12-31T23:59:59-12:00"',
    b'"9999-12-31T23:59:59Z"',
    b'"10000-01-01T00:00:00Z"',
    b'"2027-02-30T10:00:00Z"',
    b'"2027-01-01T10:00:00"',
    b'"2027-01-01T10:00:00+99:99"',
    b'"2027-01-01"',
    b'"1 fortnight"',
    b'"-1 hour"',
    b'"99999999999 weeks"',
    b'"P99999999D"',
    b'"../../etc/passwd"',
    b'"' + NOTHING.encode() + b'"',
]
REFUSED = {400, 409, 413, 422}


def quoted(text: str) -> bytes:
    return b'"' + text.encode() + b'"'


def body_of(texts: dict, **raw: bytes) -> bytes:
    """Return a JSON object of texts (and objects of texts), with raw JSON in the place of some values."""
    pairs = {
        key: body_of(value) if isinstance(value, dict) else quoted(value)
        for key, value in texts.items()
        if key not in raw
    } | raw
    return b"{" + b", ".join(quoted(key) + b": " + value for key, value in pairs.items()) + b"}"


def check(server: Door, method: str, path: str, body: bytes) -> None:
    """Send it; whatever is not done must be refused in JSON, with words."""
    response = server.call(method, path, body)
    if response.status_code < 300:
        return
    assert response.status_code in REFUSED, (method, path, body[:200], response.content[:500])
    told = response.json()
    assert told.get("errors") or told.get("error"), (method, path, body[:200], told)
