"""Names of hosts."""

import ipaddress

import idna


def ascii_host(host: str) -> str:
    """A host as the network writes it: "xn--bcher-kva.example" of "bücher.example", IPv6 in brackets.

    Raises ``ValueError`` where there can be no such name.
    """
    if ":" in host:
        return f"[{ipaddress.ip_address(host)}]"
    return host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()


def with_port(scheme: str, host: str, port: int | None) -> str:
    """An origin as browsers write it: the scheme's usual port is left out."""
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")
