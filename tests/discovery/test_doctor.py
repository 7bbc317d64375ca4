"""A map held against its tree, and the edits that mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.discovery.trees import Link, tree
from unshipped.config import load
from unshipped.discovery import doctor
from unshipped.discovery.doctor import CODES, Finding, examine
from unshipped.discovery.edit import Edit, edited
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses
from unshipped.wiring import source_kinds

ROOT = Path(__file__).parents[2]
FILES: dict[str, str | bytes | Link] = {
    "api/Dockerfile": "FROM x\nCOPY api /api\nCOPY ml /ml\nCOPY gone /gone\nCMD python /api/main.py\n",
    "api/main.py": "",
    "ml/model.py": "",
    "docs/a.md": "",
    "api/l": Link("nowhere"),
}


def found(services: str, files: dict[str, str | bytes | Link] | None = None) -> list[Finding]:
    config = load(f"services:\n{services}\n", "unshipped.yaml", source_kinds())
    snapshot = tree(FILES if files is None else files)
    return examine(snapshot, config.targets, "main", config.uncovered, Analyses(LANGUAGES))


def codes(services: str) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in found(services) if one.code != "uncovered"]


def test_a_map_that_is_too_narrow_too_wide_and_dead_is_told_so() -> None:
    assert codes("  api: {paths: [api, docs, api/mian.py], deployed: abcdef0}") == [
        ("dead-pattern", "error"),
        ("missing-copy", "warning"),
        ("too-narrow", "error"),
        ("too-wide", "warning"),
        ("broken-link", "warning"),
    ]


PROGRAMS: dict[str, str | bytes | Link] = {
    **{f"{one}/{one}.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><ProjectReference Include="..\\Core\\Core.csproj" /></ItemGroup></Project>' for one in ("Api", "Worker")},
    "Core/Core.csproj": "<Project />", "Core/money.cs": "", "Core/tax/vat.cs": "", "Api/a.cs": "", "Worker/a.cs": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("services", "told"),
    [
        ("  Api: {paths: [Api], deployed: abcdef0}\n  Worker: {paths: [Worker, Core], deployed: abcdef0}", ["Api"]),
        ("  x: {paths: [Api], deployed: abcdef0}\n  y: {paths: [Worker, Core], deployed: abcdef0}", ["x"]),
        ("  Api: {paths: [Api, Core/tax], deployed: abcdef0}\n  Worker: {build: {source: Worker}, deployed: abcdef0}", ["Worker"]),
        ("  Api: {paths: [Api], ignore: [Core], deployed: abcdef0}\n  Worker: {paths: ['.'], deployed: abcdef0}", []),
    ],
    ids=["by their names", "by their directories", "of one a part", "not meant"],
)  # fmt: skip
def test_what_a_manifest_has_come_to_need_since_the_map_was_drawn_is_told(
    services: str, told: list[str]
) -> None:
    lacking = [one for one in found(services, PROGRAMS) if one.code == "too-narrow"]
    assert [(one.service, one.edit and one.edit.add) for one in lacking] == [(one, "Core") for one in told]


def test_so_is_what_a_build_is_given() -> None:
    files: dict[str, str | bytes | Link] = {
        "compose.yaml": "services: {base: {build: base}, api: {build: {context: api, additional_contexts: {parent: 'service:base'}}}}",
        "base/Dockerfile": "FROM x\nCOPY a.py /a\n", "base/a.py": "",
        "api/Dockerfile": "FROM parent\nCOPY b.py /a\nCMD /a/b.py\n", "api/b.py": "",
    }  # fmt: skip
    api = "  api: {build: {dockerfile: api/Dockerfile, context: api}, deployed: abcdef0}"
    [one] = [one for one in found(api, files) if one.code == "too-narrow"]
    assert one.message == "it needs 'base/a.py', and the map lacks that"


def test_a_file_of_a_directory_that_the_map_lacks_is_not_told_beside_it() -> None:
    files = {**FILES, "api/Dockerfile": "FROM x\nCOPY ml/model.py /\nCOPY api /api\nCOPY ml /ml\n"}
    narrow = [one for one in found("  api: {paths: [api], deployed: abcdef0}", files) if one.edit]
    assert [(one.code, one.edit.add) for one in narrow if one.edit][:1] == [("too-narrow", "ml")]
    assert sum(one.code == "too-narrow" for one in narrow) == 1


@pytest.mark.parametrize(
    ("ignore", "told"),
    [
        ("ml", "'ml' would count, and `ignore` takes all source of it out"),
        ("**/*.py", "'api' and 1 more path would count, and `ignore` takes all source of it out"),
        ("ml/tests", ""),
        ("**/*.md", ""),
    ],
)
@pytest.mark.parametrize("service", ["build: api/Dockerfile", "paths: [api, ml]"])
def test_code_that_is_ignored_is_told(service: str, ignore: str, told: str) -> None:
    files = {**FILES, "ml/tests/a.py": "", "api/Dockerfile": "FROM x\nCOPY api /api\nCOPY ml /ml\n"}
    said = found(f"  api: {{{service}, ignore: ['{ignore}'], deployed: abcdef0}}", files)
    assert [one.message for one in said if one.code == "too-narrow"] == ([told] if told else [])


@pytest.mark.parametrize(("file", "told"), [("lib/src/test/java/B.java", 0), ("lib/src/main/java/B.java", 1)])
def test_a_module_that_has_nothing_but_tests_lacks_nothing_where_these_are_ignored(
    file: str, told: int
) -> None:
    ignore = "'**/src/test/**', lib/src/main"
    said = found(
        f"  api: {{paths: [api, lib], ignore: [{ignore}], deployed: abcdef0}}",
        {**FILES, "lib/build.gradle": "", file: ""},
    )
    assert sum(one.code == "too-narrow" and "source" in one.message for one in said) == told


def test_what_an_image_is_made_from_is_told_where_the_map_lacks_it() -> None:
    files = {
        **FILES,
        "api/Dockerfile": "FROM r/base\nCOPY api /api\nCMD a\n",
        "ml/Dockerfile": "FROM x\nCOPY ml /ml\n",
        "build.sh": "docker build -t r/base -f ml/Dockerfile .\ndocker build -t r/api -f api/Dockerfile .\n",
    }
    said = found("  api: {build: api/Dockerfile, deployed: abcdef0}", files)
    assert [one.edit.add for one in said if one.code == "too-narrow" and one.edit] == ["ml"]
    said = found("  api: {build: api/Dockerfile, paths: [ml], deployed: abcdef0}", files)
    assert not [one for one in said if one.code == "too-narrow"]


def test_a_dockerfile_that_a_map_names_is_compared_with_it() -> None:
    files = {
        **FILES,
        "ops/api.Dockerfile": "FROM x\nCOPY api /api\nCOPY ml /ml\n",
        "api/Dockerfile": "FROM x",
    }
    said = found("  api: {paths: [ops/api.Dockerfile, api], deployed: abcdef0}", files)
    assert [one.edit.add for one in said if one.code == "too-narrow" and one.edit] == ["ml"]


def test_a_build_that_is_gone_is_told_with_what_may_be_meant() -> None:
    [first, *_] = found("  api: {build: api/Dockerfil, deployed: abcdef0}")
    gone = "take the service out, or mark it `retired: true`"
    assert (first.code, first.advice) == ("missing-build", f"did you mean api/Dockerfile? Else {gone}")
    [first, *_] = found("  web: {build: web/Dockerfile, deployed: abcdef0}")
    assert first.advice == gone


def test_a_service_that_is_retired_may_be_gone() -> None:
    gone = "build: old/Dockerfile, deployed: abcdef0"
    assert "missing-build" in {one.code for one in found(f"  api: {{{gone}}}")}
    assert "missing-build" not in {one.code for one in found(f"  api: {{{gone}, retired: true}}")}


def test_a_derived_closure_has_only_what_is_wrong_with_the_image() -> None:
    assert codes("  api: {build: api/Dockerfile, deployed: abcdef0}") == [
        ("missing-copy", "warning"),
        ("broken-link", "warning"),
    ]


def test_files_of_no_service_are_told_unless_they_are_allowed() -> None:
    [one] = [one for one in found("  api: {paths: [api, ml], deployed: abcdef0}") if one.code == "uncovered"]
    assert one.message == "docs: 1 file in no service"
    allowed = found("  api: {paths: [api, ml], deployed: abcdef0}\nuncovered: {allow: [docs]}")
    assert [one for one in allowed if one.code == "uncovered"] == []


def test_what_mends_a_path_with_brackets_can_be_pasted() -> None:
    service = "  api: {paths: [api], deployed: abcdef0}"
    files: dict[str, str | bytes | Link] = {"api/main.py": "", "[id]/it's.py": ""}
    (edit,) = [one.edit for one in found(service, files) if one.edit]
    said = str(edit).removeprefix("uncovered.allow: add ").removesuffix(", if that is right")
    assert found(f"{service}\nuncovered: {{allow: [{said}]}}", files) == [], said


def test_a_folder_that_has_services_is_not_allowed_as_a_whole() -> None:
    files: dict[str, str | bytes | Link] = dict.fromkeys(
        ["src/api/main.py", "src/api/tests/a.py", "src/grafana/a.json", "src/grafana/b/c.json", "src/x.md"],
        "",
    )
    services = "  api: {paths: [src/api], ignore: [src/api/tests], deployed: abcdef0}"
    said = [str(one.edit) for one in found(services, files) if one.code == "uncovered"]
    assert said == [
        "uncovered.allow: add 'src/grafana', if that is right",
        "uncovered.allow: add 'src/api/tests', if that is right",
        "uncovered.allow: add 'src/x.md', if that is right",
    ]


def test_the_edits_mend_what_was_found_and_leave_the_rest_as_it_is() -> None:
    text = "# mine\nservices:\n  api:\n    paths: [api, docs]   # two\n    deployed: abcdef0\n"
    edits = [one.edit for one in found("  api: {paths: [api, docs], deployed: abcdef0}") if one.edit]
    after, made = edited(text, edits)
    assert made == edits
    assert after == text.replace("[api, docs]", "[api, ml]")


def test_files_are_not_allowed_that_another_finding_gives_to_a_service() -> None:
    edits = [str(one.edit or one.advice) for one in found("  web: {paths: [docs], deployed: abcdef0}")
             if one.code == "uncovered"]  # fmt: skip
    assert edits == [
        "unshipped init adds the service that it has",
        "uncovered.allow: add 'ml', if that is right",
    ]


ALLOW = {
    "nothing yet": ("services: {}\na: 1\n", "services: {}\na: 1\n\nuncovered:\n  allow:\n    - docs  # proposed: no service has it\n"),
    "a list": ("uncovered:\n  allow:\n    - a\n", "uncovered:\n  allow:\n    - a\n    - docs  # proposed: no service has it\n"),
    "a list in a line": ("uncovered: {allow: [a]}\n", "uncovered: {allow: [a, docs]}\n"),
    "an empty list": ("uncovered: {allow: []}\n", None),
    "all in a line": ("{services: {}}\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ALLOW.values(), ids=ALLOW)
def test_what_may_be_in_no_service_is_added_where_there_is_a_place(text: str, expected: str | None) -> None:
    edit = Edit("", "uncovered.allow", add="docs")
    assert edited(text, [edit]) == ((expected, [edit]) if expected else (text, []))


def test_lists_of_both_styles_are_edited_and_never_emptied() -> None:
    block = "services:\n  api:\n    paths:\n      - api   # own\n      - lib\n    deployed: abcdef0\n"
    after, _ = edited(block, [Edit("api", "paths", add="ml"), Edit("api", "paths", instead_of="lib")])
    assert after == block.replace("      - lib\n", "      - ml\n")
    lone = "services: {api: {paths: [api]}}"
    assert edited(lone, [Edit("api", "paths", instead_of="api")]) == (lone, [])


def test_every_finding_is_documented_and_no_other() -> None:
    page = (ROOT / "docs/guides/map.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"(?m)^\| `([a-z-]+)` \| \w+ \| (.+) \|$", page)) == CODES
    sources = [Path(doctor.__file__), ROOT / "src/unshipped/wiring/examining.py"]
    told = {
        c for one in sources for c in re.findall(r'Finding\(\s*"([a-z-]+)"', one.read_text(encoding="utf-8"))
    }
    assert told == set(CODES)
