"""Which URLs events are sent to: whoever names one must not make the coalition's machines ask for
what only they can reach (server-side request forgery).

A URL is looked at when it is registered; the addresses that its host has, at every attempt
(`storage.webhook_http`), because they can change in between.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

URL_MAX_CHARS = 512
_PRINTABLE = re.compile(r"[!-~]+\Z")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}\.?\Z", re.I)
# Resolvers take such for an IPv4 address: 127.1, 0177.0.0.1, 2130706433.
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?\Z", re.IGNORECASE)
# An IPv4 address stands in these, and a router may take it out: NAT64 (RFC 6052), 6to4 (RFC 3056).
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"))
# Protocols' own, a cloud's metadata among them (192.0.0.192), and 6to4 relays: Python's word on the
# first differs between its versions (RFC 6890, RFC 7526).
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


class Target(NamedTuple):
    """Where a URL leads. path: with its query."""

    scheme: str
    host: str
    port: int
    path: str


class BadUrl(ValueError):
    """Its message says what is wrong with a URL."""


def target_of(url: str, *, loopback: bool = False) -> Target:
    """What a URL names. Raises BadUrl for one that nothing is ever sent to.

    loopback: http to this machine is allowed, for development.
    """
    if len(url) > URL_MAX_CHARS or not _PRINTABLE.match(url):
        raise BadUrl(f"a URL of at most {URL_MAX_CHARS} printable ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadUrl("a URL like https://crm.example/hooks") from None
    if "@" in parts.netloc or "#" in url or "\\" in url:
        raise BadUrl("a URL without user, password, fragment and backslash")
    local = loopback and _is_loopback(host)
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise BadUrl("a URL that begins with https://")
    literal = _literal(host)
    if literal is None and (not _HOST.match(host) or _ENDS_IN_NUMBER.match(host)):
        raise BadUrl("a URL with the name of a host")
    if literal is not None and not allowed(str(literal), loopback=loopback):
        raise BadUrl("an address that everyone can reach")
    if literal is None and not local and "." not in host.rstrip("."):
        raise BadUrl("a host with the name of its domain")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def allowed(address: str, *, loopback: bool = False) -> bool:
    """Whether an IP address is sent to: one that is everyone's to reach, not of a private network,
    of this machine or of a cloud's metadata."""
    found = _literal(address)
    if found is None:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped
        if inner is not None:
            found = inner
        # Python takes the site-local ones for global: private networks that have them still do.
        elif found.is_site_local or any(found in network for network in _TRANSLATED):
            return False
    if found.is_loopback:
        return loopback
    if isinstance(found, IPv4Address) and any(found in network for network in _SPECIAL):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
