"""`docs/reference/json.md`: the machine-readable answers, field by field."""

from __future__ import annotations

from docs.generator.contract_deploys import PARTS

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
    "targets[].behind": "Missing commits without merges. Null where unknown, and where a shallow clone lacks"
    " some. Never cut.",
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
    "targets[].changes[].pull_request": "The pull request's number where the title or GitLab's merge "
    "commit tells it, or null.",
    "targets[].changes[].cancelled": "Whether a later change took it back.",
    "targets[].ahead_commits[]": "The commits that only production has, newest first.",
    "targets[].already_landed[]": "Production's own commits whose patch is on the branch already.",
}


def _below(name: str, parts: dict[str, str]) -> dict[str, str]:
    return {
        f"{name}{part}" if part.startswith("[") else f"{name}.{part}": text for part, text in parts.items()
    }


_COUNTED = {
    "commit": "The landing.",
    "page": "Its page on the forge, or null.",
    "subject": "Its first line.",
    "author": "Who wrote it.",
    "landed_at": "When it reached the branch.",
    "pull_request": "Its number, or null.",
    "commits[]": "The commits that it brought and that touch the service.",
    "paths[]": "What it touched of the service.",
    "paths[].path": "A path.",
    "paths[].counts_by": "The pattern that made it count, or null.",
    "paths[].link": "The symbolic link through which it counts, or null.",
    "paths[].ignored_by": "The pattern of `ignore` that takes it out, or null.",
    "more_paths": "How many paths are not listed.",
}
EXPLAIN = {
    "schema_version": "1.",
    "checked_at": "The time that was judged by: the clock, or `--now`.",
    "targets[]": "One for each environment of the service, worst first.",
    **{
        f"targets[].{name}": CHECK[f"targets[].{name}"]
        for name in (
            *("service", "environment", "state", "flags[]", "severity", "reasons[]", "reason_code", "hint"),
            *("remarks[]", "remarks[].code", "remarks[].message"),
        )
    },
    "targets[].headline": "The same in one line.",
    "targets[].expected": "What should serve, or null.",
    "targets[].expected.commit": "Its commit.",
    "targets[].expected.ref": "Its name.",
    "targets[].expected.why": "By which rule.",
    "targets[].deployed[]": "Every revision that serves.",
    "targets[].deployed[].commit": "Its commit.",
    "targets[].deployed[].share": "Its share of the traffic, 0 to 1.",
    **{
        name.replace(".deployed.signals", ".signals"): text
        for name, text in CHECK.items()
        if ".deployed.signals" in name
    },
    "targets[].missing[]": "Changes that are not live, newest first; cut by `--max-changes`.",
    **_below("targets[].missing[]", _COUNTED),
    "targets[].cancelled[]": "Changes that were made and taken back, likewise.",
    **_below("targets[].cancelled[]", _COUNTED),
    "targets[].left_out[]": "Changes that touch the service only where `ignore` takes it out, likewise.",
    **_below("targets[].left_out[]", _COUNTED),
    "targets[].more": "How many changes are not listed.",
    "targets[].only_here[]": "Commits that only production has, newest first.",
    "targets[].already_landed[]": "Production's own commits whose patch is on the branch already.",
    "targets[].elsewhere": "How many other changes of the branch touch nothing of the service.",
    "targets[].links[]": "Symbolic links that were followed.",
    "targets[].links[].link": "A link.",
    "targets[].links[].leads_to": "Where it leads.",
    "targets[].reproduce[]": "git commands that show the same.",
}

WHERE = {
    "schema_version": "1.",
    "commit": "The commit that was asked about.",
    "targets[]": "One for each checked target.",
    "targets[].service": "Its name.",
    "targets[].environment": "Its environment.",
    "targets[].place": "`live`, `waiting`, `cancelled`, `unmerged`, `not_applicable` or `unknown`: "
    "see [exit codes](exit-codes.md#where).",
    "targets[].reason": "Why, for people; with the reason of each flag that bears on it.",
    "targets[].flags[]": "Those of the target where the change concerns it, as in `check`.",
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
    "unknown[]": "The services of which that cannot be told.",
    "unknown[].service": "Its name.",
    "unknown[].reason_code": "Why: see [reason codes](reason-codes.md).",
    "unknown[].reason": "The same in words.",
    "unknown[].hint": "What to do about it.",
}

