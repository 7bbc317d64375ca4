"""An App of GitHub says who it is, and answers in the installation that asked: held against a double that
checks what GitHub documents of its tokens.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from unshipped.app.forge_gate import Reply
from unshipped.errors import UsageError
from unshipped.http.exchange import HttpError
from unshipped.wiring.forges import signing_secret, webhooks

NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()
ENVIRON = {"UNSHIPPED_GITHUB_SECRET": "hunter2", "UNSHIPPED_GITHUB_APP_ID": "4711"}


def part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class GitHub:
    """Gives a token to whoever is the App, for an hour, and takes answers from whoever has one."""

    def __init__(self, server: HTTPServer) -> None:
        self.api, self.now, self.given = server.url_for("/api"), NOW, 0
        self.answers: list[tuple[str, object]] = []
        server.expect_request("/api/app/installations/7/access_tokens", method="POST").respond_with_handler(
            self.token
        )
        server.expect_request("/api/callback", method="POST").respond_with_handler(self.answer)

    def token(self, request: Request) -> Response:
        kind, _, signed = request.headers["Authorization"].partition(" ")
        head, claims, signature = signed.split(".")
        KEY.public_key().verify(
            part(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        said, at = json.loads(part(claims)), self.now.timestamp()
        assert (kind, json.loads(part(head))["alg"], said["iss"]) == ("Bearer", "RS256", "4711")
        assert said["iat"] <= at < said["exp"] <= at + 600
        self.given += 1
        until = (self.now + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        document = {
            "token": f"ghs_{self.given}",
            "expires_at": until,
            "permissions": {"deployments": "write"},
        }
        return Response(json.dumps(document), 201, content_type="application/json")

    def answer(self, request: Request) -> Response:
        self.answers.append((request.headers["Authorization"], request.get_json()))
        return Response(status=204)

    def send(self, **environ: str):
        given = ENVIRON | {"UNSHIPPED_GITHUB_APP_KEY": PEM, "GITHUB_API_URL": self.api} | environ
        return webhooks({"github": "batches"}, given, lambda: self.now)["github"].send

    def reply(self, installation: int = 7) -> Reply:
        return Reply(f"{self.api}/callback", {"state": "approved"}, installation)


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHub:
    return GitHub(httpserver)


def test_it_answers_with_a_token_of_the_installation_that_asked(github: GitHub, httpserver: HTTPServer):
    github.send()(github.reply())
    httpserver.check_assertions()
    assert github.answers == [("Bearer ghs_1", {"state": "approved"})]


def test_a_token_is_used_for_as_long_as_it_holds(github: GitHub):
    send = github.send()
    for minutes in (0, 30, 54, 56):
        github.now = NOW + timedelta(minutes=minutes)
        send(github.reply())
    assert [who for who, _ in github.answers] == ["Bearer ghs_1"] * 3 + ["Bearer ghs_2"]


def test_its_key_may_lie_in_a_file(github: GitHub, tmp_path: Path):
    (tmp_path / "key.pem").write_text(PEM)
    github.send(UNSHIPPED_GITHUB_APP_KEY="", UNSHIPPED_GITHUB_APP_KEY_FILE=str(tmp_path / "key.pem"))(
        github.reply()
    )
    assert len(github.answers) == 1


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"UNSHIPPED_GITHUB_APP_KEY": "hunter3"}, "no private key in PEM"),
        ({"UNSHIPPED_GITHUB_APP_KEY": ""}, "no key that can be read"),
        (
            {"UNSHIPPED_GITHUB_APP_KEY": "", "UNSHIPPED_GITHUB_APP_KEY_FILE": "/missing"},
            "no key that can be read",
        ),
        ({"UNSHIPPED_GITHUB_APP_ID": ""}, "GITHUB_TOKEN, or UNSHIPPED_GITHUB_APP_ID"),
    ],
)
def test_what_is_missing_is_said_when_it_starts(github: GitHub, environ: dict[str, str], why: str):
    with pytest.raises(UsageError, match=why) as raised:
        github.send(**environ)
    assert "hunter3" not in str(raised.value) + raised.value.hint


def test_what_github_refuses_or_never_said_is_told_without_a_secret(github: GitHub, httpserver: HTTPServer):
    httpserver.expect_request("/api/app/installations/8/access_tokens").respond_with_json(
        {"message": "no"}, 401
    )
    httpserver.expect_request("/api/app/installations/9/access_tokens").respond_with_data("<html>")
    for installation in (0, 8, 9):
        with pytest.raises(HttpError) as raised:
            github.send()(github.reply(installation))
        assert "eyJ" not in str(raised.value)
    assert github.answers == []


def test_what_is_signed_with_ends_before_the_line_break_that_its_keeper_put_behind_it(github: GitHub):
    environ = {"UNSHIPPED_GITLAB_SECRET": "hunter2\n", "GITLAB_TOKEN": "of-the-test\n"}
    gitlab = webhooks({"gitlab": "batches"}, environ | {"CI_API_V4_URL": github.api}, lambda: NOW)["gitlab"]
    assert (
        gitlab.forge.secret == signing_secret({"UNSHIPPED_SLACK_SIGNING_SECRET": "hunter2\r\n"}) == "hunter2"
    )
