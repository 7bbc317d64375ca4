"""The values that every room shares. Nothing here decides; nothing here reads the world.

Words are those of `docs/glossary.md`. Times are aware and in UTC; durations are seconds.
"""

# Annotations are no texts here: to compile each of them would be a tenth of what a check imports.
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, IntEnum

from unshipped.core.roster import Roster, Unmapped
from unshipped.core.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from unshipped.core.content import Files
    from unshipped.core.hours import WorkingHours
    from unshipped.core.settings import Expectation, Settings


class State(str, Enum):
    """Sync status of one target. The healthy answer is a closed list of one."""

    IN_SYNC = "in_sync"
    BEHIND = "behind"
    AHEAD = "ahead"
    DIVERGED = "diverged"
    UNKNOWN = "unknown"


class Severity(IntEnum):
    """How bad it is. Ordered, so that "the worse of two" is `max`."""

    NONE = 0
    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        return self._name_.lower()


class Flag(str, Enum):
    """What stands beside the state. A flag lowers what is done about drift, never what is shown."""

    PENDING = "pending"
    HELD = "held"
    SPLIT = "split"
    ROLLED_BACK = "rolled_back"
    UNPROVEN = "unproven"
    RETIRED = "retired"


class Code(str, Enum):
    """Why a target is `unknown`: one code, stable for machines. `core/words.py` has the sentences."""

    SOURCE_ERROR = "source-error"
    SOURCE_TIMEOUT = "source-timeout"
    SOURCE_DENIED = "source-denied"
    NOT_FOUND = "not-found"
    NO_REVISION = "no-revision"
    BAD_REVISION = "bad-revision"
    UNRESOLVED_REVISION = "unresolved-revision"
    AMBIGUOUS_REVISION = "ambiguous-revision"
    OTHER_REPOSITORY = "other-repository"
    SHALLOW_HISTORY = "shallow-history"
    MISSING_OBJECTS = "missing-objects"
    EMPTY_CLOSURE = "empty-closure"
    DEAD_PATTERN = "dead-pattern"
    CONFLICTING_SIGNALS = "conflicting-signals"
    CONTENT_DIFFERS = "content-differs"
    EXPECTED_UNRESOLVED = "expected-unresolved"
    REPOSITORY_ERROR = "repository-error"
    STALE_OBSERVATION = "stale-observation"


class Problem(Value):
    """A failure to look, kept as something that was seen."""

    code: Code
    message: str
    hint: str = ""


# ---------------------------------------------------------------- what is declared


DECLARED, IMAGE, IMPORTS = "declared", "image", "imports"
"""How a closure comes about: its `paths` alone; with what its build takes in; or what its programs reach."""


class Build(Value):
    """How a service's artefact is made: what its closure can be derived from. Paths from the top."""

    dockerfile: str = ""
    context: str = ""
    """The directory that is given to the image build; empty is the top of the repository."""
    target: str = ""
    """The stage that is built; empty is the last one."""
    arguments: tuple[tuple[str, str], ...] = ()
    """Build arguments, name and value."""
    source: str = ""
    """Without a Dockerfile: the directory that is deployed as it is, as for a function or a buildpack."""
    entries: tuple[str, ...] = ()
    """The files that are started, where neither the Dockerfile nor a convention says so."""


class Closure(Value):
    """Which paths of a repository end up in a service. Patterns have git's `:(glob)` meaning."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Those of `paths` that may match nothing without being called dead."""
    build: Build | None = None
    """What else belongs to it is derived from this, for each commit anew, as `mode` says."""
    mode: str = DECLARED
    settled: bool = False
    """Whether everything that its links lead to, as far as it counts, is among its paths already."""


class Rule(Value):
    """Which revision should serve: `default`, `branch`, `tag` or `pin` (see `docs/concepts`)."""

    kind: str = "default"
    value: str = ""
    order: str = "version"
    """For `tag`: what "newest" means, `version` or `date`."""