_RATIO = {
    "value": "The figure, or null where nothing was there to count.",
    "n": "How many are so.",
    "of": "Of how many, or for how many.",
    "ids[]": "Which ones.",
}
_SPREAD = {
    "n": "Of how many things.",
    "mean": "Their average, or null where there is none.",
    "median": "Half of them are at most so large.",
    "p90": "Nine in ten of them are at most so large.",
    "largest": "The largest.",
    "amounts[]": "Each of them, in the order of size.",
    "amounts[].id": "What it is the amount of.",
    "amounts[].amount": "How much it is.",
}
_DEPLOYS = {
    "[]": "Deploys, the oldest first.",
    "[].id": "Names it.",
    "[].target": "The service and its environment.",
    "[].commit": "What serves since then.",
    "[].at": "When it was first seen, or when it was recorded for.",
    "[].after": "When what served before was last seen, or null.",
    "[].rollback": "Whether it was one.",
    "[].by": "Who made it, or null.",
    "[].by_hand": "Whether this product did not make it.",
    "[].seen": "Whether it was seen, and not recorded alone.",
}
_INCIDENT = {
    "[].id": "Its id.",
    "[].service": "Its service.",
    "[].environment": "Its environment.",
    "[].kind": "`drift` or `unknown`.",
    "[].severity": "How bad it is, or was last.",
    "[].opened_at": "When it opened.",
    "[].since": "Since when the oldest change waits, or since when it is unknown; or null.",
    "[].acknowledged_by": "Who knows of it, or null.",
    "[].resolved_at": "When it was resolved, or null.",
    "[].ending": "What ended it: `deployed`, `held`, `remapped`, `retired`, `landed`, `passed`; or null.",
}


_WEEKLY = {"a_week": "So many a week."}
_MEASURES = {
    "watched": "For how long targets were watched, added up over all of them.",
    "watched.targets[]": "Which ones.",
    "watched.known_seconds": "While they could be determined.",
    "watched.unknown_seconds": "While they could not.",
    "watched.blind_seconds": "Between looks that saw different things and lie more than an hour apart.",
    "watched.unknown_rate": "The share of unknown in both, or null.",
    "drift_incidents": "Incidents about a drift, of all that opened.",
    **_below("drift_incidents", _RATIO | _WEEKLY),
    "baselines": "Those that were there at the first look, of all that opened.",
    **_below("baselines", _RATIO),
    "returned[]": "Transitions by which a resolved incident came back; the end of a hold is none.",
    "repeats": "Those with one of the same kind in the seven days before, of all that opened.",
    **_below("repeats", _RATIO),
    "drift_age_seconds": "How old drifts became.",
    **_below("drift_age_seconds", _SPREAD),
    "time_to_detect_seconds": "From the landing to the first look that saw it missing.",
    **_below("time_to_detect_seconds", _SPREAD),
    "time_to_incident_seconds": "From the landing to the opening of the incident.",
    **_below("time_to_incident_seconds", _SPREAD),
    "acknowledged_after_seconds": "From the opening to the first acknowledgement.",
    **_below("acknowledged_after_seconds", _SPREAD),
    "actionable": "Those that somebody's doing ended, or a deploy came before, of all that were resolved.",
    **_below("actionable", _RATIO),
    "messages_per_incident": "New messages (by notice), for the incidents that they told of.",
    **_below("messages_per_incident", _RATIO),
    "failed_attempts": "Attempts to say something that failed, of all.",
    **_below("failed_attempts", _RATIO),
    "merged_to_live_seconds": "How long landings waited to be live, by target and landing.",
    **_below("merged_to_live_seconds", _SPREAD),
    **_below("deploys", _DEPLOYS),
    "by_hand": "Deploys that this product did not make, of all.",
    **_below("by_hand", _RATIO | _WEEKLY),
    "late_rounds": "Rounds that began late, of all.",
    **_below("late_rounds", _RATIO),
    "failed_rounds": "Rounds in which nothing could be looked at, of all.",
    **_below("failed_rounds", _RATIO),
    "missed_rounds": "Moments of the schedule without a round, of all; null where none is known.",
    **_below("missed_rounds", _RATIO),
    "would_block": "Answers of gates that would have blocked, of all.",
    **_below("would_block", _RATIO),
    "bypassed": "Those that a bypass let through, then or later, of those.",
    **_below("bypassed", _RATIO),
    "services[]": "Services, the best first.",
    "services[].service": "Its name.",
    "services[].in_order": "The share of the known time in which nothing was to be done about it, or null.",
    "services[].known_seconds": "For how long it was known.",
    "services[].incidents[]": "Its incidents that opened.",
    "services[].merged_to_live_seconds": "How long its landings waited to be live.",
    **_below("services[].merged_to_live_seconds", _SPREAD),
}
_DORA = {
    "deployment_frequency": "Deploys that are no rollbacks.",
    "deployment_frequency.a_day": "So many a day, or null.",
    "deployment_frequency.ids[]": "Which ones.",
    "lead_time_seconds": "From merged to live.",
    **_below("lead_time_seconds", _SPREAD),
    "change_failure_rate": "Rollbacks, of the deploys that are none.",
    **_below("change_failure_rate", _RATIO),
    "time_to_restore_seconds": "For how long what was rolled back had served.",
    **_below("time_to_restore_seconds", _SPREAD),
}

