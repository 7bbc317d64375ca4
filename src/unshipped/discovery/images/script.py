"""The commands that an instruction of a Dockerfile runs in an image."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.files import text_of
from unshipped.discovery.images.stages import within
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import SHELLS, Command, Setting, commands, is_known, run, unknown

_HERE = "<<"


def setting(
    workdir: str,
    variables: Mapping[str, str],
    sourced: Callable[[str], str | None],
    *,
    line: int = 1,
    arguments: Sequence[str] = (),
    scripts: Callable[[str], str | None] = lambda _path: None,
) -> Setting:
    """Where a text is run in an image. What ENV and ARG say is what holds where nobody says otherwise."""
    return Setting(
        line,
        scripts=scripts,
        directory=f"/{workdir}",
        arguments=tuple(arguments),
        variables=variables,
        may_differ=True,
        sourced=sourced,
    )


def directory_of(command: Command) -> str | None:
    """The run-time directory that a command runs in; None where it is not known."""
    if not is_known(command.directory) or "~" in command.directory:
        return None
    return within("", command.directory)


def program_of(command: Command) -> str:
    """The name of the program, without its directory; a mark where it is not known."""
    return command.words[0].rpartition("/")[2] if is_known(command.words[0]) else command.words[0]


def own_text(layout: Layout, path: str) -> str | None:
    """The text of a file that an image has from the repository."""
    found = layout.find(path.strip("/"))
    return text_of(layout.snapshot, found.path) if found else None


def run_commands(
    layout: Layout, step: Step, workdir: str, variables: Mapping[str, str], *, follows: bool = False
) -> list[Command]:
    """The commands of a RUN or HEALTHCHECK; with `follows`, those of the scripts of the repository that it
    runs too. What it reads with `.` is the base image's, where the repository has no such file: it sets
    variables there, and asks for nothing here.
    """

    def sourced(path: str) -> str | None:
        is_base = is_known(path) and layout.find(path.strip("/")) is None
        return "" if is_base else own_text(layout, path)

    def followed(path: str) -> str | None:
        return own_text(layout, path) if follows else None

    where = setting(workdir, variables, sourced, line=step.line, scripts=followed)
    words = step.words[1:] if step.name == "HEALTHCHECK" else step.words
    if step.is_json or not words:
        return run(words, where)
    if words[0].lstrip().startswith(_HERE):
        return [one for text in step.heredocs for one in _script(text, where)]
    found = commands(words[0], where)
    if any(program_of(one) in SHELLS for one in found):
        # A shell without a script reads what stands below.
        found += [one for text in step.heredocs for one in commands(text, where)]
    return found


def _script(text: str, where: Setting) -> list[Command]:
    """What a here-document runs that is a script by itself: its first line may say who reads it."""
    first = text.partition("\n")[0]
    if not first.startswith("#!") or first.rstrip().endswith("sh"):
        return commands(text, where)
    return run([*first[2:].split(), unknown("a script", "here")], where)
