"""Why a backup cannot be made, opened or restored; ``str()`` is a sentence for the operator."""


class BackupError(Exception):
    """The sentence says what to do about it."""
