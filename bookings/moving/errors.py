"""Why a site cannot be moved; ``str()`` is a sentence for the operator."""


class CannotMove(Exception):
    """The sentence says what to do about it."""
