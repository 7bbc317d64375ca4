"""Units of systemd on other machines: what a script copies there before it starts them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.value import Value
from unshipped.discovery.finders._homes import Homes
from unshipped.discovery.finders._names import files, slug
from unshipped.discovery.finders.packages import Packages, plain
from unshipped.discovery.images.rules import covering
from unshipped.discovery.shell import Command, place
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found, Place

_FILE = re.compile(r"\.service$")
_LIES_IN = re.compile(r"^(?:WorkingDirectory|ExecStart)\s*=\s*[-@:+!]*(/\S+)", re.MULTILINE)
_REMOTE = re.compile(r"[^/:][^:]*:{1,2}([^:]*)", re.DOTALL)
_STARTS = re.compile(
    r"\bsystemctl\s+(?:-\S+\s+)*(?:(?:try-|reload-or-)?restart|start|reload|enable\s+--now)\s+([^;&|\n\"']+)"
)
_NOT_OURS = re.compile(
    r"nginx|apache2|httpd|caddy|haproxy|traefik|varnish|docker|containerd|podman|postgresql|mysqld?|mariadb|redis.*"
    r"|rabbitmq.*|memcached|ssh|sshd|cron|crond|rsyslog|systemd-.*|php.*-fpm|supervisord?|.*\.(?!service$)\w+"
)
"""Units that come with a machine: a new configuration of them is none of their code."""


class _Unit(Value):
    name: str
    paths: tuple[str, ...]
    """Where on its machine it lies."""


class Hosts:
    """What was copied to other machines, command after command."""

    def __init__(self, homes: Homes, packages: Packages) -> None:
        self._homes, self._packages = homes, packages
        self._sent: dict[str, None] = {}

    def take(self, command: Command, where: Place) -> Iterator[Found]:
        """The units that one command brings something for, or starts anew after that."""
        program = command.words[0].rpartition("/")[2] if command.words else ""
        if program in ("rsync", "scp"):
            yield from self._copied(command, where)
        elif self._sent and "systemctl" in (text := " ".join(command.words)):
            for listed in _STARTS.findall(text):
                for name in listed.split():
                    bare = name.removesuffix(".service").partition("@")[0]
                    if slug(bare) == bare and not _NOT_OURS.fullmatch(bare):
                        yield Found(bare, where, paths=tuple(self._sent), runs_on="systemd")

    def _copied(self, command: Command, where: Place) -> Iterator[Found]:
        *sources, into = plain(command) or [""]
        remote = _REMOTE.fullmatch(into)
        if remote is None:
            return
        sent = [one for source in sources for one in self._of(place(command.directory, source))]
        self._sent |= dict.fromkeys(sent)
        for unit in _units(self._homes.snapshot) if sent and remote[1].startswith("/") else ():
            directory = remote[1].rstrip("/")
            if any(f"{path}/".startswith(f"{directory}/") for path in unit.paths):
                yield Found(unit.name, where, paths=tuple(sent), runs_on="systemd")

    def _of(self, at: str) -> Iterator[str]:
        """What of the repository lies at a place that is copied."""
        if (path := self._homes.path(at, self._homes.snapshot.has)) is not None:
            yield from covering(path)
            return
        package = self._packages.package(at)
        yield from covering(package.source) if package.source is not None else ()
        yield from (one for path in package.paths for one in covering(path))


def _units(snapshot: Snapshot) -> list[_Unit]:
    if _Unit not in snapshot.memo:
        snapshot.memo[_Unit] = [
            _Unit(name, tuple(_LIES_IN.findall(snapshot.text(path) or "")))
            for path in files(snapshot, _FILE)
            if (name := slug(path.rpartition("/")[2].removesuffix(".service").partition("@")[0]))
        ]
    found: list[_Unit] = snapshot.memo[_Unit]
    return found
