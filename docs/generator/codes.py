"""`docs/reference/reason-codes.md` and `docs/reference/exit-codes.md`."""

from __future__ import annotations

import re

from unshipped.cli.cures import CURES
from unshipped.core import exits, words
from unshipped.core.history.standing import Place
from unshipped.core.model import Code, Sign
from unshipped.core.signals import FLAGS

SIGNS = {
    "spoken-against": "something that was read names another commit; what is stronger was believed",
    "weak-evidence": "nothing but weak evidence says what runs",
    "silent-source": "one of several sources did not answer",
    "moving-tag": "the image was deployed by a tag that moves, and nothing says which one it is",
    "dirty-build": "it was built from a tree with uncommitted changes",
    "commit-after-deploy": "the commit, or what names it, is younger than what is said to run it",
    "latest-not-ready": "a newer revision was made and did not become ready",
    "latest-without-traffic": "a newer revision is ready and gets no traffic, or waits for somebody",
    "content-same": "the files that run are those of the commit",
    "content-unknown": "whether the files that run are those of the commit cannot be told",
    "converging": "a deployment is under way",
    "scaled-to-zero": "no instance runs; the next one will be of this revision",
    "unhealthy": "it runs, and does not do well: it starts again and again, or its health check fails",
    "rolled-back": "it serves an ancestor of what served before",
    "setting-differs": "a setting is not what was declared",
    "setting-unknown": "a setting was declared, and what it is cannot be told",
}
"""What each thing that is noticed beside a revision means, in a few words."""

JUDGING = {
    exits.FINE: "Every selected target is proven in sync, is held or in its grace, or is below `--fail-on`.",
    exits.DRIFT: "At least one target has drift at or above `--fail-on` (default: `warning`).",
    exits.USAGE: "The command or the configuration is wrong. Nothing was judged.",
    exits.UNKNOWN: "At least one target could not be determined, or nothing be fetched. Outranks 1.",
    exits.NOTHING: "Nothing was checked: no target was selected, or every one of them is retired.",
}

ACTING = {
    "[`gate`](../guides/gate.md#by-exit-code)": ("the gate says block", "it blocks because nobody knows"),
    "[`watch --once`](../guides/watch-on-a-schedule.md#what-to-keep-in-mind)": (
        "drift, with `--fail-on` only",
        "it could not look, tell somebody, or write its verdicts or metrics; or, with `--fail-on`, know all",
    ),
    "[`deploy`, `rollback`, `resume`](../guides/deploy.md#exit-codes)": (
        "rolled back, or refused",
        "stopped halfway or still waits, or the log went away meanwhile",
    ),
    "[`smoke`](../guides/checks.md#the-smoke-test-alone)": ("something failed", "something could not run"),
    "[`notify test`, `drill`](../guides/notify.md#declare-who-is-told)": ("", "somebody was not reached"),
    "[`doctor`](../guides/map.md#hold-it-against-the-tree)": ("an error or a warning", ""),
    "`explain --path`": ("the file does not count", "what should serve cannot be told"),
    "[`ci plan`](../guides/ci.md#deploy-what-is-not-live)": ("", "a service could not be looked at"),
    "[`db check`](../guides/log.md#is-it-sound)": ("something contradicts itself", ""),
}
"""Commands with a 1 or a 3 of their own, and what these mean."""

OTHER = {
    70: "A bug in unshipped. It names a file to attach to a report.",
    130: "Interrupted.",
    141: "Whoever read the output stopped reading.",
}

WHERE = {
    exits.FINE: "The change is live (or taken back) in every target that it touches.",
    exits.DRIFT: "It waits, or is not merged, for at least one target.",
    exits.UNKNOWN: "For at least one target that cannot be told. Outranks 1.",
    exits.NOTHING: "It touches no target; what is retired makes no exit code.",
}

