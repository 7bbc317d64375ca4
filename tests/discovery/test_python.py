"""Imports of Python, held against the interpreter: whatever it really loads, the walk reaches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Link, tree
from tests.support.examples import some
from unshipped.discovery.languages.python.resolve import PYTHON
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.reach import Analyses, Reached, reach


def reached(files: dict[str, str | bytes | Link], *entries: str) -> Reached:
    return reach(Layout(tree(files), [Mount("", "")]), entries or ("main.py",), Analyses([PYTHON]))


CASES = {
    "absolute": ({"main.py": "import a.b", "a/__init__.py": "", "a/b.py": ""}, {"a/__init__.py", "a/b.py"}),
    "from": ({"main.py": "from a import b", "a/__init__.py": "", "a/b.py": ""}, {"a/__init__.py", "a/b.py"}),
    "a name that is no module": ({"main.py": "from a import f", "a.py": "f = 1"}, {"a.py"}),
    "relative": (
        {"main.py": "import p.x", "p/__init__.py": "", "p/x.py": "from . import y\nfrom .z import q",
         "p/y.py": "", "p/z.py": ""},
        {"p/__init__.py", "p/x.py", "p/y.py", "p/z.py"},
    ),
    "upwards, without packages": (
        {"main.py": "import p.q.x", "p/q/x.py": "from ..w import v", "p/w.py": "v = 1"}, {"p/q/x.py", "p/w.py"},
    ),
    "lazy": ({"main.py": "def f():\n    import a", "a.py": ""}, {"a.py"}),
    "conditional": ({"main.py": "try:\n    import a\nexcept ImportError:\n    import b", "a.py": "", "b.py": ""},
                    {"a.py", "b.py"}),
    "by name": ({"main.py": "import importlib\nimportlib.import_module('a.b')", "a/b.py": ""}, {"a/b.py"}),
    "by an alias": ({"main.py": "from importlib import import_module as load\nload('a')", "a.py": ""}, {"a.py"}),
    "by a list of names": ({"main.py": "for m in ['a', 'b']:\n    __import__(m)", "a.py": "", "b.py": ""},
                           {"a.py", "b.py"}),
    "a namespace": ({"main.py": "import n.x", "n/x.py": ""}, {"n/x.py"}),
    "a package before a module": ({"main.py": "import a", "a/__init__.py": "", "a.py": ""}, {"a/__init__.py"}),
    "a directory that is added": (
        {"main.py": "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent / 'lib'))\nimport a",
         "lib/a.py": ""}, {"lib/a.py"},
    ),
    "a directory that is computed": (
        {"main.py": "import sys, os\nsys.path.append(os.environ['X'])\nimport a", "deep/lib/a.py": ""},
        {"deep/lib/a.py"},
    ),
    "for the type checker only": (
        {"main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import b",
         "a.py": "", "b.py": ""}, {"b.py"},
    ),
    "everything of a package": ({"main.py": "from p import *", "p/__init__.py": "", "p/a.py": ""},
                                {"p/__init__.py", "p/a.py"}),
    "a file that is named": ({"main.py": "open('conf/x.json')", "conf/x.json": "{}", "conf/y.py": ""},
                             {"conf/x.json"}),
    "data beside a module": ({"main.py": "import p", "p/__init__.py": "", "p/q.sql": "", "p/t/x.html": ""},
                             {"p/__init__.py", "p/q.sql", "p/t/x.html"}),
    "the standard library": ({"main.py": "import json, os.path"}, set()),
    "tasks of Celery": (
        {"main.py": "from celery import Celery\napp = Celery('x', include=['jobs'])\napp.autodiscover_tasks(['p'])",
         "jobs.py": "", "p/tasks.py": ""}, {"jobs.py", "p/tasks.py"},
    ),
    "an application that is named": ({"main.py": "import uvicorn\nuvicorn.run('web:app')", "web.py": ""}, {"web.py"}),
    "settings of Django": (
        {"main.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')",
         "site1/settings.py": "ROOT_URLCONF = 'site1.urls'\nMIDDLEWARE = ['guard.One', 'lib.mid.Two', 'x.y.Three']",
         "site1/urls.py": "", "guard.py": "", "lib/mid.py": ""},
        {"site1/settings.py", "site1/urls.py", "guard.py", "lib/mid.py"},
    ),
    "what is no name of a module": (
        {"main.py": "print('a.json', 'a.b.c', 'p.f', 'http://a.b/c', 'see a.b')", "a.py": "", "p/__init__.py": ""}, set()
    ),
    "templates that lie elsewhere": (
        {"main.py": "import flask\napp = flask.Flask(__name__, template_folder='pages')\nfrom jinja2 import PackageLoader\nPackageLoader('p', 'q')",
         "pages/a.html": "", "pages/b.py": "", "p/q/x.html": "", "p/c.py": ""}, {"pages/a.html", "p/q/x.html"},
    ),
    "a circle": ({"main.py": "import a", "a.py": "import b", "b.py": "import a"}, {"a.py", "b.py"}),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_imports_lead_where_python_goes(files: dict[str, str | bytes | Link], expected: set[str]) -> None:
    found = reached(files)
    assert set(found.files) == {"main.py", *expected}
    assert found.doubts == ()


WIDER = {
    "a prefix": "import importlib\nimportlib.import_module(f'plugins.{x}')",
    "a walk": "import plugins.walk",
}


@pytest.mark.parametrize("text", WIDER.values(), ids=WIDER)
def test_a_computed_name_below_a_package_takes_the_package(text: str) -> None:
    walk = "import pkgutil\npkgutil.iter_modules(__path__)"
    files: dict[str, str | bytes | Link] = {
        "main.py": text,
        "plugins/walk.py": walk,
        "plugins/a.py": "import b",
        "b.py": "",
        "c.py": "",
    }
    found = reached(files)
    assert {"plugins/a.py", "b.py"} <= set(found.files)
    assert "c.py" not in found.files
    assert found.doubts[0].widened == ("plugins",)


FRAMEWORKS: dict[str, dict[str, str | bytes | Link]] = {
    "an application of Django": {
        "main.py": "INSTALLED_APPS = ['django.contrib.auth', 'blog', 'shop.apps.Shop']\nINSTALLED_APPS += ['more']",
        "blog/migrations/0001.py": "", "shop/models.py": "", "more/admin.py": "",
    },
    "what a package attaches when it is asked for": {
        "main.py": "import p", "p/__init__.py": "import lazy_loader as lazy\n__getattr__, *_ = lazy.attach(__name__, ['a'])",
        "p/a.py": "",
    },
    "migrations of Alembic": {
        "main.py": "from alembic import command\ncommand.upgrade(config, 'head')",
        "db/env.py": "", "db/script.py.mako": "", "db/versions/1.py": "", "other/env.py": "",
    },
}  # fmt: skip


@pytest.mark.parametrize("files", FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_what_a_framework_looks_for_by_itself_counts(files: dict[str, str | bytes | Link]) -> None:
    found = reached({**files, "unused/x.py": ""})
    assert set(found.files) == set(files) - {"other/env.py"}
    assert found.doubts


HARM = {
    "texts that double": "a0 = 'x'\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(60)) + "open(a60)",
    "names of each other": "a = b + b\nb = a + a\nopen(a + b)",
    "many of one name": "".join(f"a = '{n}' + '/x'\n" for n in range(3000)) + "open(a / a / a / a)",
    "a long sum": "x = " + " + ".join(["'a/b'"] * 900),
    "a long list": "import importlib\nfor m in [" + "'a.b'," * 20_000 + "]: importlib.import_module(m)",
    "code in code": "exec('''" + "x = 1\n" * 10_000 + "''')",
    "choices in choices": "open(" + "'a' if x else " * 2500 + "'b')",
    "attributes of attributes": ("open(a" + ".b" * 2500 + ")\n") * 20,
    "one name for all": "a = 'x'\n" * 20_000 + "open(a)\n" * 20_000,
}


@pytest.mark.parametrize("text", HARM.values(), ids=HARM)
def test_a_module_that_means_harm_takes_no_time(text: str) -> None:
    began = process_time()
    reached({"main.py": text})
    assert process_time() - began < 10


UNKNOWN: dict[str, str | bytes] = {
    "a name": "import importlib\nimportlib.import_module(x)",
    "a name that is given": "import importlib\nx = 'b'\ndef f(x): importlib.import_module(x)",
    "a name that is matched": "import importlib\nx = 'b'\nmatch y:\n    case {'k': x}: importlib.import_module(x)",
    "a list that grows": "import importlib\nL = ['b']\nL.append(y)\nfor x in L: importlib.import_module(x)",
    "a package that is given": "import importlib\nimportlib.import_module('.b', p)",
    "a loader that is handed on": "import importlib\nload = importlib.import_module",
    "a program that is started": "import subprocess, sys\nsubprocess.run([sys.executable, x])",
    "a shell script that is started": "import os\nos.system('sh ./run.sh')",
    "text as code": "exec(x)",
    "plugins": "from importlib.metadata import entry_points\nentry_points(group='x')",
    "applications": "INSTALLED_APPS = ['b', x]",
    "a syntax error": "def (:",
    "python 2": "print 'x'",
    "binary": b"\x7fELF\0\0",
    "too large": b"x = 1\n" * 400_000,
    "too deep": "(" * 5000 + ")" * 5000,
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_known_takes_everything_and_says_where(text: str | bytes) -> None:
    found = reached({"main.py": "import a", "a.py": text, "run.sh": ""})
    assert found.everything
    assert found.doubts[0].place.path == "a.py"


def test_places_that_lead_to_ever_more_places_take_everything() -> None:
    files: dict[str, str | bytes | Link] = {
        f"d{n}/m{n}.py": f"import sys\nsys.path.append('d{n + 1}')\nimport m{n + 1}" for n in range(30)
    }
    found = reached({**files, "main.py": "import sys\nsys.path.append('d0')\nimport m0"})
    assert found.everything
    assert "ever more places" in found.doubts[0].why


def test_the_chain_goes_back_to_what_is_started() -> None:
    found = reached({"main.py": "import a", "a.py": "\n\nfrom b import c", "b.py": ""})
    assert found.files["b.py"][:2] == ("a.py", 3)
    assert found.files["a.py"].by == "main.py"
    assert found.files["main.py"] == ("", 0, "entry point")


def test_a_module_behind_a_link_counts_with_the_link() -> None:
    found = reached(
        {"fn/main.py": "import shared.x", "fn/shared": Link("../shared"), "shared/x.py": ""}, "fn/main.py"
    )
    assert {"fn/shared", "shared/x.py"} <= set(found.files)
    assert found.files["shared/x.py"].how == "symbolic link"


def test_a_circle_of_links_ends() -> None:
    reached({"main.py": "import a.b", "a": Link("c"), "c": Link("a")})


MODULES = ["a", "b", "p", "p.a", "p.q", "p.q.b", "n.a", "n.m.b"]
PLAIN = st.sampled_from(MODULES).map(lambda m: f"import {m}")
FROM = st.sampled_from(MODULES).map(
    lambda m: "from {} import {}".format(*(m.rpartition(".")[::2]) if "." in m else (m, "x"))
)
LAZY = PLAIN.map(lambda line: f"def f():\n    {line}\nf()")
NAMED = st.sampled_from(MODULES).map(lambda m: f"import importlib\nimportlib.import_module({m!r})")
RELATIVE = st.sampled_from(["from . import a", "from .a import x", "from .. import q", "from ..a import x", "from .q import b",
                            "from .q.b import x", "from p import *", "from .q import *"])  # fmt: skip
COMPUTED = st.sampled_from(
    [
        "__import__('p', fromlist=['a', 'q'])",
        "__import__('a', globals(), locals(), [], 1)",
        "import importlib\nfor m in ('a', 'n.a'): importlib.import_module(m)",
        "import importlib\nfor _, m in [(1, 'p.a'), (2, 'b')]: importlib.import_module(m)",
        "import importlib\nimportlib.import_module('.a', __package__)",
        "import importlib\nimportlib.import_module('..a', 'p.q')",
        "import importlib\nNAME = 'n'\nimportlib.import_module(f'{NAME}.m.b')",
        "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'q'))\nimport b",
        "import sys\nfrom pathlib import Path\nsys.path[:0] = [str(Path(__file__).resolve().parent / 'n')]\nimport a, m.b",
        "import os, runpy\nrunpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'a.py'))",
    ]
)
CODE = st.lists(st.one_of(PLAIN, FROM, LAZY, NAMED, RELATIVE, COMPUTED), max_size=3)
PATHS = [
    "main.py",
    "a.py",
    "b.py",
    "p/__init__.py",
    "p/a.py",
    "p/q/__init__.py",
    "p/q/b.py",
    "n/a.py",
    "n/m/b.py",
]
DUMP = "import atexit, json, sys\natexit.register(lambda: print(json.dumps([m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)])))\n"


@settings(max_examples=some(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(PATHS, CODE)))
def test_whatever_the_interpreter_loads_is_reached(tmp_path: Path, code: dict[str, list[str]]) -> None:
    # One import that fails must not keep the others from being tried.
    guarded = {
        path: "\n".join(f"try:\n{_indented(line)}\nexcept Exception:\n    pass" for line in lines)
        for path, lines in code.items()
    }
    for path, text in guarded.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text((DUMP if path == "main.py" else "") + text)
    run = f"runpy.run_path({str(tmp_path / 'main.py')!r})"
    command = [
        sys.executable,
        "-I",
        "-B",
        "-c",
        f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); {run}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    loaded = {Path(file) for file in json.loads(done.stdout)}
    real = {str(file.relative_to(tmp_path)) for file in loaded if file.is_relative_to(tmp_path)}
    found = reached(dict(guarded))
    assert real - set(found.files) == set()


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in dedent(text).splitlines())
