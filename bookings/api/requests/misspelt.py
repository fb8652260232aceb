"""Query parameters that mean a filter and are spelt otherwise: ignored, they would let the whole list come back.

Any other unknown name is nobody's business: ``_=17``, ``fbclid``, ``utm_source``.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from django.utils.translation import gettext as _

from bookings.api.errors import FieldErrors

ALWAYS = ("search", "include", "includes", "limit", "page", "after", "orderBy", "sortedBy")
WINDOW = ("start", "end")
ELSEWHERE = {
    "limit": ("perpage", "pagesize", "maxresults"),
    "page": ("pagenumber", "pageno", "currentpage", "offset", "skip"),
    "after": ("cursor", "pagetoken", "nextpagetoken", "startingafter"),
    "orderBy": ("order", "orderby", "ordering", "sort", "sortby"),
    "sortedBy": ("sortedby", "direction", "sortorder", "orderdirection", "sortdirection"),
    "search": ("q", "query", "filter", "filters"),
    "start": ("from", "since", "date", "startdate", "starttime", "startat", "startsat", "startafter", "startsafter",
              "afterstart", "timemin", "mindate"),
    "end": ("to", "until", "before", "enddate", "endtime", "endat", "endsat", "endbefore", "endsbefore", "beforeend",
            "beforestart", "timemax", "maxdate"),
    "search=state:…": ("status",),
}  # fmt: skip
"""Names that others use, without capitals and signs, by what they are called here."""
ALIKE = 0.8
_SIGNS = re.compile(r"[^a-z0-9]")
_WRAPPED = re.compile(r"(?:filter|search|where)(?=[a-z])")


def misspelt(names: Iterable[str], keys: Mapping[str, object], *, window: bool) -> FieldErrors:
    """What is wrong with the names of a list's query; ``keys`` are what it can be searched for."""
    spellings = _spellings(keys)
    known = {*ALWAYS, *WINDOW} if window else {*ALWAYS}
    wrong = {name: _meant(name, spellings, keys) for name in names if name not in known}
    return {name: [_sentence(meant, window, keys)] for name, meant in wrong.items() if meant}


def _spellings(keys: Mapping[str, object]) -> dict[str, str]:
    """What is meant, by every spelling without capitals and signs."""
    found = {other: name for name, others in ELSEWHERE.items() for other in others}
    for key in keys:
        spelling = f"search={key}:…"
        found[_bare(key)] = spelling
        if key.endswith(".id"):
            found[_bare(key.removesuffix(".id"))] = spelling
    return found | {_bare(name): name for name in (*ALWAYS, *WINDOW)}


def _bare(name: str) -> str:
    return _SIGNS.sub("", name.lower())


def _meant(name: str, spellings: Mapping[str, str], keys: Mapping[str, object]) -> str | None:
    bare = _bare(name)
    kind = re.split(r"[.\[]", name)[0]
    if kind != name and f"{kind}.key" in keys:  # a name of the caller's own, as in customer.shoe_size
        return spellings.get(bare, f"search={kind}.…:…")
    bare = _WRAPPED.sub("", bare) if bare not in spellings else bare
    if bare in spellings:
        return spellings[bare]
    near = get_close_matches(bare, spellings, 1, ALIKE) if len(bare) > 3 else []
    return spellings[near[0]] if near else None


def _sentence(meant: str, window: bool, keys: Mapping[str, object]) -> str:
    if (meant in WINDOW and not window) or (meant.startswith("search=state") and "state" not in keys):
        return _("This list cannot be narrowed by this.")
    return _("Write it as “%(spelling)s”.") % {"spelling": meant}
