"""A container registry as the OCI distribution interface shows it, with the content that a test puts in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sources.served import Answer, body

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PROVENANCE = "https://slsa.dev/provenance/v1"

Descriptor = dict[str, Any]


class Content:
    """What lies in one repository, by digest; and the tags that name some of it."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[str, bytes]] = {}
        self.tags: dict[str, str] = {}
        self.referring: dict[str, list[Descriptor]] = {}
        self.lists_referrers = True

    def put(self, document: Any, kind: str, tag: str = "") -> Descriptor:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.stored[digest] = (kind, data)
        if tag:
            self.tags[tag] = digest
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def image(
        self,
        labels: Mapping[str, Any] | None = None,
        *,
        tag: str = "",
        annotations: Mapping[str, str] | None = None,
        created: str = "2026-02-05T12:00:00Z",
        architecture: str = "amd64",
    ) -> Descriptor:
        config = {
            "created": created,
            "os": "linux",
            "architecture": architecture,
            "config": {"Labels": dict(labels or {})},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.put(config, CONFIG),
            "layers": [],
            "annotations": dict(annotations or {}),
        }
        made = self.put(manifest, MANIFEST, tag)
        return {**made, "platform": {"os": "linux", "architecture": architecture}}

    def index(
        self, *images: Descriptor, tag: str = "", annotations: Mapping[str, str] | None = None
    ) -> Descriptor:
        document = {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": list(images),
            "annotations": dict(annotations or {}),
        }
        return self.put(document, INDEX, tag)

    def attestation(self, about: Descriptor, statement: Any, predicate: str = PROVENANCE) -> Descriptor:
        """As BuildKit puts it beside an image into an index."""
        layer = {**self.put(statement, IN_TOTO), "annotations": {"in-toto.io/predicate-type": predicate}}
        made = self.put({"schemaVersion": 2, "config": {}, "layers": [layer]}, MANIFEST)
        annotations = {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": about["digest"],
        }
        return {
            **made,
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": annotations,
        }

    def referrer(self, about: Descriptor, statement: Any) -> None:
        """As GitHub's `attest-build-provenance` pushes it: a bundle that says what it is about."""
        payload = base64.b64encode(json.dumps(statement).encode()).decode()
        layer = self.put({"dsseEnvelope": {"payload": payload, "payloadType": IN_TOTO}}, BUNDLE)
        manifest = {"schemaVersion": 2, "artifactType": BUNDLE, "layers": [layer], "subject": about}
        row = {**self.put(manifest, MANIFEST), "artifactType": BUNDLE}
        self.referring.setdefault(about["digest"], []).append(row)

    def serve(self) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            *_name, kind, reference = ["", "", *urlsplit(handler.path).path.split("/")]
            if kind == "referrers" and self.lists_referrers:
                rows = {
                    "schemaVersion": 2,
                    "mediaType": INDEX,
                    "manifests": self.referring.get(reference, []),
                }
                return body(json.dumps(rows), kind=INDEX)(handler)
            found = self.stored.get(self.tags.get(reference, reference))
            if kind not in ("manifests", "blobs") or not found:
                return body('{"errors": [{"code": "MANIFEST_UNKNOWN"}]}', 404)(handler)
            return body(found[1], kind=found[0])(handler)

        return answer


def of_builds(digest: str, dependencies: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A statement of SLSA provenance, version 1."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "shop/api", "digest": {"sha256": digest.partition(":")[2]}}],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {"buildType": "x", "resolvedDependencies": dependencies},
            "runDetails": {"metadata": more},
        },
    }


def with_token(content: Answer, login: str = "", realm: str = "", token: str = "token-of-the-test") -> Answer:
    """Lets in whoever brings a token, and makes one for who may have it; the realm is the same place."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        brought = handler.headers.get("Authorization", "")
        if asked.path == "/token":
            basic = "Basic " + base64.b64encode(login.encode()).decode()
            may = not login or brought == basic or handler.command == "POST"
            scope = parse_qs(asked.query).get("scope", ["repository:shop/api:pull"])
            said = {"token": token} if may and scope == ["repository:shop/api:pull"] else {}
            return body(json.dumps(said), 200 if may else 401)(handler)
        if brought == f"Bearer {token}":
            return content(handler)
        here = realm or f"http://{handler.headers['Host']}/token"
        challenge = f'Bearer realm="{here}",service="shop",scope="repository:shop/api:pull,push"'
        return body("{}", 401, WWW_Authenticate=challenge)(handler)

    return answer


def with_password(content: Answer, login: str) -> Answer:
    """Lets in whoever says the password."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        basic = "Basic " + base64.b64encode(login.encode()).decode()
        if handler.headers.get("Authorization") == basic:
            return content(handler)
        return body("{}", 401, WWW_Authenticate='Basic realm="shop"')(handler)

    return answer
