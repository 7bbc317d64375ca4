"""What is not to be seen in any output."""

from __future__ import annotations

import pytest

from unshipped.core.texts.masking import MASK, known, masked, secrets_of


@pytest.mark.parametrize(
    "text",
    [
        "https://ana:hunter2@example.com/x",
        "token ghp_abcdefghijklmnopqrstuvwx0123456789",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "github_pat_11ABCDEFG0abcdefghij_0123456789",
        "glptt-0123456789abcdefghij",
        "xapp-1-A012-345-abcdef0123456789",
        "https://hooks.slack.com/services/T00/B00/hunter2hunter2",
        "hvs.CAESIJ0123456789abcdefghij",
        "sk-ant-api03-0123456789abcdefghij",
        "https://ana:correct@horse:hunter2@example.com/x",
        "Authorization: Bearer abc.def-ghi",
        "xoxb-1234567890-abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc_def",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str):
    assert MASK in masked(text, ())
    assert "hunter2" not in masked(text, ())


def test_an_address_keeps_its_host():
    for password in ("hunter2", "hunt:er2", "h@nt:er2"):
        told = masked(f"pull https://ana:{password}@example.com/x", ())
        assert told == f"pull https://{MASK}@example.com/x"


def test_values_of_variables_that_are_named_like_secrets_are_masked():
    secrets = secrets_of(
        {"DB_PASSWORD": "correct horse", "HOME": "/home/ana", "API_KEY": "k" * 8, "TOKEN": "x"}
    )
    assert masked("correct horse /home/ana kkkkkkkk x", secrets) == f"{MASK} /home/ana {MASK} x"


def test_each_line_of_a_key_is_a_secret_and_the_longest_goes_first():
    assert known(["-----BEGIN\nabcdef\nabcdefgh\n"]) == ("-----BEGIN", "abcdefgh", "abcdef")
    assert masked("abcdefgh", known(["abcdef\nabcdefgh"])) == MASK


def test_ordinary_words_stay_as_they_are():
    text = "deployed api at 1:2 from git@example.com:shop.git in 12:30 by global-load-balancer-settings"
    assert masked(text, ()) == text