PLACES = {
    Place.LIVE: "What serves has it: the commit itself, or the same content by another commit.",
    Place.WAITING: "It is on the expected branch and not deployed.",
    Place.CANCELLED: "It is on the branch, not deployed, and a later change took it back.",
    Place.UNMERGED: "It is neither deployed nor in what should serve: not merged, or not released yet.",
    Place.NOT_APPLICABLE: "It touches nothing of the service.",
    Place.UNKNOWN: "What serves could not be determined.",
}


def reason_codes() -> str:
    rows = "".join(
        f"| `{one.value}` | {words.REASONS[one.value]} | {_linked(CURES[one])} |\n" for one in Code
    )
    return (
        "# Reason codes\n\n"
        "A target that could not be determined is `unknown`, and says why with one of these codes.\n"
        "They stand in `reason_code` of the [JSON output](json.md) and in `explain`.\n"
        "Scripts may rely on them.\n"
        "The message beside a code is for people and may change.\n\n"
        f"| code | meaning | what to do |\n|---|---|---|\n{rows}\n"
        "## Remarks\n\n"
        "What was noticed beside the revision stands in `remarks` of the [JSON output](json.md).\n"
        "Some of it says something about the target as a whole, as a flag.\n\n"
        f"| code | meaning | flag |\n|---|---|---|\n{_remarks()}"
    )


def _linked(cure: str) -> str:
    """With a link to the guide that it names."""
    return re.sub(r"the guide (\S+\.md)", r"[the guide](../guides/\1)", cure)


def _remarks() -> str:
    flags = {sign: f"`{flag.value}`" for sign, flag in FLAGS.items()}
    return "".join(f"| `{one.value}` | {SIGNS[one.value]} | {flags.get(one, '')} |\n" for one in Sign)


def exit_codes() -> str:
    places = "".join(f"| `{place.value}` | {PLACES[place]} |\n" for place in Place)
    return (
        "# Exit codes\n\n"
        "## Commands that judge\n\n"
        "`check`, `status` and `explain`, in every output format:\n\n"
        f"{table(JUDGING)}\n"
        "`--exit-zero` turns 1, 3 and 4 into 0; 2 stays.\n"
        "`explain` has no `--fail-on`: it goes by `warning`.\n\n"
        "Finding drift and failing to look are different codes, on purpose: the first is about production, "
        "the second about the check.\n"
        "Read the code explicitly: a pipe or `bash -e` hides it, see [CI](../guides/ci.md).\n\n"
        "## where\n\n"
        f"{table(WHERE)}\n"
        "The number of a pull request stands on each expected branch for what landed there by that number: "
        "a backport that had to be made to fit is that pull request too.\n\n"
        "What it can say about a target:\n\n"
        f"| place | meaning |\n|---|---|\n{places}\n"
        "## Commands that act, or ask a gate\n\n"
        "0 is fine, 2 is wrong usage or configuration, 4 that nothing was meant; the guides say the rest.\n\n"
        f"| command | 1 | 3 |\n|---|---|---|\n{_others()}\n"
        "`init` exits with 4 where it finds no service.\n\n"
        "## Commands that do not judge\n\n"
        "`fingerprint --against` exits with 0 where the files are those of the commit, with 1 where some "
        "differ, with 3 where that cannot be told.\n"
        "`report`, `digest`, `metrics`, `validate`, `schema` and `completion` exit with 0, "
        "or with 2 where the command or the configuration is wrong.\n"
        "`affected` exits with 0, also where no service is affected, and with 3 where that cannot be told of "
        "one.\n\n"
        "## Every command\n\n"
        f"{table(OTHER)}"
    )


def _others() -> str:
    return "".join(f"| {command} | {one} | {three} |\n" for command, (one, three) in ACTING.items())


def table(meanings: dict[int, str]) -> str:
    rows = "".join(f"| {code} | {text} |\n" for code, text in meanings.items())
    return f"| code | meaning |\n|---|---|\n{rows}"
