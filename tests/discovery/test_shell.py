"""What a shell text runs is read from it, and what cannot be known is said to be unknown."""

from __future__ import annotations

import random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import some
from unshipped.discovery.shell import START, TOP, Setting, commands, is_known, run, shown

FILES = {
    f"{TOP}/lib.sh": "NAME=from-lib\nup() { deploy lib-$1; }",
    f"{START}/bin/one.sh": 'deploy "one-$1" "$#"',
}


def read(text: str, **setting: object) -> list[str]:
    given = Setting(name=f"{TOP}/bin/x.sh", top=TOP, sourced=FILES.get, scripts=FILES.get, **setting)  # type: ignore[arg-type]
    found = commands(text, given)
    return list(dict.fromkeys(" ".join(map(shown, one.words)) for one in found))


CASES = {
    "the value at that point": ("N=a\ndeploy $N\nN=b\ndeploy $N", ["deploy a", "deploy b"]),
    "not known": ("deploy $N api-$ENV", ["deploy $N api-$ENV"]),
    "several in one word": ("N=a\ndeploy -f $D/$N/f.$E.x --to=$N/$1/$N-x >$D/$N/log", ["deploy -f $D/a/f.$E.x --to=a/$1/a-x"]),
    "either branch": ("if x; then N=a; else N=b; fi\ndeploy $N", ["x", "deploy a", "deploy b"]),
    "a branch that is known": ("N=a\nif [ $N = b ]; then deploy b; fi", []),
    "each of a list": ("for s in api web; do deploy $s; done", ["deploy api", "deploy web"]),
    "each of an array": ('A=(api "w b")\nA+=(c)\nfor s in "${A[@]}"; do deploy "$s"; done', ["deploy api", "deploy w b", "deploy c"]),
    "the keys of an array": ('declare -A M=([a]=x [b]=y)\nfor k in "${!M[@]}"; do deploy $k ${M[$k]}; done', ["deploy a x", "deploy b y"]),
    "what a loop may have gathered": ('A=()\nfor s in api web; do if x $s; then A+=($s); fi; done\nfor s in "${A[@]}"; do deploy $s; done',
                                      ["x api", "x web", "deploy api", "deploy web"]),
    "words of an array": ('A=(--source x)\ndeploy api "${A[@]}"', ["deploy api --source x"]),
    "a function": ('up() { local n=$1; deploy "$n-svc"; }\nup api; up web', ["deploy api-svc", "deploy web-svc"]),
    "a function that nothing calls": ('up() { deploy "$1"; }', ["deploy $1"]),
    "a function that prints": ('name() { echo "svc-$1"; }\ndeploy "$(name api)"', ["deploy svc-api"]),
    "the arm of a known value": ("case api in api) D=a;; *) D=b;; esac\ndeploy $D", ["deploy a"]),
    "the values that a case names": ('S=$1\ncase "$S" in api|web) D=$S/dir;; job) D=j;; *) exit 1;; esac\ndeploy "$S" $D',
                                     ["deploy api api/dir", "deploy web web/dir", "deploy job j"]),
    "a function that knows what it is asked": (
        'cfg() { case "$1" in api) D=a;; web) D=w;; *) return 1;; esac; }\nif ! cfg "$1"; then exit 1; fi\ndeploy "$1" $D',
        ["deploy api a", "deploy web w"]),
    "a test of nothing": ("A=\n[ $A != x ] || deploy a; [ -n $A ] && deploy b", ["deploy a", "deploy b"]),
    "what follows an end": ("deploy a; exit 0; deploy b", ["deploy a"]),
    "defaults": ("deploy ${N:-api} ${M:+x}z ${A:-a b}", ["deploy api xz a b", "deploy api z a b"]),
    "parts of a value": ("F=a/b/web.v1.sh\ndeploy ${F##*/} ${F%%.*} ${F%.sh} ${F/web/api} ${F#a/}",
                         ["deploy web.v1.sh a/b/web a/b/web.v1 a/b/api.v1.sh b/web.v1.sh"]),
    "what is printed is no command": ("echo deploy a\nprintf 'deploy b'\ncat <<E\ndeploy c\nE\n# deploy d", ["cat"]),
    "what runs another": ("sudo -u me deploy a; env X=1 deploy b; time deploy c; exec deploy d", ["deploy a", "deploy b", "deploy c", "deploy d"]),
    "evaluated": ('C="deploy api --to $X"\neval "$C"', ["deploy api --to $X"]),
    "a shell in a shell": ("export A=api\nB=no\nbash -ec 'deploy $A $B $1' x y", ["deploy api $B y"]),
    "a trap": ("trap 'deploy x' EXIT", ["deploy x"]),
    "one for each line": ("ls | xargs -I{} deploy {} here", ["ls", "deploy … here"]),
    "what is sourced": ('. "$(dirname "$0")/../lib.sh"\ndeploy $NAME\nup x', [". the repository/bin/../lib.sh", "deploy from-lib", "deploy lib-x"]),
    "a script that is run": ("for s in a b; do ./bin/one.sh $s; done", ["./bin/one.sh a", "deploy one-a 1", "./bin/one.sh b", "deploy one-b 1"]),
    "a loop without end": ("while true; do deploy $N; N=b$N; done", ["deploy $N"]),
    "arguments that are gone through": ("S=api\nwhile [ $# -gt 0 ]; do case $1 in --s) S=$2; shift;; esac; shift; done\ndeploy $S",
                                        ["deploy api", "deploy $S"]),
    "in the background": ("N=a; N=b & deploy $N", ["deploy a"]),
    "in a subshell": ("N=a; (N=b; deploy $N); deploy $N", ["deploy b", "deploy a"]),
    "on the line of a heredoc": ("cat <<E | deploy in\nx\nE", ["cat", "deploy in"]),
    "braces": ("deploy a{b,c} {1..3} '{x,y}'", ["deploy ab ac 1 2 3 {x,y}"]),
    "an arithmetic value": ("((N++)); deploy $N $((1+1))", ["deploy $N $((1+1))"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_commands_are_read(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_what_does_not_parse_is_a_command_of_which_nothing_is_known() -> None:
    found = commands("deploy a\nif x; then", Setting())
    assert any(not is_known(one.words[0]) for one in found)


PLACES = {
    "where it is started": ("deploy", START),
    "a directory": ("cd api && deploy", f"{START}/api"),
    "the top": ('cd "$(git rev-parse --show-toplevel)"; deploy', TOP),
    "beside the script": ('D="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\ncd "$D/api"; deploy', f"{TOP}/api"),
    "back again": ("pushd api; popd; deploy", START),
    "only in a subshell": ("(cd api); deploy", START),
    "absolute": ("cd /srv/x/..; deploy", "/srv"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_it_is_known_where_a_command_runs(text: str, expected: str) -> None:
    [found] = [
        one for one in commands(text, Setting(name=f"{TOP}/bin/x.sh", top=TOP)) if one.words == ("deploy",)
    ]
    assert found.directory == expected


def test_lines_are_those_of_the_text() -> None:
    found = commands("\ndeploy \\\n  a\nif x\nthen\n  deploy b\nfi", Setting(line=10))
    assert [(one.words[-1], one.line) for one in found] == [("a", 11), ("x", 13), ("b", 15)]


def test_what_may_differ_decides_nothing() -> None:
    given = Setting(variables={"M": "a"}, arguments=("x",), may_differ=True)
    found = commands("if [ $M = a ]; then deploy $M; else build $1; fi", given)
    assert [one.words for one in found] == [("deploy", "a"), ("build", "x")]


def test_the_words_of_a_command_are_read_too() -> None:
    found = run(["sh", "-c", "cd x && exec y $0 $1", "a", "b"], Setting())
    assert [(one.words, one.directory) for one in found] == [(("y", "a", "b"), f"{START}/x")]


def _random(count: int, alphabet: str) -> str:
    chance = random.Random(7)
    return "".join(chance.choice(alphabet) for _ in range(count))


HOSTILE = {
    "parentheses": "(" * 100_000, "substitutions": "$(" * 100_000, "quotes": '"$(' * 50_000, "an open quote": "a 'b" * 9,
    "a long line": "a b c " * 1_800_000, "many commands": "deploy $X a b\n" * 20_000, "chains": "a && " * 40_000 + "b", "pipes": "a|" * 32_000, "pipes that are read": "a|" * 8_000,
    "a fork bomb": ":(){ :|:& };:", "two fork bombs": "f() { g; g; }; g() { f | f; f; }; f", "arrays": "a=(" * 50_000,
    "signs": "<" * 150_000, "heredocs": "cat <<A <<B <<C;" * 5_000, "cases": "case a in x) ;;" * 10_000, "ifs": "if x; then " * 20_000,
    "branches": "if x; then A=$A; else B=$A; fi\n" * 5_000, "doubling": "a=x\n" + "a=$a$a\n" * 200 + "deploy $a",
    "expansions": "for a in {1..150}; do for b in {1..150}; do for c in {1..150}; do deploy $a $b $c; done; done; done",
    "braces": "deploy " + "{a,b}" * 60, "nothing but binary": _random(50_000, "".join(map(chr, range(256)))),
    "signs at random": _random(100_000, "(){}[]$`\"'<>|&;\n a=#\\"), "evals": "a='eval $a'; eval $a", "a text that sources itself": ". ./self.sh",
    "patterns": "a=" + "x" * 390 + "\n" + "deploy ${a%%*x*x*x*x*y}\n" * 50, "functions": "f() { f; f; f; }\n" * 300 + "f",
    "a loop of loops": "while a; do " * 200 + "b; " + "done; " * 200, "marks": "deploy \1$X\2{\3,\4\5}", "surrogates": "deploy '\udce9'",
    "numbers": "f() { shift N; deploy {1..N} ${N} $N ${@:N} ${1:N}; return N; }\nset a b; f a b; shift N || exit N".replace("N", "9" * 5_000),
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_that_means_harm_comes_to_an_end(text: str) -> None:
    began = process_time()
    commands(
        text,
        Setting(
            sourced=lambda path: ". ./self.sh; ./self.sh x", scripts=lambda path: "./self.sh y; ./self.sh z"
        ),
    )
    assert process_time() - began < 20


def test_the_next_text_is_read_after_one_that_took_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unshipped.discovery.shell.grammar._SECONDS", -1.0)
    assert read("a; " * 1000) == ["a text that cannot be parsed"]
    monkeypatch.undo()
    assert read("deploy api") == ["deploy api"]


@settings(max_examples=some(300), deadline=None)
@given(st.text(alphabet="abX=$(){}[]\"'`<>|&;\n !#*?\\/@:-+%", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for one in commands(text, Setting()):
        assert all("\0" not in shown(word) for word in one.words)
