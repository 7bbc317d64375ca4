"""Tokens: made, listed, revoked; and nothing of them is kept that would let somebody in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from unshipped.cli.main import main
from unshipped.web.tokens import Tokens

NOW = datetime(2026, 2, 5, tzinfo=UTC)
AT = ["--now", "2026-02-05T00:00:00Z"]


def run(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["token", *words])
    told = capsys.readouterr()
    return int(str(left.value.code)), told.out, told.err


def test_a_token_is_made_listed_and_revoked(tmp_path: Path, capsys):
    file = str(tmp_path / "tokens")
    code, secret, _ = run(capsys, "create", "ci", "--file", file, "--scope", "hold", "--owner", "shop", *AT)
    assert code == 0
    assert secret.strip() not in Path(file).read_text()
    assert Path(file).stat().st_mode & 0o077 == 0
    known = Tokens(Path(file))
    asked = {"authorization": f"Bearer {secret.strip()}"}
    person = known.who(asked, "", NOW)
    assert person and dict(person.owned).keys() == {"owner:shop"}
    assert run(capsys, "list", "--file", file)[1] == "ci: hold to owner:shop, until 2026-05-06 00:00:00 UTC\n"
    assert run(capsys, "revoke", "ci", "--file", file)[0] == 0
    assert known.who(asked, "", NOW) is None, "a server that runs takes note of it"


def test_a_name_is_given_once(tmp_path: Path, capsys):
    file = str(tmp_path / "tokens")
    assert run(capsys, "create", "ci", "--file", file)[0] == 0
    code, _, told = run(capsys, "create", "ci", "--file", file)
    assert (code, "already" in told) == (2, True)
    assert run(capsys, "revoke", "nobody", "--file", file)[0] == 2
    assert run(capsys, "create", "--file", file)[0] == 2
