"""Which packages of a workspace a program needs, and what these are made of."""

from __future__ import annotations

import json

import pytest

from tests.discovery.trees import tree
from unshipped.discovery.propose import propose


def paths(files: dict[str, str], name: str = "api") -> tuple[str, ...]:
    [one] = [one for one in propose(tree(files)).services if one.name == name]
    return one.paths


def project(name: str, more: str = "") -> str:
    return f"[project]\nname = '{name}'\n{more}"


NEEDS_CORE = "dependencies = ['core']\nscripts = {api = 'api:run'}\n"
MEMBERS = "[tool.uv.workspace]\nmembers = ['apps/*']\n"


@pytest.mark.parametrize("top", ["", "backend/"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("core/__init__.py", "core/data.json", "tests/__init__.py", "web/a.ts"), ("core",)),
        (("core/a.py", "main.py", "apps/common/b.py", "apps/c.py"), ("*.py", "apps/*.py", "apps/common", "core")),
        (("src/core/__init__.py", "noxfile.py"), ("src",)),
        (("src/lib.rs", "python/core/a.py"), ("python", "src")),
        (("README.md", "docs/conf.py", ".github/check.py", "apps/.hooks/a.py"), ()),
    ],
    ids=["flat", "no packages by name", "src", "src of another language", "only what it needs"],
)  # fmt: skip
def test_of_a_package_at_the_top_of_a_workspace_of_uv_its_own_sources_count(
    top: str, files: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    given = {
        "pyproject.toml": project("core", MEMBERS),
        "apps/api/pyproject.toml": project("api", NEEDS_CORE),
        "apps/api/api.py": "",
        **dict.fromkeys(files, ""),
    }
    found = paths({f"{top}{path}": text for path, text in given.items()})
    assert set(found) == {f"{top}{one}" for one in (*expected, "apps/api", "pyproject.toml")}


def test_a_path_that_leads_to_the_package_at_the_top_of_a_repository_counts_its_sources() -> None:
    files = {
        "pyproject.toml": project("core"), "core/__init__.py": "", "web/a.ts": "",
        "backend/pyproject.toml": project("all", MEMBERS), "backend/uv.lock": "",
        "backend/apps/api/pyproject.toml": project("api", NEEDS_CORE + "[tool.uv.sources]\ncore = {path = '../../..'}\n"),
    }  # fmt: skip
    lock = ("backend/uv.lock", "backend/pyproject.toml")
    assert paths(files) == ("core", "pyproject.toml", "backend/apps/api", *lock)


def test_a_path_that_leads_to_the_crate_at_the_top_counts_its_sources_and_what_it_needs() -> None:
    files = {
        "Cargo.toml": "[package]\nname = 'core'\n[dependencies]\nlog = {path = 'crates/log'}\n[workspace]\nmembers = ['cli', 'crates/*']\n",
        "Cargo.lock": "", "src/lib.rs": "", "src/schema.sql": "", "build.rs": "", "tests/a.rs": "", "web/a.ts": "",
        "cli/Cargo.toml": "[package]\nname = 'api'\n[dependencies]\ncore = {path = '..'}\n", "cli/src/main.rs": "",
        "crates/log/Cargo.toml": "[package]\nname = 'log'\n", "crates/log/src/lib.rs": "",
        "crates/other/Cargo.toml": "[package]\nname = 'other'\n", "crates/other/src/lib.rs": "",
    }  # fmt: skip
    assert paths(files) == ("*.rs", "src", "Cargo.toml", "cli", "crates/log", "Cargo.lock")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('const A: &str = include_str!("../../openapi.json");', ("ws/openapi.json",)),
        ('#[path = "../../shared/mod.rs"]\nmod shared;', ("ws/shared/mod.rs",)),
        ('include_dir!("$CARGO_MANIFEST_DIR/../sql")', ("ws/sql",)),
        ('concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json")', ("ws/openapi.json",)),
        ('sqlx::migrate!("../sql")', ("ws/sql",)),
        ("const M: EmbeddedMigrations = embed_migrations!();", ("ws/migrations",)),
        ('include!("../../gone.rs"); "../own.toml"; ".."; "../../.."; "../../../../x"; "./a"', ()),
    ],
)
def test_what_the_sources_of_a_crate_take_in_from_elsewhere_counts(
    text: str, expected: tuple[str, ...]
) -> None:
    files = {
        "ws/Cargo.toml": "[workspace]\nmembers = ['app']\n", "ws/app/Cargo.toml": "[package]\nname = 'api'\n",
        "ws/app/src/main.rs": text, "ws/app/src/tests.rs": '"../../sql"', "ws/app/tests/a.rs": '"../../openapi.json"', "ws/app/own.toml": "",
        "ws/openapi.json": "", "ws/shared/mod.rs": "", "ws/sql/1.sql": "", "ws/migrations/1.sql": "", "ws/.cargo/config.toml": "",
    }  # fmt: skip
    assert paths(files) == ("ws/app", *expected, "ws/Cargo.toml", "ws/.cargo/config.toml")


