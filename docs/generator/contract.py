"""`docs/reference/json.md`: the machine-readable answers, field by field."""

from __future__ import annotations

HEAD = """\
# JSON

These shapes are promised: fields may be added, and none changes its meaning while `schema_version` is 1.
Read the fields that you know and ignore the others.
JSON stands alone on standard output.
Times are RFC 3339 in UTC, to the second; commit ids are whole.
The [exit code](exit-codes.md) is the same as in every other format.

"""

CHECK = {
    "schema_version": "1.",
    "checked_at": "The time that was judged by: the clock, or `--now`.",
    "expected": "What should serve, where that is the same for every target; else its parts are null.",
    "expected.ref": "The branch, tag or commit by name.",
    "expected.commit": "Its commit.",
    "summary": "Counts over the checked targets.",
    "summary.targets": "How many were checked.",
    "summary.declared": "How many the configuration declares.",
    "summary.in_sync": "How many are in sync.",
    "summary.behind": "How many are behind.",
    "summary.ahead": "How many are ahead.",
    "summary.diverged": "How many diverged.",
    "summary.unknown": "How many could not be determined.",
    "summary.worst": "The worst severity, as `severity` below; null where nothing was checked.",
    "notes[]": "What to know about the check as a whole, for people.",
    "unmapped[]": "What runs beside the declared services and is in no map.",
    "unmapped[].service": "What it is called where it runs.",
    "unmapped[].where": "Where it runs.",
    "targets[]": "One for each service and environment, worst first.",
    "targets[].service": "Its name.",
    "targets[].environment": "Its environment.",
    "targets[].owner": "Who looks after it, or null.",
    "targets[].state": "`in_sync`, `behind`, `ahead`, `diverged` or `unknown`.",
    "targets[].flags[]": "Any of `pending`, `held`, `split`, `rolled_back`, `unproven`, `retired`.",
    "targets[].severity": "`none`, `info`, `warning` or `critical`.",
    "targets[].reasons[]": "Why, in sentences for people.",
    "targets[].remarks[]": "What was noticed beside the revision that serves.",
    "targets[].remarks[].code": "What it is: see [remarks](reason-codes.md#remarks).",
    "targets[].remarks[].message": "The same for people, with the details.",
    "targets[].reason_code": "Why a target is unknown: see [reason codes](reason-codes.md); else null.",
    "targets[].hint": "What to do about an unknown target, or null.",
    "targets[].deployed": "What serves.",
    "targets[].deployed.commit": "The commit that serves, with split traffic the worst one; else null.",
    "targets[].deployed.share": "Its share of the traffic, 0 to 1, or null.",
    "targets[].deployed.signals[]": "What each source said.",
    "targets[].deployed.signals[].source": "The kind of source.",
    "targets[].deployed.signals[].revision": "What it named, in its own words, or null.",
    "targets[].deployed.signals[].error": "Why it gave no answer, or null.",
    "targets[].deployed.signals[].words[]": "Every single thing that it said.",
    "targets[].deployed.signals[].words[].revision": "The revision, in the source's words.",
    "targets[].deployed.signals[].words[].said_by": "Which label, variable or tag says so, or null.",
    "targets[].deployed.signals[].words[].part": "Of which running revision or instance, or null.",
    "targets[].deployed.signals[].words[].share": "The share of the traffic that this part gets, 0 to 1.",
    "targets[].deployed.signals[].words[].weak": "Whether it may be true of something else than what runs.",
    "targets[].deployed.revisions[]": "Every revision that serves.",
    "targets[].deployed.revisions[].commit": "Its commit.",
    "targets[].deployed.revisions[].share": "Its share of the traffic.",
    "targets[].deployed.revisions[].dirty": "Whether it was built from a tree with uncommitted changes.",
    "targets[].expected": "What should serve here.",
    "targets[].expected.commit": "Its commit, or null.",
    "targets[].expected.ref": "Its name, or null.",
    "targets[].behind": "Missing commits without merges. Null where unknown. Never cut.",
    "targets[].changes_behind": "Missing changes that are not cancelled. Null where unknown. Never cut.",
    "targets[].ahead": "Commits that only production has. Null where unknown.",
    "targets[].cancelled": "Missing changes that cancel out. Null where unknown.",
    "targets[].behind_since": "When the oldest missing change landed, or null.",
    "targets[].age_seconds": "How long ago that was, or null.",
    "targets[].oldest": "The oldest missing change, or null.",
    "targets[].oldest.commit": "Its commit.",
    "targets[].oldest.landed_at": "When it landed.",
    "targets[].changes[]": "Missing changes, newest first, cancelled ones included; cut by `--max-changes`.",
    "targets[].changes[].commit": "The landing.",
    "targets[].changes[].subject": "Its first line.",
    "targets[].changes[].author": "Who wrote it.",
    "targets[].changes[].landed_at": "When it reached the branch.",
    "targets[].changes[].paths[]": "The service's paths that it touched.",
    "targets[].changes[].commits[]": "The commits that it brought and that touch the service.",
    "targets[].changes[].pull_request": "The pull request's number where the title tells it, or null.",
    "targets[].changes[].cancelled": "Whether a later change took it back.",
    "targets[].ahead_commits[]": "The commits that only production has, newest first.",
    "targets[].already_landed[]": "Production's own commits whose patch is on the branch already.",
}

WHERE = {
    "schema_version": "1.",
    "commit": "The commit that was asked about.",
    "targets[]": "One for each checked target.",
    "targets[].service": "Its name.",
    "targets[].environment": "Its environment.",
    "targets[].place": "`live`, `waiting`, `cancelled`, `unmerged`, `not_applicable` or `unknown`: "
    "see [exit codes](exit-codes.md#where).",
    "targets[].reason": "Why, for people.",
    "targets[].deployed": "The commit that serves, or null.",
    "targets[].waiting_since": "When the change landed, where it waits; else null.",
}

AFFECTED = {
    "schema_version": "1.",
    "from": "The first commit, as it was asked for.",
    "to": "The second one.",
    "services[]": "The services whose content differs between the two, by name.",
    "services[].service": "Its name.",
    "services[].paths[]": "Its paths that differ.",
}

_EXAMPLE = """
<!-- repository: shop -->
<!-- file: unshipped.yaml -->
```yaml
services:
  api:
    paths: [api, shared]
    deployed: {source: http, url: "https://api.example.com/__version__"}
```
"""

_NAMES = """\
`affected --format names` prints the names, one a line.
`affected --format github-matrix` prints one line for `strategy.matrix` of GitHub Actions:
"""


def page() -> str:
    parts = [
        HEAD + "## check --format json\n",
        table(CHECK),
        "An example; the configuration:",
        _EXAMPLE,
        _console("unshipped check --format json --max-changes 1"),
        "## where --format json\n",
        table(WHERE),
        _console("unshipped where 4295938 --format json"),
        "## affected --format json\n",
        table(AFFECTED),
        _console("unshipped affected HEAD~2 --format json"),
        _NAMES,
        _console("unshipped affected HEAD~2 --format github-matrix"),
    ]
    return "\n".join(parts)


def _console(command: str) -> str:
    """A block whose output `docs/generate.py` and the tests fill in by running it."""
    return f"```console\n$ {command}\n```\n"


def table(meanings: dict[str, str]) -> str:
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in meanings.items())
    return f"| field | meaning |\n|---|---|\n{rows}"
