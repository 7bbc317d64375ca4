"""Any program that looks at what serves: the smoke test that a team has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from unshipped.checks._probing import (
    MOST_ATTEMPTS,
    Probing,
    check_timeout,
    could_not,
    failed,
    passed,
)
from unshipped.core.texts.foreign import shown
from unshipped.platforms.orders import fill, masked, variables
from unshipped.platforms.process import run
from unshipped.platforms.settings import check_no_nul
from unshipped.ports.deploying import Order, Probed, Progress

_LIMIT = 1024 * 1024
_NOT_STARTED = frozenset({126, 127})
"""With these a shell says that there is no such program, or that it may not run: nothing was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCheck:
    """Runs a program, without a shell: 0 is passed, and anything else failed. Its standard input is empty.

    In its environment are `UNSHIPPED_SERVICE`, `UNSHIPPED_ENVIRONMENT`, `UNSHIPPED_COMMIT`,
    `UNSHIPPED_SHARE`, `UNSHIPPED_BEFORE` and `UNSHIPPED_ROLLOUT`. One that cannot be started, that does not
    end in time or that a signal ended could not run; nor could a script whose shell says so with 126 or 127.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {"command": ["./bin/smoke-test.sh", "{service}"]}

    command: tuple[str, ...]
    """The program and its arguments, one word an entry. `{service}`, `{environment}` and `{commit}` are
    replaced."""

    could_not: tuple[int, ...] = (75,)
    """Exit codes that mean that it could not look; 75 is what sysexits.h calls a temporary failure."""

    attempts: int = 1
    """How often it is run before what it says counts."""

    pause: float = 2.0
    """Seconds between two attempts."""

    timeout: float = 120.0
    """Seconds for everything together; the program and all that it started is killed then."""

    cwd: str = ""
    """Directory to run in; by default where the configuration lies. Placeholders are replaced."""

    def __post_init__(self) -> None:
        words: object = self.command
        if isinstance(words, str) or not self.command or not self.command[0]:
            raise ValueError(
                "command is a list of words, such as [./smoke.sh, '{service}']: there is no shell"
            )
        if 0 in self.could_not:
            raise ValueError("could_not holds 0, which means that it passed")
        if not 1 <= self.attempts <= MOST_ATTEMPTS or not 0 <= self.pause <= 600:
            raise ValueError(f"attempts is a number from 1 to {MOST_ATTEMPTS}, pause one from 0 to 600")
        check_no_nul(*self.command, self.cwd)
        check_timeout(self.timeout)

    def probe(self, order: Order, progress: Progress) -> Probed:
        probing = Probing(self.timeout, progress)
        return probing.until_passed(
            lambda: self._run(order, probing, progress), attempts=self.attempts, pause=self.pause
        )

    def _run(self, order: Order, probing: Probing, progress: Progress) -> Probed:
        words = [fill(word, order) for word in self.command]
        whose = f"command {shown(words[0])}"
        try:
            done = run(
                words,
                cwd=fill(self.cwd, order),
                timeout=probing.left,
                limit=_LIMIT,
                variables=variables(order),
                stop=progress.cancelled,
            )
        except InterruptedError:
            return could_not(f"{whose} was cancelled")
        except TimeoutError:
            return could_not(f"{whose} did not end within {self.timeout:g} s and was killed")
        except OSError as error:
            return could_not(f"{whose} cannot be started: {error.strerror}")
        lines = [
            line.strip()
            for line in masked((done.output + done.errors).decode("utf-8", "replace")).splitlines()
            if line.strip()
        ]
        for line in lines[-20:]:
            progress.say(shown(line, 1000))
        said = f": {shown(lines[-1])}" if lines else ""
        if done.code is None:
            return could_not(f"{whose} printed more than {_LIMIT // 2**20} MiB and was killed")
        if done.code < 0:
            return could_not(f"{whose} was ended by signal {-done.code}{said}")
        if done.code == 0:
            return passed(f"{whose} exited with 0{said}")
        unseen = done.code in _NOT_STARTED or done.code in self.could_not
        return (could_not if unseen else failed)(f"{whose} exited with {done.code}{said}")
