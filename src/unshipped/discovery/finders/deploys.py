"""Services that a script, a Makefile, a workflow or Cloud Build deploys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._homes import Homes, setting
from unshipped.discovery.finders._names import is_run
from unshipped.discovery.finders.commands import told
from unshipped.discovery.finders.packages import COPIERS
from unshipped.discovery.finders.run_steps import commands_of, run_jobs
from unshipped.discovery.finders.scripts import read_scripts
from unshipped.discovery.shell import TOP, Command, commands, place, unknown
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found

_WORKFLOW = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$|^\.gitlab-ci\.ya?ml$|^\.circleci/config\.yml$")
_CLOUD_BUILD = re.compile(r"(^|/)cloudbuild[\w.-]*\.(ya?ml|json)$")
_DEEPEST = 3
_WORKSPACE = "/workspace"


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Every deploying command whose service has a name that the text tells."""
    # A text may be read for itself, and again where another one runs it.
    found = list(dict.fromkeys(_all(snapshot)))
    named = {one.place for one in found if isinstance(one, Found) and one.name}
    for one in found:
        if isinstance(one, Doubt) and one.of_name:
            if one.place in named:
                continue
            named.add(one.place)  # it is said once
        yield one


def _all(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    yield from read_scripts(snapshot, partial(_cloud_build, snapshot))
    for path in snapshot.files():
        if not is_run(path):
            continue
        if _WORKFLOW.match(path):
            yield from _workflow(snapshot, path)
        elif _CLOUD_BUILD.search(path):
            yield from _cloud_build(snapshot, path, {})


def _workflow(snapshot: Snapshot, path: str) -> Iterator[Found | Doubt]:
    """What the jobs of a workflow give to a shell: one step has what the steps before it copied."""
    homes = Homes(snapshot)
    for steps in run_jobs(snapshot, path):
        read = [command for step in steps for command in commands_of(step, homes)]
        yield from told(path, homes, read, partial(_cloud_build, snapshot))


def _cloud_build(
    snapshot: Snapshot, path: str, chosen: Mapping[str, str], depth: int = 0
) -> Iterator[Found | Doubt]:
    """The steps of Cloud Build, with the defaults of its substitutions or what was chosen for them."""
    homes = Homes(snapshot, ("",), _WORKSPACE)
    for document in documents(snapshot, path):
        given = {**table(table(document).get("substitutions")), **chosen}
        # One that is empty is there to be chosen.
        values = {name: value for name, value in given.items() if isinstance(value, str) and value}
        steps = table(document).get("steps")
        read: list[Command] = []
        for step in steps if isinstance(steps, list) else ():
            read += _step(homes, table(step), values)
        if depth < _DEEPEST:
            yield from told(path, homes, read, partial(_cloud_build, snapshot, depth=depth + 1))


def _step(homes: Homes, step: Table, values: Mapping[str, str]) -> list[Command]:
    words = [_substituted(word, values) for word in texts(step.get("args"))]
    line, where = step.lines.get("args", 0), step.get("dir")
    directory = place(TOP, where if isinstance(where, str) else ".")
    if len(words) == 2 and re.fullmatch("-[a-z]*c", words[0]):
        begin = line + (2 if "\n" in words[1] else 0)
        return commands(words[1], setting(homes, begin)._replace(directory=directory))
    program = str(step.get("name") or "")
    first = "docker" if "docker" in program or "kaniko" in program else "gcloud"
    entry = step.get("entrypoint")
    if isinstance(entry, str) and entry in COPIERS:
        first = entry
    elif not COPIERS.isdisjoint(words[:1]):
        first, *words = words
    return [Command((first, *map(_marked, words)), line, directory, {})] if words else []


def _marked(word: str) -> str:
    """A word that no shell reads, with marks for the substitutions that are not known."""
    return re.sub(r"\$\{?\w+\}?", lambda found: unknown(found[0], "substitution"), word)


def _substituted(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("${" + name + "}", value).replace(f"${name}", value)
    return text.replace("$$", "$")
