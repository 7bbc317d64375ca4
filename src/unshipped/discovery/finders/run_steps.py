"""The shell text of workflows: `run:` of GitHub, `script:` of GitLab, `command:` of CircleCI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

from unshipped.core.value import Value
from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._gitlab import expanded, jobs
from unshipped.discovery.finders._homes import Homes, setting
from unshipped.discovery.shell import TOP, Command, commands, place
from unshipped.discovery.snapshot import Snapshot

_EXPRESSION = re.compile(r"\$\{\{((?:(?!\}\}|\$\{\{).)*+)\}\}", re.DOTALL)
_PLAIN = re.compile(r"(env|vars|inputs|matrix)\.([\w-]+)$")
_KEYS = ("run", "before_script", "script", "after_script", "command")
"""In the order in which they are run."""
_MOST_WAYS = 50
_DEEPEST = 8


class RunStep(Value):
    """One shell text of a workflow."""

    text: str
    line: int
    directory: str
    variables: Mapping[str, str]


def run_jobs(snapshot: Snapshot, path: str) -> Iterator[Iterator[RunStep]]:
    """Every text that a job of a workflow gives to a shell, once for each member of a matrix that is written
    down.
    """
    for document in documents(snapshot, path):
        top = table(document)
        for job in table(top.get("jobs")).values():
            for chosen in _matrix(table(job)):
                values = {**_inputs(top), **_variables(top, {}), **chosen}
                yield _steps(table(job), {**values, **_variables(table(job), values)}, home_of(top, ""), 0)
        if "jobs" not in top:
            for job in jobs(top):
                yield _steps(job, _variables(top, {}), "", 0)


def _steps(holder: Table, variables: Mapping[str, str], home: str, depth: int) -> Iterator[RunStep]:
    """The texts of a job, and of the steps in it."""
    values = {**variables, **_variables(holder, variables)}
    home = home_of(holder, home)
    for key in _KEYS:
        given = holder.get(key)
        if isinstance(given, dict):
            yield from _steps(table(given), values, home, depth + 1)
        elif texts(given):
            yield run_step(holder, key, values, home)
    steps = holder.get("steps")
    for step in steps if isinstance(steps, list) and depth < _DEEPEST else ():
        yield from _steps(table(step), values, home, depth + 1)


def run_step(holder: Table, key: str, values: Mapping[str, str], home: str) -> RunStep:
    """The shell text that a holder has by a name, where the home of its steps is known."""
    given = holder.get(key)
    text = "\n".join(texts(given))
    begin = holder.lines.get(key, 0) + (1 if "\n" in text or isinstance(given, list) else 0)
    variables = {"GITHUB_WORKSPACE": TOP, "CI_PROJECT_DIR": TOP, **_shell(values)}
    return RunStep(_filled(text, values), begin, _filled(home, values), variables)


def commands_of(step: RunStep, homes: Homes) -> list[Command]:
    """The commands of a shell text of a workflow."""
    where = place(TOP, step.directory or ".")
    return commands(step.text, setting(homes, step.line)._replace(directory=where, variables=step.variables))


def home_of(holder: Table, home: str) -> str:
    """The directory that the steps of a holder run in, which lies in one that has a home already."""
    default = table(table(holder.get("defaults")).get("run")).get("working-directory")
    given = holder.get("working-directory", holder.get("working_directory", default))
    return given if isinstance(given, str) and not given.startswith(("~", "/")) else home


def _matrix(job: Table) -> Iterator[dict[str, str]]:
    """Each way in which a matrix of literal values runs a job."""
    matrix = table(table(job.get("strategy")).get("matrix"))
    axes = [
        [(f"matrix.{name}", value) for value in texts(values)]
        for name, values in matrix.items()
        if name not in ("include", "exclude") and texts(values)
    ]
    included = matrix.get("include")
    more = [table(one) for one in included] if isinstance(included, list) else []
    ways = [dict(one) for one in islice(product(*axes), _MOST_WAYS)] if axes else []
    added = [{f"matrix.{key}": value for key, value in one.items() if isinstance(value, str)} for one in more]
    yield from ways if ways and not added else [*(ways if axes else []), *added][:_MOST_WAYS] or [{}]


def _inputs(top: Table) -> dict[str, str]:
    """The defaults of what a person may enter."""
    given = table(table(table(top.get("on")).get("workflow_dispatch")).get("inputs"))
    defaults = {f"inputs.{name}": table(one).get("default") for name, one in given.items()}
    return {name: value for name, value in defaults.items() if isinstance(value, str) and value}


def _variables(holder: Table, values: Mapping[str, str]) -> dict[str, str]:
    """`env` of GitHub, `variables` of GitLab, `environment` of CircleCI."""
    found: dict[str, str] = {}
    for key in ("env", "environment"):
        for name, value in table(holder.get(key)).items():
            if isinstance(value, str):
                filled = _filled(value, {**values, **found})
                if "$" not in filled:
                    found[f"env.{name}"] = filled
    given = expanded(table(holder.get("variables")), _shell(values))
    return {**found, **{f"env.{name}": value for name, value in given.items()}}


def _shell(values: Mapping[str, str]) -> dict[str, str]:
    return {name[4:]: value for name, value in values.items() if name.startswith("env.")}


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A text whose `${{ … }}` are values where these are written down, else variables that are not known."""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name in values and _PLAIN.match(name):
            return values[name]
        if name == "github.workspace":
            return "${GITHUB_WORKSPACE}"
        return "${" + (re.sub(r"\W+", "_", name).strip("_")[:40] or "_") + "}"

    return _EXPRESSION.sub(value, text)
