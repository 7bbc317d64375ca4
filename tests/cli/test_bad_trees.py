"""Repositories that are wrong somewhere: the doctor says where and why, and no closure becomes narrower."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import start
from tests.support.repo import Entry, Repo, link

PYTHON = "FROM python\nCOPY {0} /{0}\nCMD python /{0}/main.py\n"
FILES: dict[str, str | bytes | Entry] = {
    "broken/Dockerfile": "FROM python\nCOPY broken [\nNONSENSE <<\n",
    "syntax/Dockerfile": PYTHON.format("syntax"),
    "syntax/main.py": "import helper\n",
    "syntax/helper.py": "def (:\n",
    "links/Dockerfile": PYTHON.format("links"),
    "links/main.py": "import one\n",
    "binary/Dockerfile": PYTHON.format("binary"),
    "binary/main.py": b"\x7fELF\0\0\xff",
    "large/Dockerfile": PYTHON.format("large"),
    "large/main.py": "import generated\n",
    "large/generated.py": b"x = 1\n" * (50_000_000 // 6),
    "outside/Dockerfile": "FROM python\nCOPY . /app\nCMD python /app/main.py\n",
    "template/Dockerfile": "FROM python\nARG S\nCOPY template/$S/lib /app\nCMD python /app/main.py\n",
    **{f"{name}/unused.py": "" for name in ("broken", "syntax", "links", "binary", "large", "template")},
    "links/one.py": link("two.py"),
    "links/two.py": link("one.py"),
    "elsewhere": link("../outside"),
    "main.py": "",
}
CONTEXTS = {"outside": "{dockerfile: outside/Dockerfile, context: elsewhere}"}
SAID = {
    "broken": ("broken/Dockerfile", ""),
    "syntax": ("syntax/helper.py", "syntax"),
    "binary": ("binary/main.py", ""),
    "large": ("large/generated.py", "too large"),
    "outside": ("outside/Dockerfile", "no directory"),
    "template": ("template/Dockerfile", "$S/"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    repo = Repo.init(folder / "repo")
    repo.commit(FILES)
    builds = {name: CONTEXTS.get(name, f"{name}/Dockerfile") for name in (*SAID, "links")}
    services = (
        f"  {name}: {{build: {build}, closure: imports, deployed: abcdef0}}\n"
        for name, build in builds.items()
    )
    text = f"repositories: {{main: {{path: repo}}}}\nservices:\n{''.join(services)}"
    (folder / "unshipped.yaml").write_text(text)
    return folder


def run(folder: Path, *arguments: str) -> str:
    out, err = start(arguments, folder).communicate(timeout=120)
    assert not err, err
    return out.decode()


def test_the_doctor_says_of_each_what_is_wrong_and_where(folder: Path) -> None:
    findings = json.loads(run(folder, "doctor", "--format=json"))["findings"]
    for service, (path, why) in SAID.items():
        own = [one for one in findings if one.get("service") == service]
        assert any(str(one).count(path) and why in str(one) for one in own), (service, own)
    links = {one["place"]: one["message"] for one in findings if one["code"] == "broken-link"}
    assert links["links/one.py"] == "the link leads to links/two.py, a link that leads nowhere"


@pytest.mark.parametrize("service", sorted(SAID))
def test_what_nothing_asks_for_counts_where_that_is_not_certain(folder: Path, service: str) -> None:
    path = "main.py" if service == "outside" else f"{service}/unused.py"
    assert run(folder, "explain", service, "--path", path).startswith(f"{path} counts for {service} ")


def test_a_context_outside_of_the_repository_is_refused_with_its_place(folder: Path, tmp_path: Path) -> None:
    text = (
        "services:\n  api:\n    build: {dockerfile: main.py, context: ../elsewhere}\n    deployed: abcdef0\n"
    )
    (tmp_path / "unshipped.yaml").write_text(text)
    child = start(["doctor", "--repo", str(folder / "repo"), "--config", "unshipped.yaml"], tmp_path)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 2
    assert b"unshipped.yaml:3:43: services.api.build.context: `../elsewhere` leaves the repository" in err, (
        err
    )
