"""Who asks a registry: what `docker login`, `podman login` or `skopeo login` remembered, or its helper."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.process import LIMIT, run

HUB = "docker.io"
_HUB_KEY = "https://index.docker.io/v1/"
"""What docker calls its own registry where it remembers who asks it."""

_HELPER = re.compile(r"[A-Za-z0-9][\w.-]*")
_TOKEN_USER = "<token>"  # noqa: S105 - what a helper answers in place of a user name, no secret


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody whom a registry knows."""

    user: str
    password: str = field(repr=False)
    lasting: bool = False
    """Whether the password is a token from which shorter ones are made."""

    @property
    def basic(self) -> str:
        """As the value of a header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def remembered(registry: str, name: str, seconds: float) -> Login | None:
    """Who may read a repository of a registry, as far as anybody logged in. Raises `SourceError`."""
    keys = _keys(registry, name)
    for place in _places():
        config = _config(place)
        helpers = {_plain(key): helper for key, helper in steps.texts(config, "credHelpers").items()}
        helper = next((helpers[key] for key in keys if key in helpers), steps.text(config, "credsStore"))
        if helper and (found := _from_helper(helper, registry, seconds)):
            return found
        auths = {_plain(key): auth for key, auth in steps.rows_by_key(config, "auths").items()}
        if found := next((_login(auths[key], place) for key in keys if auths.get(key)), None):
            return found
    return None


def _places() -> Iterator[Path]:
    """The files that the tools write, in the order in which they are read here."""
    if chosen := os.environ.get("REGISTRY_AUTH_FILE"):
        yield Path(chosen)
    yield Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers/auth.json"


def _config(place: Path) -> object:
    try:
        with place.open("rb") as file:
            return json.loads(file.read(LIMIT))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError):
        raise SourceError(Code.SOURCE_DENIED, f"{shown(str(place))} cannot be read as JSON") from None


def _keys(registry: str, name: str) -> list[str]:
    """What a login may be kept under, the closest first: podman keeps one for a part of a registry, too."""
    steps = name.split("/")
    own = ["/".join((registry, *steps[:length])) for length in range(len(steps), -1, -1)]
    return [*own, "index.docker.io"] if registry == HUB else own


def _plain(key: str) -> str:
    return re.sub(r"^https?://|/(v1|v2)?/?$", "", key)


def _login(auth: steps.Table, place: Path) -> Login | None:
    if token := steps.text(auth, "identitytoken"):
        return Login("", token, lasting=True)
    written = steps.text(auth, "auth")
    try:
        user, _, password = base64.b64decode(written, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise SourceError(
            Code.SOURCE_DENIED, f"{shown(str(place))} holds a login that is no base64"
        ) from None
    return Login(user, password.rstrip("\0")) if user and password else None


def _from_helper(helper: str, registry: str, seconds: float) -> Login | None:
    """What a program of docker's answers; None where it knows nobody."""
    if not _HELPER.fullmatch(helper):
        raise SourceError(Code.SOURCE_DENIED, f"{shown(helper)} is no name of a credential helper")
    program = f"docker-credential-{helper}"
    asked = _HUB_KEY if registry == HUB else registry
    try:
        done = run([program, "get"], cwd="", timeout=seconds, limit=LIMIT, told=asked.encode())
    except (TimeoutError, OSError) as error:
        why = "did not answer" if isinstance(error, TimeoutError) else "cannot be started"
        raise SourceError(Code.SOURCE_DENIED, f"{program} {why}") from None
    if done.code:
        return None
    try:
        answer = json.loads(done.output)
    except (ValueError, RecursionError):
        raise SourceError(Code.SOURCE_DENIED, f"{program} did not answer with JSON") from None
    user, password = steps.text(answer, "Username"), steps.text(answer, "Secret")
    return Login(user, password, lasting=user == _TOKEN_USER) if password else None
