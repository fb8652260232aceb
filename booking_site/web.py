"""The web server alone and nothing before it, for a service manager: ``python -m booking_site.web``.

SIGHUP starts it anew with new code and fails no request; SIGTERM ends it after the requests that it has.
"""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from booking_site.parts import become, web_server_that_reloads

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
    try:
        command = web_server_that_reloads(settings.BIND, settings.PORT)
    except ImproperlyConfigured as problem:
        sys.exit(f"A setting is wrong: {problem}")
    become(command)
