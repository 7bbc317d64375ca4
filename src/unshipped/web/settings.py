"""Who may ask what, as a file says it: the server's own, outside of the repository that is watched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from unshipped.config.fields import Text
from unshipped.config.generator import Generator
from unshipped.config.loader import load_model
from unshipped.config.options import WrittenOrReferenced
from unshipped.config.published import SCHEMA
from unshipped.config.strict import Strict
from unshipped.core.value import Value
from unshipped.errors import SourceError, UsageError
from unshipped.secrets import Reference, text_of
from unshipped.web.access import OWNER, SERVICE, Access, FirstOf, Proxy, Role, Scope
from unshipped.web.sessions import Sessions
from unshipped.web.tokens import Tokens

if TYPE_CHECKING:
    from unshipped.web.oidc import Login

_SHORTEST = 32
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class RoleSetting(Strict):
    """Who may do what, to which services."""

    who: Texts
    """Names, `group:NAME`, or `*` for whoever is known."""
    may: Annotated[tuple[Scope, ...], Field(min_length=1)]
    """What they may do."""
    owners: Texts = ()
    """Only to services of these owners, as the map has them, and to those of `services`."""
    services: Texts = ()
    """Only to these services, and to those of `owners`; names may be globs."""


class ProxySetting(Strict):
    """A proxy that says who somebody is."""

    header: Text
    """The header with the name."""
    groups: Text = ""
    """The header with the groups, separated by commas."""
    addresses: Texts
    """From where it comes: addresses or networks. Nobody else is believed."""


class OidcSetting(Strict):
    """A provider of OpenID Connect."""

    issuer: Text
    """Its address, as it names itself."""
    client_id: Text
    """What it calls this server."""
    client_secret: WrittenOrReferenced | None = None
    """What it gave to this server; nothing for a public client, which proves itself by PKCE alone."""
    url: Text
    """Where this server is reached. The provider sends people back to `/login/callback` there."""
    name: Text = "email"
    """The claim that names a person: its name, or a JSON pointer to it."""
    groups: Text = "groups"
    """The claim with their groups: its name, or a JSON pointer such as `/realm_access/roles`."""
    scope: Text = "openid email profile"
    """What is asked of it."""


class AccessFile(Strict):
    """Who may ask what. At least one of `tokens`, `proxy` and `oidc`."""

    tokens: Text = ""
    """A file of tokens, relative to this one."""
    proxy: ProxySetting | None = None
    """A proxy in front."""
    oidc: OidcSetting | None = None
    """A login."""
    secret: WrittenOrReferenced | None = None
    """What signs the cookie of a login: at least 32 characters, the same for every process."""
    roles: tuple[RoleSetting, ...] = ()
    """What whoever logs in or comes by the proxy may do. Tokens say it themselves."""


def access_schema() -> dict[str, Any]:
    """The JSON Schema of that file, for editors."""
    found = AccessFile.model_json_schema(schema_generator=Generator)
    ways = [{"required": [one]} for one in ("tokens", "proxy", "oidc")]
    return {
        "$schema": SCHEMA,
        "$id": "urn:unshipped:access:1",
        **found,
        "title": "access.yaml",
        "anyOf": ways,
    }


class Entrance(Value):
    """Who is let in, and how one logs in."""

    access: Access
    login: Login | None = None


def entrance(path: Path, governed: Path | None = None) -> Entrance:
    """What the file says. Raises `ConfigError` with all that is wrong in it, and `UsageError`; also where it
    or its tokens lie in the folder that is `governed` by those whose rights they give.
    """
    _require_outside(path, governed)
    try:
        file = load_model(path.read_bytes(), str(path), AccessFile)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    roles = [_role(one) for one in file.roles]
    ways: list[Access] = []
    if file.tokens:
        _require_outside(tokens := path.parent / file.tokens, governed)
        ways.append(Tokens(tokens))
    login = _login(file, roles)
    if login:
        ways.append(login.sessions)
    if file.proxy:
        ways.append(Proxy(file.proxy.header, file.proxy.addresses, roles, file.proxy.groups))
    if not ways:
        raise UsageError(f"{path} lets nobody in", "say `tokens:`, `proxy:` or `oidc:`")
    return Entrance(FirstOf(*ways), login)


def _require_outside(path: Path, governed: Path | None) -> None:
    if governed and path.resolve().is_relative_to(governed.resolve()):
        raise UsageError(
            f"{path} lies in the repository that is watched",
            "whoever can merge there could give themselves any right: put it elsewhere",
        )


def _role(one: RoleSetting) -> Role:
    to = {*(OWNER + name for name in one.owners), *(SERVICE + name for name in one.services)}
    return Role(one.who, frozenset(one.may), frozenset(to))


def _login(file: AccessFile, roles: list[Role]) -> Login | None:
    if file.oidc is None:
        return None
    from unshipped.web.oidc import Login  # what it needs takes long to load
    from unshipped.web.provider import Provider, checked

    secret = _text(file.secret)
    if len(secret) < _SHORTEST:
        raise UsageError(
            f"a login needs a `secret` of at least {_SHORTEST} characters", "openssl rand -hex 32"
        )
    one = file.oidc
    provider = checked(
        Provider(
            one.issuer, one.client_id, _text(one.client_secret), one.url, one.name, one.groups, one.scope
        )
    )
    return Login(provider, Sessions(secret, roles, secure=one.url.startswith("https://")))


def _text(setting: object) -> str:
    """The value of a setting that may be a reference."""
    if setting is None or isinstance(setting, str):
        return setting or ""
    found: Reference = setting.model_dump(by_alias=True, exclude_unset=True)  # type: ignore[attr-defined]
    try:
        return text_of(found)
    except SourceError as error:
        raise UsageError(error.message, error.hint) from None
