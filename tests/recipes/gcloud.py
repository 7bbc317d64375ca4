"""A stand-in for `gcloud` that keeps what it was told to make in a file, and every call in another.

The folder that it lies in has `made.json` and `calls.jsonl`. `FAIL` names a command that fails, as
`run jobs deploy`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
State = dict[str, Any]
Flags = dict[str, str]


def wanted(flags: Flags) -> str:
    """What a filter of the script asks for: the last word in it that names something."""
    return flags["--filter"].split("=")[-1].split("/")[-1].rstrip("$")


def names(kind: str) -> Callable[[State, list[str], Flags], str]:
    return lambda made, _, flags: wanted(flags) if wanted(flags) in made.get(kind, {}) else ""


def make(kind: str, at: int = 0) -> Callable[[State, list[str], Flags], str]:
    def keep(made: State, rest: list[str], flags: Flags) -> str:
        made.setdefault(kind, {}).setdefault(rest[at], {}).update(flags)
        return ""

    return keep


def policy(made: State, rest: list[str], flags: Flags) -> str:
    _, role, _, member, _ = flags["--filter"].split('"')
    return role if [role, member] in made.get("bound", {}).get(rest[0], []) else ""


def bind(made: State, rest: list[str], flags: Flags) -> str:
    made.setdefault("bound", {}).setdefault(rest[0], []).append([flags["--role"], flags["--member"]])
    return "a policy"


def content(made: State, _: list[str], flags: Flags) -> str:
    return Path(made["secrets"][flags["--secret"]]["kept"]).read_text(encoding="utf-8")


def keep_content(made: State, rest: list[str], flags: Flags) -> str:
    kept = HERE / f"{rest[0]}.kept"
    kept.write_bytes(Path(flags["--data-file"]).read_bytes())
    made.setdefault("secrets", {})[rest[0]] = {"kept": str(kept)}
    return ""


def recipe(made: State, _: list[str], flags: Flags) -> str:
    return str(made.get("jobs", {}).get(wanted(flags), {}).get("--labels", "")).removeprefix("recipe=")


def timetable(made: State, _: list[str], flags: Flags) -> str:
    kept = made.get("timetable", {}).get(wanted(flags))
    shown = ("--schedule", "--time-zone", "--uri", "--oauth-service-account-email")
    return "\t".join(kept[flag] for flag in shown) if kept else ""


COMMANDS: dict[str, Callable[[State, list[str], Flags], str]] = {
    "services list": names("services"),
    "services enable": make("services"),
    "iam service-accounts list": lambda made, _, flags: (
        wanted(flags) if wanted(flags).partition("@")[0] in made.get("accounts", {}) else ""
    ),
    "iam service-accounts create": make("accounts"),
    "secrets list": names("secrets"),
    "secrets create": keep_content,
    "secrets versions access": content,
    "secrets versions add": keep_content,
    "run jobs list": recipe,
    "run jobs deploy": make("jobs"),
    "scheduler jobs list": timetable,
    "scheduler jobs create http": make("timetable"),
    "scheduler jobs update http": make("timetable"),
    **{f"{group} get-iam-policy": policy for group in ("projects", "secrets", "run jobs")},
    **{f"{group} add-iam-policy-binding": bind for group in ("projects", "secrets", "run jobs")},
}


def main(words: list[str]) -> int:
    with (HERE / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(words) + "\n")
    plain = [word for word in words if not word.startswith("--")]
    flags = dict(word.partition("=")[::2] for word in words if word.startswith("--"))
    command = next(name for name in COMMANDS if plain[: len(name.split())] == name.split())
    if command == os.environ.get("FAIL"):
        sys.stderr.write("ERROR: (gcloud) PERMISSION_DENIED\n")
        return 1
    kept = HERE / "made.json"
    made = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    said = COMMANDS[command](made, plain[len(command.split()) :], flags)
    kept.write_text(json.dumps(made), encoding="utf-8")
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
