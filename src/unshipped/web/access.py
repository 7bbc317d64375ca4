"""Who asks, and what they may do.

Who may act is said outside of the repository that is watched: whoever can merge there must not be able to
give themselves the right to deploy or to mute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Protocol

from unshipped.core.names import fits
from unshipped.core.value import Value
from unshipped.errors import UsageError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""What this machine calls itself."""
GROUP = "group:"


class Scope(str, Enum):
    """What somebody may do. `admin` may do all of it."""

    READ = "read"
    RECORD = "record"
    HOLD = "hold"
    GATE = "gate"
    DEPLOY = "deploy"
    ADMIN = "admin"


Owned = Mapping[str, frozenset[Scope]]


class Person(Value):
    """Somebody, or a program of theirs."""

    name: str
    scopes: frozenset[Scope]
    """What they may do everywhere."""
    groups: tuple[str, ...] = ()
    owned: Owned = MappingProxyType({})
    """What else they may do, by `owner:NAME`, as the map has it, or by `service:GLOB`."""

    def may(self, scope: Scope, service: str = "", owner: str = "") -> bool:
        """Whether they may do that to a service; without one, to everything."""
        known = set(self.scopes)
        for whose, scopes in self.owned.items():
            if _is_meant(whose, service, owner):
                known |= scopes
        return scope in known or Scope.ADMIN in known

    def ever_may(self, scope: Scope) -> bool:
        """Whether there is anything that they may do that to. Who may read something reads everything."""
        return self.may(scope) or any({scope, Scope.ADMIN} & scopes for scopes in self.owned.values())


OWNER, SERVICE = "owner:", "service:"


def _is_meant(whose: str, service: str, owner: str) -> bool:
    if whose.startswith(OWNER):
        return bool(owner) and whose == OWNER + owner
    return bool(service) and fits((service, (whose.removeprefix(SERVICE),)))


LOCAL = Person("local", frozenset(Scope))
"""Somebody on this machine: who that is nobody knows."""


class Access(Protocol):
    """Knows who asks."""

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        """Whoever sends these headers (names in lower case) from that address; None for a stranger."""
        ...


FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What a proxy says of whoever asks through it."""


class Anybody:
    """Everybody who can reach it may do everything: for an address that only this machine reaches. A proxy on
    this machine lets others reach it.
    """

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        alone = is_local(address) and not any(name in headers for name in FORWARDED)
        return LOCAL if alone else None


def is_local(host: str) -> bool:
    """Whether it is this machine alone: where somebody asks from, or what is listened on."""
    try:
        address = ip_address(host)
    except ValueError:
        return host in LOOPBACK
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


class Everybody:
    """Whoever gets here was let in by the application around it, and may do that much."""

    def __init__(self, *scopes: Scope) -> None:
        self._person = Person("host", frozenset(scopes))

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        return self._person


class FirstOf:
    """Several ways to be known: the first that knows somebody counts."""

    def __init__(self, *ways: Access) -> None:
        self._ways = ways

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        for way in self._ways:
            if person := way.who(headers, address, now):
                return person
        return None


class Role(Value):
    """Who may do what: to some services, or to everything."""

    who: tuple[str, ...]
    """Names, `group:NAME`, or `*` for whoever is known."""
    may: frozenset[Scope]
    to: frozenset[str] = frozenset()
    """`owner:NAME` and `service:GLOB`: only to these; without any, to everything."""


def person_of(name: str, groups: Sequence[str], roles: Iterable[Role]) -> Person:
    """Somebody with everything that their roles give them."""
    known = {"*", *(f"{GROUP}{one}" for one in groups)}
    if not name.startswith(GROUP):  # a name may be one that its owner chose
        known.add(name)
    scopes: set[Scope] = set()
    owned: dict[str, frozenset[Scope]] = {}
    for role in roles:
        if known.isdisjoint(role.who):
            continue
        if not role.to:
            scopes |= role.may
        for whose in role.to:
            owned[whose] = owned.get(whose, frozenset()) | role.may
    return Person(name, frozenset(scopes), tuple(groups), owned)


class Proxy:
    """A proxy in front says who it is, in a header. It is believed from the listed addresses only."""

    def __init__(
        self, header: str, addresses: Iterable[str], roles: Sequence[Role], groups_header: str = ""
    ) -> None:
        """Raises `UsageError` for what is no address and no network."""
        self._header, self._groups, self._roles = header.lower(), groups_header.lower(), roles
        self._networks = [_network(one) for one in addresses]

    def who(self, headers: Mapping[str, str], address: str, now: datetime) -> Person | None:
        name = headers.get(self._header, "").strip()
        if not name or not self._listed(address):
            return None
        groups = [one.strip() for one in headers.get(self._groups, "").split(",") if one.strip()]
        return person_of(name, groups, self._roles)

    def _listed(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no address and no network", "write one like 10.0.0.7 or 10.0.0.0/8"
        ) from None
