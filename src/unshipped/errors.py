"""Every error that a person can meet.

UnshippedError
├── UsageError        the command or the configuration is wrong        exit 2
│   ├── ConfigError   problems of unshipped.yaml, all of them at once
│   └── LapsedError   what was declared is wrong now, and whoever asks can do nothing about it
├── UntoldError       what it hangs on could not be looked at                 exit 3
├── GitError          git refused, failed, or ran out of time
│   ├── FetchError    a remote could not be asked: nothing of it is determined     exit 3
│   └── MissingObjectsError  this partial clone lacks what was asked for
├── EventError        what somebody sent is no event that can be read
├── SourceError       a source could not say what serves; becomes a Signal with a problem
├── StoreError        the log cannot be read or written
│   └── AdriftError   it went away under a rollout: nobody knows how far that came  exit 3
├── NotifyError       a receiver was not reached; becomes a Delivery that failed
└── DeployError       a step of a rollout was not carried out; becomes a Result
"""

from __future__ import annotations

from unshipped.core.exits import UNKNOWN, USAGE
from unshipped.core.model import Code, Problem
from unshipped.core.roster import Roster
from unshipped.core.value import Value


class UnshippedError(Exception):
    """Something a person can mend. `hint` says how."""

    exit_code = USAGE
    """Of a command that it ends."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def in_one_line(self) -> str:
        """What is wrong and how to mend it, for a record that holds one line."""
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(UnshippedError):
    """The command line or the configuration is wrong."""


class ConfigProblem(Value):
    """One thing that is wrong in a configuration file, and where. Lines and columns start at 1."""

    path: str
    line: int
    column: int
    where: str
    """The setting, as a dotted path: `services.api.paths`."""
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class ConfigError(UsageError):
    """Every problem of one configuration, in the order of the file."""

    def __init__(self, problems: list[ConfigProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UntoldError(UnshippedError):
    """What was asked cannot be told: what it hangs on could not be looked at."""

    exit_code = UNKNOWN


class GitError(UnshippedError):
    """git said no. The message holds the command and what git printed."""

    code = Code.REPOSITORY_ERROR
    """Why whatever stands on the answer is unknown."""

    def problem(self) -> Problem:
        """The same as something that was seen."""
        return Problem(self.code, self.message, self.hint)


class MissingObjectsError(GitError):
    """This partial clone does not have what was asked for, and nothing is fetched one by one."""

    code = Code.MISSING_OBJECTS


class GitTimeoutError(GitError):
    """git did not finish in time."""


class FetchError(GitError):
    """A repository could not be brought up to date: what it would say now is not known."""

    exit_code = UNKNOWN


class EventError(UnshippedError):
    """What somebody sent is no event that can be read. `status` is what HTTP calls that."""

    def __init__(self, message: str, hint: str = "", *, status: int = 400) -> None:
        super().__init__(message, hint)
        self.status = status


class SourceError(UnshippedError):
    """A source could not say what serves, with the reason code that the verdict will carry."""

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.problem = Problem(code, message, hint)
        self.status = 0
        """What somebody refused with who was asked over HTTP."""
        self.roster: Roster | None = None
        """What runs in the same place, where the source could tell that all the same."""


class LapsedError(UsageError):
    """What was understood once cannot be understood any more, under a process that goes on."""


class StoreError(UnshippedError):
    """The log cannot be read or written: nothing of what was asked has happened."""


class AdriftError(StoreError):
    """The log went away, and stays so, while something that was asked for is carried out."""

    exit_code = UNKNOWN


class NotifyError(UnshippedError):
    """A receiver was not reached, or refused. No message holds a secret."""

    def __init__(
        self, message: str, hint: str = "", *, final: bool = False, again_after: float | None = None
    ) -> None:
        super().__init__(message, hint)
        self.final = final
        """Whether it is of no use to try again: it was refused, and will be."""
        self.again_after = again_after
        """How many seconds the receiver wants to be left alone, where it says so."""


class DeployError(UnshippedError):
    """A step of a rollout was not carried out. No message holds a secret."""

    def __init__(self, message: str, hint: str = "", *, certain: bool = True, early: bool = False) -> None:
        super().__init__(message, hint)
        self.certain = certain
        """Whether it is certain that the revision was refused; otherwise nobody knows what serves now."""
        self.early = early
        """Whether nothing was asked for yet, or the first thing that was asked for was refused: of what an
        earlier attempt began that says nothing.
        """