REPORT = {
    "schema_version": "1.",
    "since": "From then on.",
    "until": "Up to then.",
    "measures": "The figures of that time; what each one means says [Measures](../concepts/measures.md).",
    **_below("measures", _MEASURES),
    "before": "The same fields as in `measures`, of the time of that length before; "
    "null where nothing was kept of it.",
    "dora": "The four figures of DORA.",
    **_below("dora", _DORA),
    "dora_before": "The same fields as in `dora`, of the time before, or null.",
    "advice[]": "What to change, the noisiest first.",
    "advice[].about": "A target, or the kinds of source that were asked.",
    "advice[].why": "What was seen, for people.",
    "advice[].do": "What to change, for people.",
    "advice[].ids[]": "The incidents that it would have spared.",
}

_HELD = {
    "[].service": "Its service.",
    "[].environment": "Its environment.",
    "[].by": "Who holds it; `unshipped` where a rollout does.",
    "[].reason": "Why.",
    "[].since": "Since when; null where the configuration holds it.",
    "[].until": "Until when; null where that is open.",
    "[].stopped": "Whether a rollout stopped halfway, so that a person has to look.",
    "[].state": "How it stands by the last look; null where it was never looked at.",
    "[].changes_behind": "How many changes are missing, or null.",
    "[].behind_since": "Since when the oldest of them waits, or null.",
}

DIGEST = {
    "schema_version": "1.",
    "since": "24 hours before `until`.",
    "until": "Up to then.",
    "unknown[]": "Targets that could not be determined when they were looked at last.",
    "never_looked_at[]": "Targets that are declared and were never looked at.",
    "oldest_look": "When the target was looked at that nobody has looked at for longest; or null.",
    "open[]": "Open incidents, the worst first.",
    **_below("open", _INCIDENT),
    "held[]": "What is held: first what a person has to look at.",
    **_below("held", _HELD),
    "opened[]": "The ids of those that opened.",
    "resolved[]": "Those that were resolved.",
    **_below("resolved", _INCIDENT),
    "merged_to_live_seconds": "How long landings waited that became live.",
    **_below("merged_to_live_seconds", _SPREAD),
    **_below("deploys", _DEPLOYS),
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
        "## explain --format json\n",
        table(EXPLAIN),
        "## where --format json\n",
        table(WHERE),
        _console("unshipped where 4295938 --format json"),
        "## affected --format json\n",
        table(AFFECTED),
        _console("unshipped affected HEAD~2 --format json"),
        _NAMES,
        _console("unshipped affected HEAD~2 --format github-matrix"),
        "## report --format json\n",
        table(REPORT),
        "## digest --format json\n",
        table(DIGEST),
        *(part for title, meanings in PARTS.items() for part in (f"## {title}\n", table(meanings))),
    ]
    return "\n".join(parts)


def _console(command: str) -> str:
    """A block whose output `docs/generate.py` and the tests fill in by running it."""
    return f"```console\n$ {command}\n```\n"


def table(meanings: dict[str, str]) -> str:
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in meanings.items())
    return f"| field | meaning |\n|---|---|\n{rows}"
