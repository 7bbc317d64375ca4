"""What the commands that deploy answer, field by field: a part of `docs/reference/json.md`."""

from __future__ import annotations

_STEP = {
    "do": "`ready`, `deploy`, `shift`, `verify`, `check` or `bake`.",
    "commit": "The commit that it brings, or proves.",
    "name": "Which check, or null.",
    "share": "How much of the traffic is that commit's once it has passed, 0 to 1.",
}
_TARGET = {"service": "Its service.", "environment": "Its environment.", "commit": "What is to serve."}

DEPLOY = {
    "schema_version": "1.",
    "targets[]": "One for each wish, in the order in which they were asked for.",
    **{f"targets[].{name}": text for name, text in _TARGET.items()},
    "targets[].id": "The id of the wish, and of the rollout that came of it.",
    "targets[].batch": "What was asked for at once has the same one, or null.",
    "targets[].by": "Who asked for it.",
    "targets[].state": "An end (`proven`, `rolled-back`, `stopped`, `refused`), `under-way`, `waits`, "
    "`replaced`, `same` where what serves has the same content already, or `dropped`.",
    "targets[].reason": "Why it is so, or null.",
    "targets[].begun_at": "When it began, or null.",
    "targets[].ended_at": "When it ended, or null.",
}
PLAN = {
    "schema_version": "1.",
    "plans[]": "One for each target that is meant.",
    **{f"plans[].{name}": text for name, text in _TARGET.items()},
    "plans[].live": "What serves now, or null where that is not known.",
    "plans[].way_back": "What it could be rolled back to, or null.",
    "plans[].rollback": "Whether it is a way back itself.",
    "plans[].waits": "Why it would not begin now, or null.",
    "plans[].final": "Whether waiting would be of no use.",
    "plans[].steps[]": "What would be done, in order.",
    **{f"plans[].steps[].{name}": text for name, text in _STEP.items()},
    "plans[].steps[].seconds": "For `bake`: how long.",
    "plans[].back[]": "The way back, likewise.",
    **{f"plans[].back[].{name}": text for name, text in _STEP.items()},
    "plans[].back[].seconds": "For `bake`: how long.",
    "plans[].ships[]": "The changes that would go live, newest first, without those that are cancelled.",
    "plans[].ships[].commit": "The landing.",
    "plans[].ships[].subject": "Its title.",
    "plans[].ships[].author": "Its author.",
    "plans[].ships[].landed_at": "When it landed.",
    "plans[].ships[].pull_request": "Its number, or null.",
    "plans[].notes[]": "What a person should know before.",
}
_ROLLOUT = {
    "id": "Its id.",
    **_TARGET,
    "live": "What served when it was planned, or null.",
    "way_back": "What it can be rolled back to, or null.",
    "rollback": "Whether it is a way back itself.",
    "by": "Who asked for it.",
    "reason": "Why, or null.",
    "batch": "What was asked for at once has the same one, or null.",
    "begun_at": "When it began.",
    "ended_at": "When it ended, or null.",
    "end": "`proven`, `rolled-back`, `stopped`, `refused`; null while it is under way.",
    "why": "Why it ended so, or null.",
    "cancelled_by": "Who cancelled it, or null.",
    "changes[]": "The landings that went live with it.",
}
ROLLOUTS = {
    "schema_version": "1.",
    "waiting[]": "Wishes in the queue, in their order.",
    "waiting[].id": "Its id.",
    **{f"waiting[].{name}": text for name, text in _TARGET.items()},
    "waiting[].by": "Who asked for it.",
    "waiting[].at": "When.",
    "waiting[].reason": "Why, or null.",
    "waiting[].batch": "What was asked for at once has the same one, or null.",
    "waiting[].opens_at": "When its window opens, its time comes, and freezes, locks and holds have ended; "
    "null where it waits for no moment.",
    "waiting[].waits": "Why it waits, as it was seen last, or null.",
    "waiting[].needs_approval": "Whether somebody has to approve it.",
    "waiting[].approved_by": "Who did, or null.",
    "rollouts[]": "What was begun, the newest first.",
    **{f"rollouts[].{name}": text for name, text in _ROLLOUT.items()},
}
ROLLOUT = {
    "schema_version": "1.",
    "rollout": "The rollout of that id, as in `rollouts` above, and:",
    **{f"rollout.{name}": text for name, text in _ROLLOUT.items()},
    "rollout.steps[]": "What was begun of it, in order.",
    "rollout.steps[].number": "Which step, from 0 on.",
    **{f"rollout.steps[].{name}": text for name, text in _STEP.items()},
    "rollout.steps[].back": "Whether it is of the way back.",
    "rollout.steps[].begun_at": "When it was begun for the first time.",
    "rollout.steps[].attempts": "How often it was begun: more than once where a process died in it.",
    "rollout.steps[].by": "Which process had it last.",
    "rollout.steps[].went": "`passed`, `failed`, `could-not-run`, or `not-begun` where it failed before"
    " anything was asked for; null while it is under way.",
    "rollout.steps[].ended_at": "When it ended, or null.",
    "rollout.steps[].detail": "What was asked, what came, what was expected; or null.",
    "rollout.output": "What its steps printed, with secrets masked.",
}
SMOKE = {
    "schema_version": "1.",
    "targets[]": "One for each target that is meant.",
    "targets[].service": "Its service.",
    "targets[].environment": "Its environment.",
    "targets[].commit": "What should serve.",
    "targets[].live": "The commit that serves, or null where that is not known, or where several do.",
    "targets[].checks[]": "`identity` first, then every declared check.",
    "targets[].checks[].name": "Its name.",
    "targets[].checks[].went": "`passed`, `failed` or `could-not-run`.",
    "targets[].checks[].detail": "What was asked, what came, what was expected.",
}
PARTS = {
    "deploy, rollback and resume --format json": DEPLOY,
    "deploy and rollback --plan --format json": PLAN,
    "smoke --format json": SMOKE,
    "rollouts --format json": ROLLOUTS,
    "rollouts ID --format json": ROLLOUT,
}
