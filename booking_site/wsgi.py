"""The site as a WSGI application; `./run web` serves it with gunicorn."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from booking_site.charsets import read_as_utf8
from booking_site.pooling import pool_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
application = read_as_utf8(get_wsgi_application())
pool_connections()

# A page waits for the interpreter after each of its queries: behind a search that computes, for a millisecond each
# time and not for five.
sys.setswitchinterval(0.001)
