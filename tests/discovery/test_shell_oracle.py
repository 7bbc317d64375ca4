"""Every command that bash runs is among those that are read, whatever the script does with its variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.discovery.shells import is_among, ran, stubs
from tests.support.examples import some
from unshipped.discovery.shell import Setting, commands

NAMES = ["A", "B", "C"]
WORDS = ["api", "web-1", "a/b/c.sh", "x y", "", "shared", "--flag", "3", "A=b"]
name = st.sampled_from(NAMES)
literal = st.sampled_from([one for one in WORDS if " " not in one and one])
quoted = st.sampled_from(
    [f"'{one}'" for one in WORDS]
    + [f'"{one}"' for one in WORDS]
    + ["a\\ b", "$'t\\n'", "p{1,2}", "{a,b}{c,d}"]
)
reference = st.one_of(
    name.map("${}".format), name.map('"${}"'.format), name.map('"x-${}-y"'.format), st.sampled_from(["$1", '"$2"', '"$@"', "$#"]),
    st.builds('"${{{}{}}}"'.format, name, st.sampled_from(
        [":-dflt", "-d", ":+set", "%.*", "%%-*", "#*/", "##*/", "/a/o", "//a/o", "^^", ":1:2", ":-$B", ":=new", ":2"])),
    st.builds("${{{}:-{}}}".format, name, st.sampled_from(["d", "two words", "$C"])),
    st.builds('"$({} "${}")"'.format, st.sampled_from(["dirname", "basename", "echo", "check", "printf %s"]), name),
    st.sampled_from(['"${L[@]}"', '"${L[1]}"', '"${#L[@]}"', '"${M[k]}"', '"${!M[@]}"', "$(cd sub && pwd)", '"$PWD"', "`echo q`",
                     '"${L[*]}"', '"${@:2}"', "$((1+1))"]),
)  # fmt: skip
glued = st.builds(
    "{}/${}/{}".format, st.one_of(literal, name.map("${}".format)), st.one_of(name, st.just("1")), literal
)
word = st.one_of(literal, quoted, reference, glued, st.builds("{}{}".format, literal, reference))
words = st.lists(word, max_size=3).map(" ".join)
program = st.sampled_from(["deploy", "build", "check"])
test = st.one_of(
    st.builds("[ {} {} {} ]".format, reference.filter(lambda one: one.startswith('"')), st.sampled_from(["=", "!="]), st.sampled_from(["api", '"x y"'])),
    st.builds("[[ {} == {} ]]".format, reference, st.sampled_from(["api", "a*", '"a*"', "*"])),
    st.builds("[ {} {} ]".format, st.sampled_from(["-n", "-z"]), name.map('"${}"'.format)),
    st.sampled_from(["true", "false", "check x", "! check", "deploy y", "test -f none"]),
)  # fmt: skip
simple = st.one_of(
    st.builds("{} {}".format, program, words),
    st.builds("{}={}".format, name, word),
    st.builds("{}+={}".format, name, word),
    st.builds("export {}={}".format, name, word.filter(lambda one: "{a" not in one and "p{" not in one)),
    st.builds("L=({})".format, words),
    st.builds("L+=({})".format, words),
    st.builds("declare -A M=([k]={} [j]=v)".format, word),
    st.builds("set -- {}".format, words),
    st.sampled_from(["shift", "unset A", "cd sub", "cd ..", "pushd sub >/dev/null", 'cd "$(dirname a/b)"',  'eval "deploy $A"',
                     "cat <<E\nbuild no\nE", "# build no", "echo build no", 'read -r B <<< "q r"', "M[k]=new", "((C++))", 'f() { deploy f2 "$1"; }',
                     "bash -c 'build \"$1\" \"$A\"' x y", "return", "command build c", "env E=1 build e", "build > out 2>&1", "echo a b | xargs build"]),
    st.builds('X={} build "$X"'.format, word),
)  # fmt: skip


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, min_size=1, max_size=3).map("\n".join)
    return st.one_of(
        st.builds("if {}; then\n{}\nfi".format, test, block),
        st.builds("if {}; then\n{}\nelif {}; then\n{}\nelse\n{}\nfi".format, test, block, test, block, block),
        st.builds("for {} in {}; do\n{}\ndone".format, name, words, block),
        st.builds("for A; do\n{}\ndone".format, block),
        st.builds("for ((i=0;i<2;i++)); do\n{}\ndone".format, block),
        st.builds('case {} in\napi) {}\n;;\n"x y"|w*) {}\n;;\n*) {}\n;;\nesac'.format, word, block, block, block),
        st.builds("case {} in\n$B) {}\n;;\n3) {}\n;;\nesac".format, word, block, block),
        st.builds("while read -r A; do\n{}\ndone < lines".format, block),
        st.builds("n=0\nwhile [ $n -lt 2 ]; do\nn=$((n+1))\n{}\ndone".format, block),
        st.builds('while [ $# -gt 0 ]; do\ncase "$1" in api) {}\n;; esac\nshift\ndone'.format, block),
        st.builds("(\n{}\n)".format, block),
        st.builds("{{\n{}\n}}".format, block),
        st.builds("{} && {} || {}".format, test, simple, simple),
        st.builds("{} || {{ {}\n}}".format, test, block),
        st.builds("check | {{\n{}\n}}".format, block),
        st.builds("for B in 1 2; do\n{}\n{} && break\n{} && continue\n{}\ndone".format, inner, test, test, inner),
    )  # fmt: skip


bodies = st.lists(st.recursive(simple, _compound, max_leaves=2), min_size=1, max_size=2).map("\n".join)
# A function calls none but those above it: no script may go on forever, in ever more processes.
functions = st.builds(
    'f() {{\nlocal A=loc\n{}\necho "$1"\n}}\ng() {{\n{}\nf {}\nreturn 1\n}}\n'.format, bodies, bodies, words
)
calls = st.one_of(
    simple, st.builds("f {}".format, words), st.builds("g {}".format, words),
    st.builds('{}="$(f {})"'.format, name, words), st.builds("g {} || f {}".format, words, words),
)  # fmt: skip
statement = st.recursive(calls, _compound, max_leaves=3)
scripts = st.builds("{}{}".format, functions, st.lists(statement, min_size=1, max_size=3).map("\n".join))


def _agrees(script: str, top: Path, programs: Path) -> None:
    setting = Setting(name="script.sh", directory=str(top), arguments=(), variables={})
    read = commands(script, setting)
    for one in ran(script, top, programs):
        assert is_among(one, read), (one, [command[:3] for command in read], script)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("shell")
    top = base / "top"
    (top / "sub" / "sub" / "sub").mkdir(parents=True)
    (top / "a").mkdir()
    (top / "lines").write_text("one\ntwo words\n")
    return top, stubs(base / "bin")


@settings(
    max_examples=some(100),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(script=scripts)
def test_what_bash_runs_is_read(script: str, places: tuple[Path, Path]) -> None:
    _agrees(script, *places)
