"""`docs/reference/configuration.md`: every setting, from the JSON Schema that `unshipped schema` prints, and
that schema beside it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from docs.generator.cli import cell
from unshipped import checks, deployers, notifiers
from unshipped.config import durations, json_schema
from unshipped.core.model import Policy
from unshipped.core.words import age
from unshipped.sources import KINDS
from unshipped.wiring import every_kind

Schema = dict[str, Any]

TITLES = {
    "Repository": "Repository: an entry of repositories",
    "Environment": "Environment: an entry of environments",
    "PolicySetting": "Policy",
    "LevelSetting": "Level",
    "HoursSetting": "Working hours",
    "HoldSetting": "Hold",
    "Expected": "Expected",
    "ExpectedSetting": "Expected by a rule",
    "Service": "Service: an entry of services",
    "BuildSetting": "Build",
    "WatchSetting": "Watch",
    "StoreSetting": "Store",
    "ReportsSetting": "Reports",
    "WeekSetting": "Week: of reports",
    "DaySetting": "Day: of reports",
    "KeepSetting": "Keep",
    "UncoveredSetting": "Uncovered",
    "UnmappedSetting": "Unmapped",
    "GateSetting": "Gate: an entry of gates",
    "HookSetting": "Hook",
    "OriginSetting": "Origin: an entry of origins",
    "ConfiguredSetting": "Settings",
    "PresenceSetting": "Presence",
    "ObjectSetting": "Object",
    "PathSetting": "Pattern with options",
    "PlacementSetting": "Placement: an entry of a service's environments",
    "Deployed": "Deployed",
    "Source": "Source",
    "Reference": "Reference",
    "Receiver": "Receiver: an entry of receivers",
    "RouteSetting": "Route: an entry of routes",
    "DeployFileSetting": "Deploy: of the file",
    "DeploySetting": "Deploy: of an environment, a service, or a placement",
    "IdentitySetting": "Identity",
    "FreezeSetting": "Freeze: an entry of freezes",
    "EngineSetting": "Engine",
    "WatchEngineSetting": "Engine of the watch",
    "ProxySetting": "Proxy",
    "OidcSetting": "Oidc",
    "RoleSetting": "Role: an entry of roles",
    "Deployer": "Deployer",
    "Check": "Check",
    **{place.rpartition(":")[2]: f"Source {kind}" for kind, place in KINDS.items()},
    **{place.rpartition(":")[2]: f"Notifier {kind}" for kind, place in notifiers.KINDS.items()},
    **{place.rpartition(":")[2]: f"Deployer {kind}" for kind, place in deployers.KINDS.items()},
    **{place.rpartition(":")[2]: f"Check {kind}" for kind, place in checks.KINDS.items()},
}
"""What each definition of the schema is called here. A new one goes by its own name."""

HEAD = """\
# Configuration

`unshipped.yaml` (or `unshipped.yml`) lies at the top of the repository, or is named with `--config`.
It is looked for in the current folder (or that of `--repo`) and above it, up to the repository's top.
`unshipped validate` names every problem at once, each with line and column.
`unshipped schema` prints the JSON Schema that this page is made from.
It is [published here](unshipped.schema.json) as well, and editors complete with it:

```sh
unshipped schema --output unshipped.schema.json
```

```yaml
# yaml-language-server: $schema=unshipped.schema.json
services:
  api:
    paths: [api, shared]
    deployed: {source: http, url: "https://api.example.com/__version__"}
```

A setting that is not known is an error, and so is one that is set twice.
A key at the top that begins with `x-` is kept for anchors and means nothing itself.
Paths of repositories, of `file` and of `record` sources are relative to the configuration file.
A duration is written `15m`, `6h`, `2d` or `1h30m`, or as whole seconds.

