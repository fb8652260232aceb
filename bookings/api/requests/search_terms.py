"""The parts of ``search``, each in every way in which it can have been meant."""

from django.http import HttpRequest, QueryDict

Readings = tuple[str, ...]


def search_terms(request: HttpRequest) -> list[Readings]:
    """The parts that stand between semicolons.

    A plus in an address is a blank, and clients that encode nothing mean a plus by it: then a part has two readings,
    but for an e-mail address, in which no blank stands.
    """
    spaced = request.GET.get("search", "").split(";")
    raw = QueryDict(query_bytes(request).replace(b"+", b"%2B"))
    plussed = raw.get("search", "").split(";")
    return [_readings(*each) for each in zip(spaced, plussed, strict=True) if each[0]]


def query_bytes(request: HttpRequest) -> bytes:
    """The query as it was sent; WSGI gives each byte as a letter."""
    query: str = request.META.get("QUERY_STRING", "")
    return query.encode("latin-1", "replace")


def _readings(spaced: str, plussed: str) -> Readings:
    if spaced == plussed or "@" in spaced:
        return (plussed,)
    return (spaced, plussed)
