"""What to do about a target that could not be determined, where its problem says nothing of its own."""

from __future__ import annotations

from unshipped.core.model import Code

CURES = {
    Code.SOURCE_ERROR: "Ask the same by hand from this machine: the address, command or file that the "
    "message names failed, or sent something cut short.",
    Code.SOURCE_TIMEOUT: "See whether it answers at all; raise `timeout` where it is slow by nature.",
    Code.SOURCE_DENIED: "Give the check a credential that may read: what each platform wants is in the guide "
    "platforms.md; for `http` it is `{env: NAME}` in `headers`.",
    Code.NOT_FOUND: "Look at the address, the path or the branch name: what answers does not know it.",
    Code.NO_REVISION: "Look at the address; where it is right, let the build hand the commit over: "
    "see the guide version-endpoint.md.",
    Code.BAD_REVISION: "Let the source say a commit id of at least 7 characters, or a tag.",
    Code.UNRESOLVED_REVISION: "Fetch all branches and tags. A whole id that no branch has any more is asked "
    "of the remote with `--fetch`, and by a watch that fetches; if it has no such commit, deploy again.",
    Code.AMBIGUOUS_REVISION: "Let the source say more characters of the id, best all of them.",
    Code.OTHER_REPOSITORY: "Look at the address of the source, and at the label that says where the code is "
    "from: it may have come with a base image.",
    Code.SHALLOW_HISTORY: "`git fetch --unshallow`; in CI check out with `fetch-depth: 0`.",
    Code.MISSING_OBJECTS: "Fetch what the partial clone left out, or use a full clone.",
    Code.EMPTY_CLOSURE: "Look at `paths` and `ignore`: together they leave no file.",
    Code.DEAD_PATTERN: "Mend or remove the pattern, which `unshipped doctor` shows how to; or mark it: "
    "`{path: …, optional: true}`.",
    Code.CONFLICTING_SIGNALS: "Find out which source lies before you trust any of them.",
    Code.CONTENT_DIFFERS: "Build without the layer cache and deploy again: old code runs under a new name.",
    Code.EXPECTED_UNRESOLVED: "Fetch the branch or tag that `expected` names, or mend the name.",
    Code.REPOSITORY_ERROR: "Read the message: git says what it cannot read.",
    Code.STALE_OBSERVATION: "See whether the watch still looks: what answers from the log, as the page does, "
    "found nothing newer. `check` looks itself.",
}
