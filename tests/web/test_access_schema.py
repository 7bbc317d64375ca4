"""The schema of the file of access says what the server takes: each accepts and refuses the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.docs.pages import ROOT
from unshipped.errors import UnshippedError
from unshipped.web.settings import access_schema, entrance

ROLE = {"who": ["*"], "may": ["read"]}
PROXY = {"header": "X-User", "addresses": ["10.0.0.0/8"]}
LOGIN = {
    "issuer": "https://i.example.com",
    "client_id": "a",
    "client_secret": "b",
    "url": "https://d.example.com",
}


def documented() -> Any:
    text = (ROOT / "docs/guides/serve.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"```text\n(tokens: .*?)```", text, re.DOTALL)
    return yaml.safe_load(found)


def valid(document: Any) -> bool:
    schema = access_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(document)


def test_what_the_guide_shows_is_valid():
    assert valid(documented())


@pytest.mark.parametrize(
    ("document", "fine"),
    [
        ({"proxy": PROXY, "roles": [ROLE]}, True),
        ({"proxy": PROXY, "roles": [ROLE | {"owners": ["shop"], "services": ["a-*"]}]}, True),
        ({"oidc": LOGIN, "secret": "x" * 32}, True),
        ({"roles": [ROLE]}, False),
        ({}, False),
        ({"proxy": PROXY, "role": [ROLE]}, False),
        ({"proxy": PROXY, "roles": [ROLE | {"may": ["everything"]}]}, False),
        ({"proxy": PROXY, "roles": [ROLE | {"may": []}]}, False),
        ({"proxy": PROXY, "roles": [ROLE | {"owners": []}]}, False),
        ({"proxy": PROXY, "roles": [ROLE | {"services": []}]}, False),
        ({"proxy": PROXY, "roles": [ROLE | {"services": None}]}, False),
        ({"proxy": PROXY | {"addresses": []}}, False),
        ({"proxy": {"header": "X-User"}}, False),
        ({"oidc": {**LOGIN, "issuer": ""}, "secret": "x" * 32}, False),
    ],
)
def test_it_accepts_what_the_server_accepts(tmp_path, document, fine):
    path = tmp_path / "access.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert valid(document) is fine
    if fine:
        entrance(path)
    else:
        with pytest.raises(UnshippedError):
            entrance(path)
