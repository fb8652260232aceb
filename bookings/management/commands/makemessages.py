"""Django's makemessages, made to depend on the texts alone: no places, no dates, no guesses."""

import re
from pathlib import Path

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

_DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)
_NOT_SHOWN = ["bench", "node_modules", "tests", "var"]


class Command(makemessages.Command):
    """Writes the same catalogues from the same texts, wherever they stand, so that committed ones can be compared."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
    msgattrib_options = [*makemessages.Command.msgattrib_options, "--sort-output"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(
            ignore_patterns=list(_NOT_SHOWN), no_location=True, no_obsolete=True, no_wrap=True
        )

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        written = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        written.write_text(_DATES.sub("", written.read_text(encoding="utf-8")), encoding="utf-8")
