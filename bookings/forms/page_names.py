"""Names that the customer's pages send beside the answers of the form, which no answer's field may have."""

ANSWER = "answer."
CAMPAIGN, PREFILL = "utm_", "customer."
OF_PAGES = frozenset(
    {
        "option", "with", "places", "zone", "own", "lang", "visitor", "return_to", "start", "end", "session", "book",
        "shown", "proof", "csrfmiddlewaretoken",
    }
)  # fmt: skip
"""What was chosen, who sends it, and what leads on; a test looks for them in the pages."""


def html_name(key: str) -> str:
    """The name that the field of a question is sent under: its key, unless a page sends something else under that."""
    is_taken = key in OF_PAGES or key.startswith((CAMPAIGN, PREFILL, ANSWER))
    return f"{ANSWER}{key}" if is_taken else key
