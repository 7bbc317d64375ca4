"""One repository of a container registry (the OCI distribution interface, version 2), and who asks it.

What a digest names is checked against it: whoever answers, it is those bytes or an error.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlencode, urlsplit

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.http.exchange import Answer
from unshipped.platforms import steps
from unshipped.platforms.api import Api, document
from unshipped.platforms.fetch import RedirectedError, RefusedError
from unshipped.platforms.logins import HUB, Login

INDEXES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
_MANIFESTS = (
    *sorted(INDEXES),
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)

_REFERENCE = re.compile(
    r"(?:(?P<registry>localhost(?::\d+)?|[\w.-]*[.:][\w.:-]*|\[[0-9a-fA-F:]+\](?::\d+)?)/)?"
    r"(?P<name>[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9+._-]+:[0-9a-fA-F]+))?",
    re.ASCII,
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_WORD = re.compile(r"[A-Za-z]+")
_ONE_BUILD = re.compile(
    r"\d+[.-]\d+[.-]\d+|(?<![0-9a-f])(?=[a-f]*\d)[0-9a-f]{7,64}(?![0-9a-f])|\d{3}", re.ASCII
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_BEARER = re.compile(r"\bbearer\s+(.*)", re.IGNORECASE | re.DOTALL)
_PARAMETER = re.compile(r'\b(\w+)="([^"]*)"')
_UNKNOWN = frozenset({400, 404, 405, 406})
"""What a registry answers that keeps no list of what refers to an image."""


class Image(Value):
    """An image reference, taken apart."""

    registry: str
    name: str
    tag: str
    digest: str

    @property
    def asked(self) -> str:
        """What a manifest is asked for by: a digest says more than a tag."""
        return self.digest or self.tag

    @property
    def moves(self) -> bool:
        """Whether it stands for another image from time to time: `latest`, `main`, `v1`, `eu-1`. A tag with a
        commit, a version of three numbers, a day or the number of a build is that of one build.
        """
        of_one_build = _ONE_BUILD.search(self.tag) and "latest" not in _WORD.findall(self.tag)
        return not self.digest and not of_one_build

    def __str__(self) -> str:
        at = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.name}{':' + self.tag if self.tag else ''}{at}"


def image(reference: str) -> Image:
    """A reference as `docker pull` understands it. Raises `ValueError`."""
    found = _REFERENCE.fullmatch(reference)
    if not found or (found["digest"] and not _DIGEST.fullmatch(found["digest"])):
        raise ValueError("image is a reference such as registry.example.com/shop/api:production")
    registry, name = found["registry"] or HUB, found["name"]
    registry = HUB if registry == "index.docker.io" else registry
    name = f"library/{name}" if registry == HUB and "/" not in name else name
    tag = found["tag"] or ("" if found["digest"] else "latest")
    return Image(registry, name, tag, found["digest"] or "")


@dataclass(slots=True)
class Registry:
    """One repository of a registry. Asks as nobody first, and as somebody once that is refused."""

    image: Image
    timeout: float
    """Seconds for everything that is asked through this object together."""
    login: Callable[[float], Login | None] = field(repr=False)
    """Who asks; found within so many seconds, when it is needed."""
    endpoint: str = ""
    ca_file: str = ""
    _api: Api = field(init=False, repr=False)
    _headers: dict[str, str] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._api = Api(base=self._base(), timeout=self.timeout, ca_file=self.ca_file)

    def manifest(self, reference: str) -> tuple[str, steps.Table]:
        """A manifest or an index by tag or digest: its own digest, and what it says."""
        accept = {"Accept": ", ".join(_MANIFESTS)}
        return self._content(f"manifests/{reference}", reference if ":" in reference else "", accept)

    def blob(self, digest: str) -> steps.Table:
        """What a blob says that is JSON."""
        # Who keeps the bytes is often another host than who keeps the names; the digest says they are right.
        return self._content(f"blobs/{digest}", digest, {"Accept": "*/*"}, elsewhere=True)[1]

    def referrers(self, digest: str) -> list[steps.Table]:
        """The manifests that say of themselves that they are about that digest."""
        for path in (f"referrers/{digest}", f"manifests/{digest.replace(':', '-')}"):
            try:
                return steps.rows(self._content(path, "", {"Accept": ", ".join(_MANIFESTS)})[1], "manifests")
            except RedirectedError:
                continue  # GitHub's registry leads to a page of GitHub's, which has no such list either
            except RefusedError as error:
                if error.status not in _UNKNOWN:
                    raise
        return []

    def _content(
        self, path: str, digest: str, headers: Mapping[str, str], *, elsewhere: bool = False
    ) -> tuple[str, steps.Table]:
        if digest and not _DIGEST.fullmatch(digest):
            raise SourceError(Code.SOURCE_ERROR, f"{self.image} leads to {shown(digest)}, which is no digest")
        answer = self._answer(f"/v2/{self.image.name}/{path}", headers, elsewhere=elsewhere)
        kind = digest.partition(":")[0] or "sha256"
        found = f"{kind}:{hashlib.new(kind, answer.body).hexdigest()}"
        if digest and found != digest:
            message = f"{self.image}: what the registry answers for {shown(digest)} is something else"
            raise SourceError(Code.SOURCE_ERROR, message)
        said = document(answer, f"{self.image}, {shown(path)},")
        return found, said if isinstance(said, dict) else {}

    def _answer(self, path: str, headers: Mapping[str, str], *, elsewhere: bool) -> Answer:
        try:
            return self._api.answer(path, headers={**self._headers, **headers}, elsewhere=elsewhere)
        except RefusedError as error:
            if error.status != 401 or self._headers:
                raise
            self._headers = self._authorized(error.headers.get("WWW-Authenticate", ""))
        return self._api.answer(path, headers={**self._headers, **headers}, elsewhere=elsewhere)

    def _authorized(self, challenge: str) -> dict[str, str]:
        """The headers that a registry asks for: a name and password, or a token that another host makes."""
        login = self.login(max(0.1, self._api.end - monotonic()))
        bearer = _BEARER.search(challenge)
        if bearer:
            told: dict[str, str] = {}
            for key, value in _PARAMETER.findall(bearer[1]):
                told.setdefault(key.lower(), value)
            return {"Authorization": f"Bearer {self._token(told, login)}"}
        if login and not login.lasting:
            return {"Authorization": login.basic}
        hint = f"run `docker login {self.image.registry}`, or set `username` and `password`"
        raise SourceError(Code.SOURCE_DENIED, f"{self.image} is not for everybody", hint)

    def _token(self, told: Mapping[str, str], login: Login | None) -> str:
        realm = told.get("realm", "")
        self._check_realm(realm)
        # What to ask for is not left to the registry: to read this one repository.
        asked = {"service": told.get("service", ""), "scope": f"repository:{self.image.name}:pull"}
        maker = Api(base=realm, timeout=max(0.1, self._api.end - monotonic()), ca_file=self.ca_file)
        if login and login.lasting:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": login.password}
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = document(maker.answer("", None, urlencode(form).encode(), kind), shown(realm))
        else:
            headers = {"Authorization": login.basic} if login else {}
            answer = document(maker.answer("", asked, headers=headers), shown(realm))
        token = steps.text(answer, "token") or steps.text(answer, "access_token")
        if not token or not token.isascii() or not token.isprintable():
            raise SourceError(Code.SOURCE_DENIED, f"{shown(realm)} answered without a token")
        return token

    def _check_realm(self, realm: str) -> None:
        """Raises `SourceError` where a password would go to, over a line that others can read."""
        there, here = urlsplit(realm), urlsplit(self._api.base)
        same = (there.scheme, there.hostname) == (here.scheme, here.hostname)
        if "@" in there.netloc or not there.netloc or not (there.scheme == "https" or same):
            message = f"{self.image} sends whoever asks to {shown(realm)}, which is no safe place"
            raise SourceError(Code.SOURCE_ERROR, message)

    def _base(self) -> str:
        if self.endpoint:
            return self.endpoint.rstrip("/")
        registry = "registry-1.docker.io" if self.image.registry == HUB else self.image.registry
        host = urlsplit(f"//{registry}").hostname
        return f"{'http' if host in _LOOPBACK else 'https'}://{registry}"
