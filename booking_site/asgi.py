"""The site as an ASGI application; `./run web` uses the WSGI one."""

import os

from django.core.asgi import get_asgi_application

from booking_site.charsets import read_as_utf8_asgi
from booking_site.pooling import pool_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
application = read_as_utf8_asgi(get_asgi_application())
pool_connections()
