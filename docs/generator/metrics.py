"""`docs/reference/metrics.md`: every metric, from the table that they are made of."""

from __future__ import annotations

from docs.generator.cli import cell
from unshipped.core.counting.metrics import BUCKETS, METRICS, PREFIX, STATES

HEAD = """\
# Metrics

What `unshipped metrics` writes, in the text format of Prometheus.
How to use it says [the guide](../guides/metrics.md).
Every number is counted from the log: a counter goes on where the last process ended.
It becomes less where old rows were pruned: rules that must not take that for a restart use `delta`.
No label holds a commit.

"""

_OTHER = """\
## OpenTelemetry

| metric | kind | unit | meaning |
|---|---|---|---|
| `vcs.ref.revisions_delta` | gauge | `{revision}` | Commits that what runs is behind or ahead by. |

Its attributes are

- `service.name` and `deployment.environment.name`,
- `vcs.repository.url.full`, where it is known,
- `vcs.revision_delta.direction`: `behind` or `ahead`.

The conventions also ask for the names and types of both refs.
They are left out: what serves is a commit and has no name, and the log does not keep that of the other.
"""


def page() -> str:
    rows = "".join(
        f"| `{PREFIX}{name}` | {metric.kind} | {', '.join(f'`{label}`' for label in metric.labels)} "
        f"| {cell(metric.help)} |\n"
        for name, metric in METRICS.items()
    )
    states = ", ".join(f"`{state}`" for state in STATES)
    bounds = ", ".join(f"{bound:g}" for bound in BUCKETS)
    return (
        f"{HEAD}| metric | kind | labels | meaning |\n|---|---|---|---|\n{rows}\n"
        f"The states are {states}.\n"
        "A target that is held or in its grace has that in place of `behind`; "
        "a retired one has no metric.\n"
        f"The buckets of durations end at {bounds} seconds.\n\n{_OTHER}"
    )
