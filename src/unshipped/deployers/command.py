"""Any program that deploys: the script that a team has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.core.texts.foreign import shown
from unshipped.deployers._programs import Program
from unshipped.deployers._programs import run as supervised
from unshipped.deployers._step import check_share, check_timeout
from unshipped.errors import DeployError
from unshipped.platforms.orders import fill, masked, variables
from unshipped.platforms.process import LIMIT, run
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Progress

_PLACES = ("{service}", "{environment}", "{commit}", "{share}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDeployer:
    """Runs a program, which ends with 0 once the commit serves. Its standard input is empty.

    It outlives the process that started it: whoever takes up the rollout finds it running, or finds how it
    ended. In its environment are `UNSHIPPED_SERVICE`, `UNSHIPPED_ENVIRONMENT`, `UNSHIPPED_COMMIT`,
    `UNSHIPPED_SHARE` (from 0 to 1), `UNSHIPPED_BEFORE` and `UNSHIPPED_ROLLOUT`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    relative: ClassVar[str] = "state"
    EXAMPLE: ClassVar[dict[str, Any]] = {"command": ["./bin/deploy-service.sh", "{service}"]}

    command: tuple[str, ...] = ()
    """The program and its arguments, one word an entry; no shell reads them. `{service}`, `{environment}` and
    `{commit}` are replaced, here and in all that follows; `{share}` too, as a number from 0 to 1."""

    shell: str = ""
    """In place of `command`: a text that `sh -c` reads. Nothing in it is replaced: use the variables."""

    share: tuple[str, ...] = ()
    """The program that gives the commit a share of the traffic; without it there are no shares. `command`
    then brings it with the share that it is told, which may be 0."""

    available: tuple[str, ...] = ()
    """A program that ends with 0 where the commit can still be brought, and with 1 where it can not; what it
    prints last says why. Without it, every commit can."""

    cwd: str = ""
    """Directory to run in; by default where the configuration lies."""

    timeout: float = 1800.0
    """Seconds until the program and everything that it started is ended."""

    grace: float = 10.0
    """Seconds between being asked to end (SIGTERM) and being ended (SIGKILL)."""

    state: str = ""
    """Folder where it is kept what runs, relative to the configuration file; empty:
    `~/.local/state/unshipped/commands`. Whoever is to take up a rollout has to find it there."""

    def __post_init__(self) -> None:
        if bool(self.command) == bool(self.shell):
            raise ValueError("give either `command`, a list of words, or `shell`, a text for sh -c")
        for words in (self.command, self.share, self.available):
            given: object = words
            if isinstance(given, str) or (words and not words[0]):
                raise ValueError(
                    "a command is a list of words, such as [./deploy.sh, '{service}']: no shell reads it"
                )
        if any(place in self.shell for place in _PLACES):
            raise ValueError("nothing is replaced in `shell`, where it could be code: use $UNSHIPPED_SERVICE")
        check_no_nul(*self.command, *self.share, *self.available, self.shell, self.cwd, self.state)
        check_timeout(self.timeout)
        if not 0 <= self.grace <= 600:
            raise ValueError("grace is a number of seconds, at most 600")

    @property
    def shares(self) -> bool:
        return bool(self.share)

    def bring(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self._run(self.command or ("sh", "-c", self.shell), order, progress)

    def shift(self, order: Order, progress: Progress) -> None:
        check_share(self, order)
        self._run(self.share, order, progress)

    def still_has(self, service: str, environment: str, commit: str) -> str:
        if not self.available:
            return ""
        order = Order("", 0, service, environment, commit)
        words = [_placed(word, order) for word in self.available]
        whose = f"command {shown(words[0])}"
        try:
            cwd, most = fill(self.cwd, order), min(self.timeout, 600)
            done = run(words, cwd=cwd, timeout=most, limit=LIMIT, variables=variables(order))
        except TimeoutError:
            raise DeployError(f"{whose} did not end in time") from None
        except OSError as error:
            raise DeployError(f"{whose} cannot be started: {error.strerror}") from None
        said = masked((done.output + done.errors).decode("utf-8", "replace")).strip().splitlines()
        if done.code == 1:
            return shown(said[-1].strip()) if said else f"{whose} says so"
        if done.code:
            raise DeployError(f"{whose} exited with {done.code}, which is neither yes (0) nor no (1)")
        return ""

    def _run(self, words: tuple[str, ...], order: Order, progress: Progress) -> None:
        program = Program(
            words=[word if self.shell else _placed(word, order) for word in words],
            key=order.key,
            timeout=self.timeout,
            grace=self.grace,
            cwd=fill(self.cwd, order),
            variables=variables(order),
            state=fill(self.state, order),
        )
        supervised(program, progress).check(f"command {shown(program.words[0])}", self.timeout)


def _placed(word: str, order: Order) -> str:
    return fill(word, order).replace("{share}", f"{order.share:g}")
