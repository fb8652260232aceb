#!/usr/bin/env python
"""Django's command line for this site; `./run manage` calls it in the right environment."""

import os
import sys

from django.core.management import execute_from_command_line

from booking_site.launch import TO_MEND, in_words

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except TO_MEND as problem:
        if "--traceback" in sys.argv:
            raise
        sys.exit(in_words(problem))