"""


def page() -> str:
    schema = json_schema(*every_kind())
    names = reachable(schema)
    sections = [section("The file", schema), *(section(title(n), schema["$defs"][n]) for n in names)]
    return HEAD + "\n".join(sections) + "\n" + _defaults()


def schema_file() -> str:
    """The schema as a file."""
    return json.dumps(json_schema(*every_kind()), indent=2) + "\n"


def reachable(schema: Schema) -> list[str]:
    """The definitions that the file leads to, nearest first."""
    found: list[str] = []
    waiting: list[object] = [{key: value for key, value in schema.items() if key != "$defs"}]
    for part in waiting:
        for name in _references(part):
            if name not in found:
                found.append(name)
                waiting.append(schema["$defs"][name])
    return found


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if isinstance(part.get("$ref"), str) else []
        return own + [name for value in part.values() for name in _references(value)]
    return [name for value in part for name in _references(value)] if isinstance(part, list) else []


def section(name: str, part: Schema) -> str:
    """One definition, as a table of its settings or a list of what may be written."""
    text = part.get("description", "").replace("\n\n", "\n").replace(". ", ".\n")
    lines = [f"## {name}", "", text, ""]
    rows = [
        f"| `{name}`{' (required)' if name in part.get('required', ()) else ''} "
        f"| {cell(_type(setting))} | {cell(_meaning(setting))} |"
        for name, setting in part.get("properties", {}).items()
    ]
    if rows:
        return "\n".join([*lines, "| setting | value | meaning |", "|---|---|---|", *rows, ""])
    words = [{"const": one} for one in part.get("enum", ())]
    choices: list[Schema] = part.get("anyOf") or part.get("oneOf") or words
    return "\n".join([*lines, *(f"- {_described(one)}" for one in choices), ""])


def _described(part: Schema) -> str:
    return _type(part) + (f": {part['description']}" if "description" in part else "")


def _meaning(setting: Schema) -> str:
    text, default = str(setting.get("description", "")), setting.get("default")
    if default in (None, "", [], {}) or "const" in setting:
        return text
    if isinstance(default, int) and setting.get("type") == "string":  # minutes since midnight
        default = f"{default // 60:02}:{default % 60:02}"
    spoken = isinstance(default, str)
    if not spoken and any(part.get("pattern") == durations.PATTERN for part in setting.get("anyOf", ())):
        default = durations.spelled(float(default))
    return f"{text} Default: `{_plain(default)}`."


def _plain(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _type(part: Schema) -> str:
    """What may be written, in a few words."""
    if "$ref" in part:
        name = title(part["$ref"].rpartition("/")[2])
        return f"[{name.partition(':')[0]}](#{_anchor(name)})"
    if "const" in part:
        return f"`{_plain(part['const'])}`"
    if "enum" in part:
        return ", ".join(f"`{one}`" for one in part["enum"])
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_type(one) for one in part["anyOf"] if one != {"type": "null"}))
    if part.get("type") == "array":
        return f"list of: {_type(part['items'])}"
    if part.get("type") == "object":
        return f"names, each with: {_type(part['additionalProperties'])}"
    return _word(part)


def _word(part: Schema) -> str:
    kind = part.get("type")
    if part.get("maximum") == durations.LONGEST:
        return "whole seconds"
    if part.get("pattern") == durations.PATTERN:
        return "duration"
    if isinstance(kind, list) or kind == "string":
        return "text"
    return {"integer": "whole number", "number": "number", "boolean": "`true` or `false`"}[str(kind)]


def title(name: str) -> str:
    """What a definition is called on a page."""
    return TITLES.get(name, name)


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _defaults() -> str:
    policy = Policy()
    levels = "".join(
        f"| `{name}` | {word} {age(level.age)}, or from {level.changes} changes |\n"
        for name, word, level in (("warning", "from", policy.warning), ("critical", "past", policy.critical))
    )
    return (
        "## Defaults of a policy\n\n"
        "| setting | default |\n|---|---|\n"
        f"| `grace` | {age(policy.grace)} |\n| `by` | `{policy.by}` |\n{levels}"
        f"| `ahead` | `{policy.ahead.word}` |\n| `unknown` | `{policy.unknown.word}` |\n"
        f"| `unproven` | `{policy.unproven.word}` |\n| `settings` | `{policy.settings.word}` |\n"
        "| `working_hours` | none: the age clock always runs |\n"
        "\nA policy is laid over the one below it, setting by setting: "
        "the defaults, the file's `policy`, the tier of `criticality`, "
        "the service, the service in one environment.\n"
        "See [severity](../concepts/severity.md).\n"
    )
