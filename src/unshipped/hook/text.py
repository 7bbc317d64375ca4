"""What stands in a hook: a block between two marks, beside whatever else is there. Text in, text out."""

from __future__ import annotations

KINDS = ("post-commit", "post-merge", "pre-push")
BEGIN, END = "# >>> unshipped: what waits to be deployed", "# <<< unshipped"
KEPT = ".before-unshipped"
"""How a hook is called that no block can be put into: it is run from ours."""

SHELLS = ("sh", "bash", "dash", "ksh", "ash")

# The one process that this starts is `git diff-tree`: where no watched path changed, that is all.
_FRONT = """\
# `unshipped hook uninstall` takes this out; UNSHIPPED_HOOK=0 keeps it silent.
(
  [ "${UNSHIPPED_HOOK-}" = 0 ] && exit
  case ${CI-} in '' | 0 | false) ;; *) exit ;; esac
  dir=${GIT_DIR:-.git}
  if [ -f "$dir" ]; then read -r _ dir <"$dir"; fi
  for busy in rebase-merge rebase-apply sequencer; do
    [ -e "$dir/$busy" ] && exit
  done
  if [ -f "$dir/commondir" ]; then
    read -r common <"$dir/commondir"
    case $common in /*) dir=$common ;; *) dir=$dir/$common ;; esac
  fi
  dir=$dir/unshipped
  if ! [ -r "$dir/watched" ]; then
    [ -f unshipped.yaml ] || [ -f unshipped.yml ] || exit
    command -v unshipped >/dev/null && unshipped hook compile || exit
  fi
  . "$dir/watched"
%s
  if ! { [ -x "$unshipped" ] && [ -r "${module-}" ]; }; then
    command -v unshipped >/dev/null && unshipped hook compile 2>/dev/null && . "$dir/watched" || exit
  fi
  exec "$unshipped" -P -m unshipped.hook.remind %s "$dir" "$given"
) >&2 </dev/null || :
"""

_UNCHANGED = """\
  if ! [ "$map" -nt "$dir/watched" ]; then
    export GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL= # no network is used
    git --literal-pathspecs diff-tree -r --quiet --ignore-submodules=none%s -- "$@" 2>/dev/null && exit
  fi"""

_MIDDLE = {
    "post-commit": "  given=\n" + _UNCHANGED % " --no-commit-id --root HEAD",
    "post-merge": "  given=ORIG_HEAD\n" + _UNCHANGED % " ORIG_HEAD HEAD",
    "pre-push": '  given="$unshipped_remote\n$unshipped_pushed"',
}

_BEFORE_PUSH = "unshipped_remote=${1-}\nunshipped_pushed=$(cat)\n"
_AFTER_PUSH = """\
if [ -n "$unshipped_pushed" ]; then exec <<UNSHIPPED
$unshipped_pushed
UNSHIPPED
else exec </dev/null; fi
"""
"""git tells a hook on its standard input what is pushed: whatever follows is told so as well."""


def block(kind: str) -> str:
    """What ours does in a hook of that kind."""
    front = _FRONT % (_MIDDLE[kind], kind)
    if kind == "pre-push":
        front = _BEFORE_PUSH + front + _AFTER_PUSH
    return f"{BEGIN}\n{front}{END}\n"


def fresh(kind: str) -> str:
    """A hook that holds nothing else."""
    return f"#!/bin/sh\n{block(kind)}"


def beside(text: str, kind: str) -> str:
    """A hook of somebody else with ours in it, before theirs: theirs may end with an `exec`."""
    theirs = without(text)
    first, newline, rest = theirs.partition("\n")
    if not first.startswith("#!"):
        return block(kind) + theirs
    return f"{first}{newline or chr(10)}{block(kind)}{rest}"


def in_front_of(kind: str) -> str:
    """A hook that runs what stood in its place, as it stands now."""
    theirs = f'{BEGIN}: runs the hook that was here before\nexec "$0{KEPT}" "$@"\n{END}\n'
    return fresh(kind) + theirs


def without(text: str) -> str:
    """A hook without ours."""
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        inside = inside or line.startswith(BEGIN)
        if not inside:
            kept.append(line)
        inside = inside and not line.startswith(END)
    return "".join(kept)


def is_ours(text: str) -> bool:
    """Whether ours stands in it."""
    return any(line.startswith(BEGIN) for line in text.splitlines())


def is_empty(text: str) -> bool:
    """Whether nothing is left that does anything."""
    return all(not line.strip() or line.startswith("#!") for line in text.splitlines())


def is_shell(text: str) -> bool:
    """Whether a block of ours can stand in it: the system runs what names no interpreter with `sh`."""
    first = text.partition("\n")[0]
    if not first.startswith("#!"):
        return not first.startswith("\x7fELF")
    words = first[2:].split()
    program = words[0].rpartition("/")[2] if words else ""
    if program == "env":
        program = next((word for word in words[1:] if not word.startswith("-")), "")
    return program in SHELLS