class SourceSpec(Value):
    """One declared source: its kind and its settings, as plain data. `wiring` makes it an object."""

    kind: str
    options: Mapping[str, object]


class Origin(Value):
    """One repository that feeds a service. Most services have one; the worst of several wins."""

    repository: str
    closure: Closure
    rule: Rule
    sources: tuple[SourceSpec, ...]
    told_by: SourceSpec | None = None
    """Who is asked which revision should serve; where there is one, the rule is for what knows no more."""


class Hold(Value):
    """A person's decision that a target stays as it is, with a reason and an end."""

    reason: str
    by: str
    until: datetime | None = None


class Level(Value):
    """From how many changes, and from (or past) what age in seconds, a severity holds."""

    changes: int
    age: float


class Policy(Value):
    """Thresholds that turn a drift into a severity. The defaults are the table of the documentation."""

    warning: Level = Level(3, 6 * 3600)
    critical: Level = Level(6, 12 * 3600)
    by: str = "both"
    """`count`, `age`, or `both`: the worse of the two."""
    grace: float = 900
    ahead: Severity = Severity.WARNING
    unknown: Severity = Severity.WARNING
    unproven: Severity = Severity.INFO
    working_hours: "WorkingHours | None" = None
    settings: Severity = Severity.WARNING


class Target(Value):
    """One service in one environment: what is observed, judged, held and deployed."""

    service: str
    environment: str
    origins: tuple[Origin, ...]
    policy: Policy = Policy()
    hold: Hold | None = None
    retired: bool = False
    owner: str = ""
    criticality: str = ""
    line: int = 0
    """Where the configuration declares it, for reports that need a place. 0 where unknown."""
    settings: "tuple[Expectation, ...]" = ()

    @property
    def name(self) -> str:
        return f"{self.service}/{self.environment}"


# ---------------------------------------------------------------- what was seen


class Revision(Value):
    """What a source says serves, as it said it: not yet resolved, not yet believed.

    `text` is a commit id (7 hexadecimal characters or more) or a tag. Where the source follows a name
    that its owner declared (a branch, a remote), `ref` and `remote` say so and `text` is empty.
    """

    text: str
    share: float = 1.0
    ref: str = ""
    remote: str = ""
    repository: str = ""
    """Where the source says the code comes from, if it says so."""
    dirty: bool = False
    part: str = ""
    """What of the target this is said of (`api-00042-abc`): what is said of one part must agree."""
    said_by: str = ""
    """What says it, where a source hears more than one word: `label commit-sha`."""
    weak: bool = False
    """Whether it may speak of something else than what runs: an inherited label, a moving tag."""
    since: datetime | None = None
    """When this part was made: it can hold no commit that is younger."""


class Sign(str, Enum):
    """What was noticed beside a revision: one code, stable for machines."""

    SPOKEN_AGAINST = "spoken-against"
    WEAK_EVIDENCE = "weak-evidence"
    SILENT_SOURCE = "silent-source"
    MOVING_TAG = "moving-tag"
    DIRTY_BUILD = "dirty-build"
    COMMIT_AFTER_DEPLOY = "commit-after-deploy"
    LATEST_NOT_READY = "latest-not-ready"
    LATEST_WITHOUT_TRAFFIC = "latest-without-traffic"
    CONTENT_SAME = "content-same"
    CONTENT_UNKNOWN = "content-unknown"
    CONVERGING = "converging"
    SCALED_TO_ZERO = "scaled-to-zero"
    UNHEALTHY = "unhealthy"
    ROLLED_BACK = "rolled-back"
    SETTING_DIFFERS = "setting-differs"
    SETTING_UNKNOWN = "setting-unknown"


class Remark(Value):
    """One thing that was noticed, in the reader's words."""

    sign: Sign
    message: str
    since: datetime | None = None
    """When it began, where somebody says so."""


