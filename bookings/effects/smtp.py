"""Django's way to an SMTP server, with every connection under the deadline that holds at present."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

from bookings.effects.call_deadlines import watch


class WatchedSMTP(smtplib.SMTP):
    """Has each connection watched before TLS and before the first word of the server are waited for."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        connection = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        watch(connection)
        return connection


class WatchedSMTPOverTLS(smtplib.SMTP_SSL, WatchedSMTP):
    """``SMTP_SSL`` puts TLS round what the next class in the order of bases connected."""


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return WatchedSMTPOverTLS if self.use_ssl else WatchedSMTP