def test_a_crate_belongs_to_the_workspace_that_it_names() -> None:
    files = {
        "app/Cargo.toml": "[package]\nname = 'api'\nworkspace = '../ws'\n[dependencies]\nlib = {workspace = true}\n",
        "app/src/main.rs": "", "Cargo.lock": "", "ws/Cargo.lock": "",
        "ws/Cargo.toml": "[workspace]\nmembers = ['../app', 'lib']\n[workspace.dependencies]\nlib = {path = 'lib'}\n",
        "ws/lib/Cargo.toml": "[package]\nname = 'lib'\n",
    }  # fmt: skip
    assert paths(files) == ("app", "ws/lib", "ws/Cargo.lock", "ws/Cargo.toml")
    gone = {**files, "app/Cargo.toml": "[package]\nname = 'api'\nworkspace = '../gone'\n"}
    assert paths(gone) == ("app", "Cargo.lock")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("src/a.ts", "import x from '../../../shared/x'", ("shared/x.ts", "other/y.json")),
        ("src/a.ts", 'new URL("../../../assets/logo.png", import.meta.url)', ("assets/logo.png",)),
        ("tsconfig.json", '{"extends": "../../config/next.json"}', ("config/next.json",)),
        ("styles.css", "@source '../../assets';", ("assets",)),
        ("src/a.ts", "`../../../shared/${x}`; '../b'; '../..'; '../../../gone'; '../../../../../out'; '../../lib/a'", ("shared", "other/y.json")),
        ("src/a.test.ts", "import x from '../../../shared/x'", ()),
        ("eslint.config.js", "import x from '../../shared/x'", ()),
    ],
)  # fmt: skip
def test_what_the_texts_of_a_package_lead_to_elsewhere_counts_with_what_that_leads_to(
    file: str, text: str, expected: tuple[str, ...]
) -> None:
    files = {
        "package.json": '{"workspaces": ["apps/*"]}', "apps/api/package.json": package("api", "lib"), "apps/api/b.ts": "",
        "apps/lib/package.json": package("lib"), "apps/lib/a.ts": "", "shared/x.ts": "'../other/y.json'", "other/y.json": "", "other/z.ts": "",
        "assets/logo.png": "", "config/next.json": "{}", f"apps/api/{file}": text,
    }  # fmt: skip
    assert {*paths(files)} == {"apps/api", "apps/lib", "package.json", *expected}


def test_what_is_changed_of_libraries_and_how_they_are_installed_counts() -> None:
    shared = ("package.json", ".npmrc", ".pnpmfile.cjs")
    files = {
        "package.json": '{"workspaces": ["apps/*"]}', ".npmrc": "", ".pnpmfile.cjs": "", "patches/next.patch": "",
        "apps/api/package.json": package("api"),
    }  # fmt: skip
    assert paths(files) == ("apps/api", *shared, "patches")


def package(name: str, *needs: str, **more: object) -> str:
    return json.dumps({"name": name, "dependencies": dict.fromkeys(needs, "*"), **more})


SHOP = {
    "package.json": package("top", workspaces=["apps/*", "packages/*", "apps/api/plugins/*"]),
    "package-lock.json": "{}",
    "apps/api/package.json": package("api", "ui", "logs"),
    "apps/api/plugins/logs/package.json": package("logs"),
    "apps/web/package.json": package("web", "ui", "logs"),
    "packages/ui/package.json": package("ui"),
}
SHARED = ("package-lock.json", "package.json")
INNER = {"apps/api/package.json": package("api", "ui", "logs", workspaces=["plugins/*"])}


