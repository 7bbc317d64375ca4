"""What the texts of a Dockerfile bring along, beside the modules that its program imports."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.core.closures.patterns import encode
from unshipped.core.model import IMAGE, IMPORTS, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses

UNUSED = {"unused/q.py": "", "unused/__init__.py": "", "unused/data.json": "{}"}
HEAD = "FROM python\nWORKDIR /app\n"

# What follows the head, the files, those that count, and whether others do not.
CASES: dict[str, tuple[str, dict[str, str], list[str], bool]] = {
    "pip -r elsewhere": (
        "COPY . .\nRUN pip install -r requirements/prod.txt\nCMD python main.py",
        {"main.py": "", "requirements/prod.txt": "-r base.txt", "requirements/base.txt": ""},
        ["requirements/base.txt", "requirements/prod.txt"],
        True,
    ),
    "pip ./libs/x": (
        "COPY . .\nRUN pip install ./libs/x\nCMD python main.py",
        {
            "main.py": "import x.a",
            "libs/x/pyproject.toml": "",
            "libs/x/src/x/__init__.py": "",
            "libs/x/src/x/a.py": "",
        },
        ["libs/x/pyproject.toml", "libs/x/src/x/a.py"],
        True,
    ),
    "pip flat lib": (
        "COPY . .\nRUN pip install --no-cache-dir ./libs/x\nCMD python main.py",
        {
            "main.py": "import x.a",
            "libs/x/setup.py": "import helper",
            "libs/x/helper.py": "",
            "libs/x/x/__init__.py": "",
            "libs/x/x/a.py": "",
        },
        ["libs/x/helper.py", "libs/x/setup.py", "libs/x/x/a.py"],
        True,
    ),
    "pip -e .": (
        "COPY . .\nRUN pip install -e .\nCMD python -m x.a",
        {"pyproject.toml": "", "src/x/__init__.py": "", "src/x/a.py": "import x.b", "src/x/b.py": ""},
        ["src/x/a.py", "src/x/b.py"],
        True,
    ),
    "pip . gunicorn": (
        "COPY . .\nRUN pip install .\nCMD gunicorn x.a:app",
        {
            "main.py": "",
            "pyproject.toml": "",
            "src/x/__init__.py": "",
            "src/x/a.py": "import x.b",
            "src/x/b.py": "",
        },
        ["src/x/a.py", "src/x/b.py"],
        True,
    ),
    "pip where": (
        "COPY . .\nRUN pip install .[prod]\nCMD python main.py",
        {
            "main.py": "import x.b",
            "pyproject.toml": "[tool.setuptools.packages.find]\nwhere=['lib/python']",
            "lib/python/x/__init__.py": "",
            "lib/python/x/b.py": "",
        },
        ["lib/python/x/b.py"],
        True,
    ),
    "pip multi cd": (
        "COPY . .\nRUN cd libs && pip install ./x ./y\nCMD python main.py",
        {"main.py": "import x, y", "libs/x/x.py": "", "libs/y/y.py": ""},
        ["libs/x/x.py", "libs/y/y.py"],
        True,
    ),
    "pip -r with -e": (
        "COPY . .\nRUN pip install -r requirements.txt\nCMD python main.py",
        {"main.py": "import x", "requirements.txt": "-e ./libs/x\nflask\n", "libs/x/x.py": ""},
        ["libs/x/x.py"],
        True,
    ),
    "pip copy then install": (
        "COPY libs/x /opt/x\nRUN pip install /opt/x\nCOPY main.py .\nCMD python main.py",
        {"main.py": "import x", "libs/x/x.py": "import z", "libs/x/z.py": ""},
        ["libs/x/x.py", "libs/x/z.py"],
        True,
    ),
    "uv pip install": (
        "COPY . .\nRUN uv pip install --system ./libs/x\nCMD python main.py",
        {"main.py": "import x", "libs/x/x.py": ""},
        ["libs/x/x.py"],
        True,
    ),
    "python -m pip": (
        "COPY . .\nRUN python -m pip install ./libs/x\nCMD python main.py",
        {"main.py": "import x", "libs/x/x.py": ""},
        ["libs/x/x.py"],
        True,
    ),
    "poetry/uv path deps": (
        "COPY . .\nRUN poetry install\nCMD python main.py",
        {
            "main.py": "import x",
            "pyproject.toml": "[tool.poetry.dependencies]\nx={path='libs/x'}",
            "libs/x/x.py": "",
        },
        ["libs/x/x.py"],
        True,
    ),
    "uv sync workspace": (
        "COPY . .\nRUN uv sync --frozen\nCMD uv run python main.py",
        {
            "main.py": "import x",
            "pyproject.toml": "[tool.uv.workspace]\nmembers=['libs/*']",
            "libs/x/pyproject.toml": "",
            "libs/x/src/x/__init__.py": "",
        },
        ["libs/x/src/x/__init__.py"],
        True,
    ),
    "setup.py develop": (
        "COPY . .\nRUN python setup.py develop\nCMD python main.py",
        {
            "main.py": "import x",
            "setup.py": "from setuptools import setup\nsetup(package_dir={'':'lib'})",
            "lib/x.py": "",
        },
        ["lib/x.py", "setup.py"],
        True,
    ),
    "script entry": (
        'COPY . .\nRUN pip install .\nCMD ["tool"]',
        {"main.py": "", "pyproject.toml": "[project.scripts]\ntool='x.cli:main'", "src/x/cli.py": ""},
        ["src/x/cli.py"],
        False,
    ),
    "env settings": (
        "COPY . .\nENV DJANGO_SETTINGS_MODULE=proj.prod\nCMD gunicorn proj.wsgi",
        {"proj/wsgi.py": "", "proj/prod.py": "import y", "y.py": ""},
        ["proj/prod.py", "y.py"],
        True,
    ),
    "env file": (
        "COPY . .\nENV CONF=/app/conf/p.yaml\nCMD python main.py",
        {"main.py": "", "conf/p.yaml": "", "conf/z.py": ""},
        ["conf/p.yaml"],
        True,
    ),
    "env file rel": (
        "COPY . .\nENV CONF=conf/p.yaml T=tpl\nCMD python main.py",
        {"main.py": "", "conf/p.yaml": "", "conf/z.py": "", "tpl/a.html": "", "tpl/b.py": ""},
        ["conf/p.yaml", "tpl/a.html"],
        True,
    ),
    "env home": ("COPY . .\nENV HOME=/app APP_HOME=/app\nCMD python main.py", {"main.py": ""}, [], True),
    "cmd arg file": (
        "COPY . .\nCMD python main.py --config conf/p.yaml --x=conf/q.yaml",
        {"main.py": "", "conf/p.yaml": "", "conf/q.yaml": "", "conf/z.py": ""},
        ["conf/p.yaml", "conf/q.yaml"],
        True,
    ),
    "cmd arg dir": (
        "COPY . .\nCMD python main.py jobs",
        {"main.py": "", "jobs/p.yaml": "", "jobs/z.py": "import y", "y.py": ""},
        ["jobs/p.yaml", "jobs/z.py", "y.py"],
        True,
    ),
    "cmd arg module": (
        "COPY . .\nCMD python main.py tasks.nightly",
        {"main.py": "", "tasks/nightly.py": ""},
        ["tasks/nightly.py"],
        True,
    ),
    "uvicorn log config": (
        "COPY . .\nCMD uvicorn main:app --log-config conf/l.yaml",
        {"main.py": "", "conf/l.yaml": "", "conf/z.py": ""},
        ["conf/l.yaml"],
        False,
    ),
    "gunicorn -c": (
        "COPY . .\nCMD gunicorn -c conf/g.py main:app",
        {"main.py": "", "conf/g.py": "import h", "conf/h.py": "", "h.py": ""},
        ["conf/g.py"],
        True,
    ),
    "celery": (
        "COPY . .\nCMD celery -A proj worker",
        {
            "proj/__init__.py": "",
            "proj/celery.py": "import celery\napp=celery.Celery('p',include=['proj.tasks'])",
            "proj/tasks.py": "",
        },
        ["proj/celery.py", "proj/tasks.py"],
        True,
    ),
    "functions-framework": (
        "COPY . .\nCMD functions-framework --target=f",
        {"main.py": "import y", "y.py": ""},
        ["main.py", "y.py"],
        True,
    ),
    "functions-framework src": (
        "COPY . .\nCMD functions-framework --source=fn/app.py --target=f",
        {"fn/app.py": "import y", "fn/y.py": ""},
        ["fn/app.py", "fn/y.py"],
        True,
    ),
    "FUNCTION_SOURCE": (
        "COPY . .\nENV FUNCTION_SOURCE=fn/app.py\nCMD functions-framework --target=f",
        {"fn/app.py": "import y", "fn/y.py": ""},
        ["fn/app.py", "fn/y.py"],
        True,
    ),
    "flask env": (
        "COPY . .\nENV FLASK_APP=web\nCMD flask run",
        {"web/__init__.py": "import y", "y.py": ""},
        ["web/__init__.py", "y.py"],
        True,
    ),
    "manage.py": (
        "COPY . .\nCMD python manage.py runserver",
        {
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE','p.s')",
            "p/s.py": "INSTALLED_APPS=['blog']",
            "blog/models.py": "",
        },
        ["blog/models.py", "p/s.py"],
        True,
    ),
    "alembic and uvicorn": (
        "COPY . .\nCMD alembic upgrade head && uvicorn main:app",
        {"main.py": "", "alembic.ini": "", "m/env.py": "", "m/versions/1.py": ""},
        ["alembic.ini", "m/env.py", "m/versions/1.py"],
        False,
    ),
    "run make": (
        "COPY . .\nRUN make assets\nCMD python main.py",
        {"main.py": "", "Makefile": "", "assets/a.scss": ""},
        ["assets/a.scss"],
        False,
    ),
    "run protoc": (
        "COPY . .\nRUN python -m grpc_tools.protoc -I protos --python_out=. protos/x.proto\nCMD python main.py",
        {"main.py": "", "protos/x.proto": "", "protos/y.proto": ""},
        ["protos/x.proto", "protos/y.proto"],
        False,
    ),
    "run npm build": (
        "COPY . .\nRUN cd web && npm ci && npm run build\nCMD python main.py",
        {"main.py": "", "web/package.json": "", "web/src/a.js": "", "web/src/a.css": ""},
        ["web/src/a.css", "web/src/a.js"],
        False,
    ),
    "run collectstatic": (
        "COPY . .\nRUN python manage.py collectstatic\nCMD python main.py",
        {"main.py": "", "manage.py": "import y", "y.py": ""},
        ["manage.py", "y.py"],
        True,
    ),
    "run with a variable": (
        "COPY . .\nRUN SECRET_KEY=x DEBUG=0 python manage.py collectstatic\nCMD python main.py",
        {"main.py": "", "manage.py": "import y", "y.py": ""},
        ["manage.py", "y.py"],
        True,
    ),
    "run in an environment of the base": (
        "COPY . .\nRUN . /opt/venv/bin/activate && cd tools && python gen.py\nCMD python main.py",
        {"main.py": "", "tools/gen.py": "import y", "tools/y.py": ""},
        ["tools/gen.py", "tools/y.py"],
        True,
    ),
    "run in a loop": (
        "COPY . .\nRUN set -e; for one in a b; do python tools/$one.py; done\nCMD python main.py",
        {"main.py": "", "tools/a.py": "import y", "tools/b.py": "", "tools/y.py": ""},
        ["tools/a.py", "tools/b.py", "tools/y.py"],
        True,
    ),
    "run what stands below": (
        "COPY . .\nRUN <<END\ncd tools\npython gen.py\nEND\nCMD python main.py",
        {"main.py": "", "tools/gen.py": "import y", "tools/y.py": ""},
        ["tools/gen.py", "tools/y.py"],
        True,
    ),
    "run a shell that reads what stands below": (
        "COPY . .\nRUN bash -e <<'END'\nmake assets\nEND\nCMD python main.py",
        {"main.py": "", "Makefile": "", "assets/a.scss": ""},
        ["assets/a.scss"],
        False,
    ),
    "run a program that is not known": (
        "COPY . .\nRUN $TOOL assets\nCMD python main.py",
        {"main.py": "", "assets/a.scss": ""},
        ["assets/a.scss"],
        False,
    ),
    "run a text that does not end": (
        "COPY . .\nRUN pip install 'x\nCMD python main.py",
        {"main.py": "", "assets/a.scss": ""},
        ["assets/a.scss"],
        False,
    ),
    "run cp": (
        "COPY . /src\nRUN cp -r /src/app /app/app\nCMD python app/main.py",
        {"app/main.py": "import y", "app/y.py": ""},
        ["app/main.py", "app/y.py"],
        False,
    ),
    "run mv top": (
        "COPY . .\nRUN mv lib/* . && cp conf/x.json /etc/x.json\nCMD python main.py",
        {"main.py": "import y", "lib/y.py": "", "conf/x.json": ""},
        ["conf/x.json", "lib/y.py"],
        True,
    ),
    "run ln": (
        "COPY . .\nRUN ln -s /app/lib/y /usr/local/lib/python3.11/site-packages/y\nCMD python main.py",
        {"main.py": "import y", "lib/y/__init__.py": ""},
        ["lib/y/__init__.py"],
        True,
    ),
    "run cat heredoc pth": (
        "COPY . .\nRUN echo /app/lib > /usr/lib/python3/site-packages/x.pth\nCMD python main.py",
        {"main.py": "import y", "lib/y.py": ""},
        ["lib/y.py"],
        True,
    ),
    "copy into site-packages": (
        "COPY lib/y /usr/local/lib/python3.11/site-packages/y\nCOPY main.py .\nCMD python main.py",
        {"main.py": "import y.z", "lib/y/__init__.py": "", "lib/y/z.py": ""},
        ["lib/y/z.py"],
        True,
    ),
    "run sed": (
        "COPY . .\nRUN sed -i s/a/b/ main.py && chmod +x main.py && chown -R u:u /app && mkdir -p logs data && rm -rf tests && useradd x\nCMD python main.py",
        {"main.py": ""},
        ["main.py"],
        True,
    ),
    "apt etc": (
        "RUN apt-get update && apt-get install -y --no-install-recommends gcc curl && rm -rf /var/lib/apt/lists/*\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt && curl -LsSf https://x | sh\nCOPY . .\nCMD python main.py",
        {"main.py": "", "requirements.txt": ""},
        ["main.py", "requirements.txt"],
        True,
    ),
    "cython": (
        "COPY . .\nRUN python setup.py build_ext --inplace\nCMD python main.py",
        {"main.py": "import fast", "setup.py": "", "fast.pyx": "", "src/f.c": ""},
        ["fast.pyx", "setup.py", "src/f.c"],
        True,
    ),
    "sitecustomize in PYTHONPATH": (
        "COPY . .\nENV PYTHONPATH=/app/boot\nCMD python main.py",
        {"main.py": "", "boot/sitecustomize.py": "import q", "boot/q.py": ""},
        ["boot/q.py", "boot/sitecustomize.py"],
        True,
    ),
    "static js flask": (
        "COPY . .\nCMD python web/main.py",
        {
            "web/main.py": "import flask",
            "web/static/app.js": "",
            "web/static/a.css": "",
            "web/templates/x.html": "",
        },
        ["web/static/a.css", "web/static/app.js", "web/templates/x.html"],
        True,
    ),
}


@pytest.mark.parametrize(("text", "files", "expected", "narrow"), CASES.values(), ids=CASES)
def test_what_the_build_and_the_command_name_counts(
    text: str, files: dict[str, str], expected: list[str], narrow: bool
) -> None:
    snapshot = tree({**UNUSED, **files, "Dockerfile": HEAD + text})
    closure = Closure((), build=Build("Dockerfile"), mode=IMPORTS)
    derived = derive(snapshot, closure, Analyses(LANGUAGES))
    assert derived
    paths = PathMap([derived.closure])
    held = {path for path in snapshot.files() if paths.of(encode(path))}
    assert set(expected) - held == set()
    assert held.isdisjoint(UNUSED) is narrow
    assert bool(derived.doubts) is not narrow or "framework" in derived.doubts[0].why


def test_what_is_started_is_no_matter_where_all_that_is_copied_counts() -> None:
    snapshot = tree({"Dockerfile": "FROM x\nCOPY . .\nRUN make\nCMD supervisord", "a.py": ""})
    derived = derive(snapshot, Closure((), build=Build("Dockerfile"), mode=IMAGE), Analyses(LANGUAGES))
    assert derived
    assert derived.doubts == ()


def test_a_dockerfile_for_another_builder_takes_everything() -> None:
    for syntax, is_known in {"docker/dockerfile:1": True, "reg.example/docker/dockerfile-upstream@sha256:0": True,
                             "ghcr.io/a/b": False}.items():  # fmt: skip
        snapshot = tree({"Dockerfile": f"# syntax={syntax}\nFROM x\nCOPY a.py /", "a.py": ""})
        derived = derive(snapshot, Closure((), build=Build("Dockerfile"), mode=IMAGE), Analyses(LANGUAGES))
        assert derived
        assert (derived.closure.paths == ("Dockerfile", "a.py")) is is_known
        assert (derived.doubts == ()) is is_known