class Reading(Value):
    """What a source read of one target: at least one revision, and what else is worth knowing."""

    revisions: tuple[Revision, ...]
    remarks: tuple[Remark, ...] = ()
    files: "Files | None" = None
    roster: Roster | None = None
    settings: "tuple[Settings, ...]" = ()
    past: tuple[str, ...] = ()
    """What served before that, newest first, as far as the source remembers."""


class Signal(Value):
    """One source's word about one target: revisions, or the problem that kept it from answering."""

    source: str
    revisions: tuple[Revision, ...] = ()
    problem: Problem | None = None
    remarks: tuple[Remark, ...] = ()
    files: "Files | None" = None
    roster: Roster | None = None
    settings: "tuple[Settings, ...]" = ()
    past: tuple[str, ...] = ()
    written: bool = False


class Served(Value):
    """One resolved revision that serves, with its share of the traffic."""

    commit: str
    share: float
    signals: tuple[tuple[str, str], ...]
    """Who said it, in what words: (source, text)."""
    dirty: bool = False


class Expected(Value):
    """The commit that should serve, its name and rule, when it was fetched, and what leaves it in doubt."""

    commit: str
    ref: str
    why: str
    as_of: datetime | None = None
    doubts: tuple[Remark, ...] = ()


# ---------------------------------------------------------------- what was measured


class Change(Value):
    """An undeployed landing: a commit on the first-parent chain that touches the closure."""

    commit: str
    landed_at: datetime
    subject: str = ""
    author: str = ""
    paths: tuple[str, ...] = ()
    cancelled: bool = False
    commits: tuple[str, ...] = ()
    """The non-merge commits that it brought and that touch the closure."""
    pull_request: int | None = None
    undated: bool = False
    """Whether its date is yet to come: `landed_at` is then the latest that it can have been."""


class Era(Value):
    """From one landing on, and back to the next era, a closure was this one."""

    since: str
    """The newest commit of the chain for which it holds."""
    closure: Closure


class Question(Value):
    """What a repository is asked: this closure, served by this commit, against a tip."""

    closure: Closure
    """Where it is derived and differs between the two commits: what either of them holds."""
    deployed: str
    eras: tuple[Era, ...] = ()
    """Newest first, where the closure changed on the way: a landing counts by what it was then."""


class Facts(Value):
    """What history says about one closure between one deployed and one expected commit."""

    differs: bool
    """Whether the content differs. Nothing else decides in sync."""
    changes: int
    cancelled: int
    behind: int | None
    """Single non-merge commits; None where only landings were asked for."""
    ahead: tuple[str, ...] = ()
    """Commits that only production has and that touch the closure, newest first."""
    landed_elsewhere: tuple[str, ...] = ()
    """Those of production's own commits whose patch the expected branch has already."""
    oldest: Change | None = None
    listed: tuple[Change, ...] = ()
    """Undeployed landings, newest first; may be cut, the counts never are."""
    notes: tuple[str, ...] = ()


class Drift(Value):
    """The measured distance of one target, or the problem that kept it from being measured."""

    target: Target
    state: State
    expected: Expected | None = None
    served: tuple[Served, ...] = ()
    worst: Served | None = None
    facts: Facts | None = None
    age: float | None = None
    problem: Problem | None = None
    signals: tuple[Signal, ...] = ()
    flags: tuple[Flag, ...] = ()
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()
    origin: Origin | None = None
    """Which of the target's origins this distance belongs to: with several, the worst."""


class Verdict(Value):
    """A drift with its severity, and the reasons for it in the reader's words."""

    drift: Drift
    severity: Severity
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    quiet: bool
    """True where nothing is to be done: in sync, held, in its grace, or retired."""
    others: "tuple[Verdict, ...]" = ()
    """The verdicts on the target's other parts, where it has several: none of them is worse."""


class Report(Value):
    """One check of a fleet: every selected target has exactly one verdict, worst first."""

    checked_at: datetime
    verdicts: tuple[Verdict, ...]
    declared: int
    """How many targets the configuration has, selected or not."""
    notes: tuple[str, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    """What runs beside the targets and is in no map; only of a look at all of them."""
