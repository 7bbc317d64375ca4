"""Where the log lies and how long it is kept, as a file says it."""

from __future__ import annotations

import pytest

from tests.config.doubles import config, problems
from unshipped.config.values import Keeping
from unshipped.core.logged.retention import Retention

ONE = "services:\n  api: {paths: [api], deployed: abcdef0}\n"
DAY = 86400


def test_without_a_word_about_it_the_log_is_a_file_beside_the_configuration() -> None:
    assert config(ONE).store == Keeping(".unshipped/log.db", "", Retention())


def test_what_is_said_is_taken() -> None:
    found = config(ONE + "store: {path: logs/watch.db, keep: {observations: 2w, people: 1d}}\n").store
    assert found.path == "logs/watch.db"
    assert found.retention == Retention(observations=14 * DAY, people=DAY)


def test_the_address_of_a_database_may_be_a_secret() -> None:
    assert config(ONE + "store: {url: {env: LOG_URL}}\n").store.url == {"env": "LOG_URL"}
    assert config(ONE + "store: {url: postgresql://db/log}\n").store.url == "postgresql://db/log"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("{path: a.db, url: postgresql://db/log}", "the log has a `path` or a `url`, not both"),
        ("{url: {env: A, file: b}}", "exactly one of"),
        ("{path: ''}", "text"),
        ("{keep: {observations: 1h}}", "kept for at least `1d`"),
        ("{keep: {notices: 7d}}", "kept for at least `8d`"),
        ("{keep: {observation: 9d}}", "unknown setting `observation`, did you mean `observations`?"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(setting: str, message: str) -> None:
    assert message in problems(f"{ONE}store: {setting}\n")
