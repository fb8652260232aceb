"""The address that the web server listens on."""

import errno
import socket
from contextlib import closing, suppress
from pathlib import Path

_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_UNIX = "unix:"
_BACKLOG = 2048


class CannotListen(Exception):
    """Says in a sentence why nothing can listen there, and what to do."""


def as_bind(bind: str, port: int) -> str:
    """Return the address in gunicorn's spelling; a `bind` like unix:/run/site.sock has no port."""
    return bind if bind.startswith(_UNIX) else f"{_bracketed(bind)}:{port}"


def default_site_url(bind: str, port: int) -> str:
    """Return the address at which a browser reaches this server when nobody gave SITE_URL."""
    if bind.startswith(_UNIX):
        return "http://127.0.0.1"
    host = _own_address() if bind in _WILDCARDS else bind
    return f"http://{_bracketed(host)}:{port}"


def is_wildcard(bind: str) -> bool:
    return bind in _WILDCARDS


def refuse_taken(bind: str, port: int) -> None:
    """Raise CannotListen where another program has the port, or this one may not have it."""
    if bind.startswith(_UNIX):
        return
    opened(bind, port).close()


def opened(bind: str, port: int) -> socket.socket:
    """Return a socket that listens there.  Raises CannotListen."""
    if bind.startswith(_UNIX):
        remove_socket(bind)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        address: str | tuple[str, int] = bind.removeprefix(_UNIX)
    else:
        listener = socket.socket(_family(bind), socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        address = (bind, port)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(_in_words(error, bind, port)) from error
    return listener


def remove_socket(bind: str) -> None:
    """Take away the file of a local socket that nobody listens on; another address leaves none."""
    path = Path(bind.removeprefix(_UNIX))
    if bind.startswith(_UNIX) and path.is_socket():
        path.unlink()


def answers(bind: str, port: int) -> bool:
    """Tell whether a web server answers there: accepting is not enough, the system does that for it."""
    with suppress(OSError), closing(_connect(bind, port)) as connection:
        connection.settimeout(1)
        connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return connection.recv(5) == b"HTTP/"
    return False


def _connect(bind: str, port: int) -> socket.socket:
    if not bind.startswith(_UNIX):
        return socket.create_connection((_WILDCARDS.get(bind, bind), port), timeout=1)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(bind.removeprefix(_UNIX))
    except OSError:
        connection.close()
        raise
    return connection


def _in_words(error: OSError, bind: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {bind} is taken by another program. Choose another, like PORT={port + 1} ./run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is not for ordinary users. Choose one above 1023, like PORT=8000 ./run"
    return f"BIND is {bind}, which is no address of this machine ({error})."


def _own_address() -> str:
    """The address of the interface that leads outwards; nothing is sent to find it."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _family(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