@pytest.mark.parametrize("inner", [INNER, {"apps/api/nx.json": "{}"}, {"apps/api/lerna.json": "{}"}])
def test_a_workspace_in_another_one_is_a_part_of_it(inner: dict[str, str]) -> None:
    files = {**SHOP, **inner}
    own = [path for path in ("apps/api/package.json", "apps/api/nx.json") if path in files]
    assert paths(files) == ("apps/api", "apps/api/plugins/logs", "packages/ui", *own, *SHARED)
    assert paths(files, "web") == ("apps/api/plugins/logs", "apps/web", "packages/ui", *SHARED)


@pytest.mark.parametrize("lock", ["yarn.lock", "pnpm-workspace.yaml"])
def test_one_that_is_installed_by_itself_is_none(lock: str) -> None:
    files = {**SHOP, **INNER, f"apps/api/{lock}": ""}
    assert set(paths(files)) == {
        "apps/api",
        "apps/api/plugins/logs",
        "apps/api/package.json",
        f"apps/api/{lock}",
    }
    assert paths(files, "web") == ("apps/web", "packages/ui", *SHARED)


def test_of_packages_of_one_name_the_one_in_the_nearest_workspace_is_meant() -> None:
    files = {**SHOP, **INNER, "apps/api/plugins/ui/package.json": package("ui")}
    assert {"apps/api/plugins/ui"} < set(paths(files))
    assert "packages/ui" not in paths(files)
    assert "packages/ui" in paths(files, "web")
    assert "apps/api/plugins/ui" not in paths(files, "web")


def test_a_link_that_leads_to_the_package_at_the_top_counts_its_sources() -> None:
    files = {
        "package.json": package("kit"), "package-lock.json": "", "index.js": "", "lib/a.ts": "", "deploy/a.yaml": "",
        "apps/api/package.json": json.dumps({"name": "api", "dependencies": {"kit": "file:../.."}}), "apps/api/a.js": "",
    }  # fmt: skip
    assert paths(files) == ("*.js", "lib", "package.json", "apps/api", "package-lock.json")
    assert "**" in paths({path: text for path, text in files.items() if path not in ("index.js", "lib/a.ts")})


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", ("web/*", "web/*/**")),
        ("t*", ("web/t*", "web/t*/**")),
        ("all:tp?", ("web/tp?*/**",)),
        ("*.txt", ("web/*.txt",)),
    ],
)
def test_a_directory_that_a_pattern_of_go_embeds_counts_with_all_that_is_in_it(
    pattern: str, expected: tuple[str, ...]
) -> None:
    files = {"go.mod": "module x.y/api\n", "main.go": "package main\n", "web/t.txt": "", "web/tpl/a/b.html": "",
             "web/w.go": f"package web\n\n//go:embed {pattern}\nvar f embed.FS\n"}  # fmt: skip
    assert paths(files) == ("**/*.go", "go.mod", *expected)


