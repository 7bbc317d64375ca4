from __future__ import annotations

import pytest

from tests.support.reading import read
from unshipped.core.model import Revision
from unshipped.sources.plain.ref import RefSource


@pytest.mark.parametrize("ref", ["deployed/{service}", "refs/tags/{service}-live", "v1"])
@pytest.mark.parametrize(
    "remote", ["", "origin", "git@example.com:a/b.git", "ssh://git@example.com/a", "/srv/a.git"]
)
def test_it_says_the_name_and_leaves_the_resolving_to_others(ref: str, remote: str):
    expected = Revision(text="", ref=ref.replace("{service}", "api"), remote=remote)
    assert read(RefSource(ref=ref, remote=remote)) == (expected,)


@pytest.mark.parametrize(
    "remote", ["--upload-pack=touch x", "-x", "ext::sh -c id", "ext::id", "a b", "a\nb", "https://x\x1b[1m"]
)
def test_a_remote_that_could_run_something_is_refused(remote: str):
    with pytest.raises(ValueError, match="remote"):
        RefSource(ref="main", remote=remote)


@pytest.mark.parametrize(
    "remote",
    ["https://hunter2@example.com/a", "https://ana:hunter2@example.com/a", "ssh://ana:hunter2@example.com/a"],
)
def test_a_password_in_a_remote_is_refused_without_repeating_it(remote: str):
    with pytest.raises(ValueError, match="credential helper") as caught:
        RefSource(ref="main", remote=remote)
    assert "hunter2" not in str(caught.value)
