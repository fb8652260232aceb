"""Django's way to an SMTP server, with every connection under the deadline that holds at present.

Once it has the whole mail a server may take its time, to look for spam: whoever leaves too early sends it again, and
it arrives twice.  RFC 5321 (4.5.3.2.6) asks for ten minutes; a worker has a message for less.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

from bookings.effects.call_deadlines import prolong, watch

LONGEST_TAKING_SECONDS = 240.0  # with what goes before, less than a worker's lease
END_OF_MAIL = b"\r\n.\r\n"


class WatchedSMTP(smtplib.SMTP):
    """Has each connection watched before TLS and before the first word of the server are waited for."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        connection = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        watch(connection)
        return connection

    def send(self, s: Any) -> None:
        super().send(s)
        if isinstance(s, bytes) and s.endswith(END_OF_MAIL):  # commands are texts
            prolong(LONGEST_TAKING_SECONDS)
            if self.sock is not None:
                self.sock.settimeout(LONGEST_TAKING_SECONDS)

    def data(self, msg: Any) -> tuple[int, bytes]:
        answer = super().data(msg)
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        return answer


class WatchedSMTPOverTLS(smtplib.SMTP_SSL, WatchedSMTP):
    """``SMTP_SSL`` puts TLS round what the next class in the order of bases connected."""


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return WatchedSMTPOverTLS if self.use_ssl else WatchedSMTP