GO = {
    "api/go.mod": "module x.y/api\n", "api/go.sum": "", "api/cmd/api/main.go": 'package main\nimport _ "x.y/lib/log"\n',
    "lib/go.mod": "module x.y/lib\n", "lib/log/l.go": 'package log\nimport _ "x.y/lib/far"\n//go:embed l.txt\nvar l string\n', "lib/log/l.txt": "",
    "far/go.mod": "module x.y/lib/far\n", "far/f.go": "package far\n",
    "tests/go.mod": "module x.y/tests\n", "tests/t.go": 'package t\nimport _ "x.y/lib"\n',
    "web/go.mod": "module x.y/web\n", "web/web.go": "package web\n",
}  # fmt: skip
OF_API = ("api/**/*.go", "api/go.mod", "api/go.sum")
OF_LIB = ("lib/**/*.go", "lib/go.mod", "lib/log/l.txt")
OF_FAR = ("far/**/*.go", "far/go.mod")
ALL = "go 1.22\nuse (\n\t./api // the program\n\t./lib\n\t./far\n\t./web\n\t./tests\n\t./gone\n)\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, OF_API),
        ({"go.work": ALL, "go.work.sum": ""}, (*OF_API, "go.work", "go.work.sum", *OF_FAR, *OF_LIB)),
        ({"go.work": ALL, "api/cmd/api/main.go": "package main\nimport `x.y/lib/far`\n"}, (*OF_API, "go.work", *OF_FAR)),
        ({"go.work": ALL, "api/cmd/api/main.go": "package main\n"}, (*OF_API, "go.work")),
        (
            {"go.work": ALL, "api/cmd/api/main.go": "package main\n", "api/go.mod": "module x.y/api\nrequire x.y/lib/far v1.0.0 // indirect\n"},
            (*OF_API, "go.work", *OF_FAR),
        ),
        (
            {"go.work": "use ./api\nreplace x.y/lib => ./lib\n", "lib/log/l.go": "package log\n", "api/go.work": ""},
            (*OF_API, "api/go.work"),
        ),
        (
            {"go.work": "use ./api\nreplace x.y/lib => ./lib\n", "lib/log/l.go": "package log\n"},
            (*OF_API, "go.work", "lib/**/*.go", "lib/go.mod"),
        ),
        (
            {"api/go.mod": "module x.y/api\nreplace x.y/lib v1.0.0 => ../lib\nreplace o.z/p => o.z/q v1.2.3\nreplace o.z/r => ../../r\n",
             "lib/go.mod": "module x.y/lib\nreplace (\n x.y/lib/far => ../far\n)\n"},
            (*OF_API, *OF_FAR, *OF_LIB),
        ),
        (
            {"api/go.mod": "module x.y/api\nreplace x.y/inner => ./inner\n", "api/inner/go.mod": "module x.y/inner\n", "api/inner/i.go": "package i\n"},
            (*OF_API, "api/inner/go.mod"),
        ),
    ],
    ids=[
        "no workspace", "imported, and by what is", "in backticks", "not imported", "required", "the nearest workspace alone",
        "in the place of another, by the workspace", "in the place of another, by the module", "below the module",
    ],
)  # fmt: skip
def test_a_program_of_go_has_the_modules_that_it_is_built_with(
    files: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert paths({**GO, **files}) == expected


def test_what_a_module_below_another_one_embeds_and_imports_is_not_that_of_the_other() -> None:
    files = {
        "go.mod": "module x.y/top\n", "cmd/api/main.go": "package main\n", "lib/go.mod": "module x.y/lib\n",
        "tools/go.mod": "module x.y/tools\n", "tools/t.go": 'package t\nimport _ "x.y/lib"\n//go:embed t.txt\nvar t string\n', "tools/t.txt": "",
        "go.work": "use (\n.\n./lib\n./tools\n)\n",
    }  # fmt: skip
    assert paths(files) == ("**/*.go", "go.mod", "go.work")


RENDERED = {
    "render.yaml": "services:\n- {type: web, name: api, runtime: python, rootDir: svc/api}\n",
    "svc/api/main.py": "", "libs/money/money.py": "", "libs/clock/clock.py": "", "libs/other/a.py": "", "base.txt": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("pyproject.toml", "[tool.poetry.dependencies]\nmoney = {path = '../../libs/money', develop = true}", "libs/money"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nmoney = [{path = '../../libs/money', markers = 'x'}]", "libs/money"),
        ("pyproject.toml", "[tool.uv.sources]\nmoney = {path = '../../libs/money', editable = true}", "libs/money"),
        ("pyproject.toml", "[project]\ndependencies = ['money @ {root:uri}/../../libs/money']", "libs/money"),
        ("Pipfile", "[packages]\nmoney = {path = '../../libs/money'}", "libs/money"),
        ("requirements.txt", "flask\n-e ../../libs/money[x]\n", "libs/money"),
        ("requirements.txt", "--editable=../../libs/money\n", "libs/money"),
        ("requirements.txt", "../../libs/money ; python_version > '3'\n", "libs/money"),
        ("requirements.txt", "money[x] @ file:../../libs/money#egg=money\n", "libs/money"),
        ("requirements.txt", "-r ../../base.txt\n", "base.txt"),
        ("requirements.txt", "-c ../../base.txt\n", "base.txt"),
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/../../libs/money\n", "libs/money"),
        ("pyproject.toml", "[tool.hatch.build.targets.wheel.force-include]\n'../../libs/money' = 'money'\n", "libs/money"),
        ("pyproject.toml", "[tool.setuptools]\npackage-dir = {'' = 'src', money = '../../libs/money'}\n", "libs/money"),
        ("pyproject.toml", "[tool.setuptools.data-files]\netc = ['../../base.txt', 'main.*']\n", "base.txt"),
        ("pyproject.toml", "[tool.setuptools.packages.find]\nwhere = ['.', '../../libs/money']\n", "libs/money"),
        ("pyproject.toml", "[[tool.poetry.packages]]\ninclude = 'money'\nfrom = '../../libs'\n", "libs/money"),
        ("setup.py", "setup(package_dir={'money': '../../libs/money', '': 'src'})\n", "libs/money"),
        ("setup.cfg", "[options]\npackage_dir =\n    money = ../../libs/money\n", "libs/money"),
        ("package.json", '{"dependencies": {"money": "file:../../libs/money"}}', "libs/money"),
        ("package.json", '{"dependencies": {"money": "link:../../libs/money"}}', "libs/money"),
    ],
)  # fmt: skip
def test_what_a_directory_that_is_deployed_as_it_is_needs_beside_it_counts(
    file: str, text: str, expected: str
) -> None:
    assert paths({**RENDERED, f"svc/api/{file}": text}) == (expected,)


@pytest.mark.parametrize(
    "text",
    ["flask\n-r more.txt\n./vendored\n", "-e git+https://x/y.git\n# -e ../../libs/money\n", "-e ../../libs/gone\n"],
)  # fmt: skip
def test_what_is_installed_from_elsewhere_or_lies_in_it_brings_nothing(text: str) -> None:
    files = {
        **RENDERED,
        "svc/api/requirements.txt": text,
        "svc/api/more.txt": "",
        "svc/api/vendored/a.py": "",
    }
    assert paths(files) == ()


def test_what_a_needed_package_needs_counts_too_and_pip_takes_it_from_where_it_runs() -> None:
    files = {
        **RENDERED, "svc/api/requirements.txt": "-r ../../base.txt", "base.txt": "-e ../../libs/money\n",
        "libs/money/pyproject.toml": project("money", "[tool.uv.sources]\nclock = {path = '../clock'}\n"),
    }  # fmt: skip
    assert paths(files) == ("base.txt", "libs/clock", "libs/money")


def test_a_directory_in_a_workspace_has_the_packages_and_locks_of_that() -> None:
    node = {
        **RENDERED, "package.json": package("top", workspaces=["svc/*", "libs/*"]), "yarn.lock": "",
        "svc/api/package.json": package("api", "money"), "libs/money/package.json": package("money"),
    }  # fmt: skip
    assert paths(node) == ("libs/money", "yarn.lock", "package.json")
    python = {
        **RENDERED, "pyproject.toml": "[tool.uv.workspace]\nmembers = ['svc/*', 'libs/*']\n", "uv.lock": "",
        "svc/api/pyproject.toml": project("api", "dependencies = ['money']"),
        "libs/money/pyproject.toml": project("money"),
    }  # fmt: skip
    assert paths(python) == ("libs/money", "uv.lock", "pyproject.toml")


def test_an_application_that_needs_others_is_one_without_a_workspace_too() -> None:
    needs = "[tool.poetry.dependencies]\nmoney = {path = '../../libs/money'}\n"
    files = {"services/api/pyproject.toml": needs, "services/api/a.py": "", "libs/money/money.py": ""}
    assert paths(files) == ("libs/money", "services/api")
    assert propose(tree({**files, "services/api/pyproject.toml": ""})).services == ()


@pytest.mark.parametrize(
    ("copies", "expected"), [("COPY dist/*.whl /", ("libs/money",)), ("COPY main.py .", ())]
)
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", "[tool.poetry.dependencies]\nmoney = {path = '../../libs/money'}"),
        ("package.json", '{"dependencies": {"money": "file:../../libs/money"}}'),
    ],
)
def test_an_image_of_what_is_made_before_has_what_that_needs(
    file: str, text: str, copies: str, expected: tuple[str, ...]
) -> None:
    dockerfile = f"FROM x\n{copies}\nCMD run\n"
    files = {
        "svc/api/Dockerfile": dockerfile,
        "svc/api/main.py": "",
        "libs/money/money.py": "",
        f"svc/api/{file}": text,
    }
    [one] = propose(tree(files)).services
    assert one.paths == expected
