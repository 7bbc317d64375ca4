"""What the calls in a Python module load, start and read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from unshipped.discovery.languages.asks import Ask
from unshipped.discovery.languages.python.kinds import (
    BELOW,
    DATA,
    MIGRATIONS,
    PARTS,
    PATH,
    RUN,
    SCRIPT,
    STARTED,
)
from unshipped.discovery.languages.python.places import HOLE, PACKAGE, Texts

Found = Ask | tuple[int, str]
"""Something that is asked for, or where that cannot be told, and why."""

_LOADERS = {"import_module", "__import__", "run_module", "import_string", "import_from_string",
            "import_object", "load_object", "load_extension"}  # fmt: skip
"""Functions that load a module by its name, whoever wrote them."""
_FINDERS = {"find_spec", "resolve_name", "locate", "loadTestsFromName"}
"""Functions that may load it: what they are asked for counts where it is known."""
_HIDDEN = {"extend_path", "declare_namespace", "entry_points", "iter_entry_points", "load_entry_point"}
_FILES = {"run_path": 0, "spec_from_file_location": 1, "SourceFileLoader": 1, "load_source": 1}
"""Functions that load a file, and which of their arguments it is."""
_WALKERS = {"walk_packages", "iter_modules"}
_RESOURCES = re.compile(r"(importlib[._]resources|pkg_resources|pkgutil)\.\w+|(.*\.)?PackageLoader")
_STARTERS = {"run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "system",
             "popen", "create_subprocess_exec", "create_subprocess_shell", "execv", "execve", "execvp",
             "execvpe", "execl", "execlp", "execle", "spawnv", "spawnl", "spawnlp", "spawnvp"}  # fmt: skip
_BUILDERS = {"Path", "PurePath", "PosixPath", "joinpath", "join", "with_name"}
_READERS = {"open", "exists", "isfile", "isdir", "load_dotenv", "FileSystemLoader", "copy", "copyfile",
            "copytree", "loadtxt", "read_csv", "fileConfig"}  # fmt: skip
_LISTERS = {"listdir", "scandir", "walk", "glob", "iglob", "rglob", "iterdir"}
_PLACES = re.compile(r"(^|_)(dir|directory|folder|path|file|filename|searchpath|root)s?$")
_SEARCH = {"insert", "append", "extend"}
_MODULE = re.compile(r"[A-Za-z_][\w.]*")
_STARTED_MODULE = re.compile(r"-m[\s\0]+([A-Za-z_][\w.]*)")
_WORDS = re.compile(r"[^\s'\";&|<>()=]+")
_MOST_PARTS = 20
"""No name that is asked for here has more."""


class Calls:
    """Reads the calls of one module, in the order of its text."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._means: dict[str, str] = {}
        """What an imported name stands for: `importlib.import_module`."""
        self._called: set[int] = set()

    def imported(self, dotted: str, name: str | None) -> None:
        """An import gives a name to something."""
        self._means[name or dotted.partition(".")[0]] = dotted if name else dotted.partition(".")[0]

    def read(self, node: ast.Call) -> Iterator[Found]:
        """What a call asks for."""
        self._called.add(id(node.func))
        dotted = self._dotted(node.func)
        name = dotted.rpartition(".")[2]
        if name in _LOADERS or name in _FINDERS:
            yield from self._loaded(node, name)
        elif name in _FILES:
            yield from self._file(node, name)
        elif name in _WALKERS or (name == "discover" and dotted.startswith("unittest.")):
            yield from self._walked(node)
        elif name in _STARTERS:
            yield from self._started(node)
        elif node.args and _RESOURCES.fullmatch(dotted):
            for text in self._texts.of(node.args[0]):
                if _MODULE.fullmatch(text) or text == PACKAGE:
                    yield Ask(text.replace(PACKAGE, "."), node.lineno, (), PARTS)
        else:
            yield from self._other(node, dotted, name)

    def _other(self, node: ast.Call, dotted: str, name: str) -> Iterator[Found]:
        line = node.lineno
        if dotted.startswith("sys.path.") and name in _SEARCH and node.args:
            yield from self.searched(node.args[-1], line)
        elif dotted.startswith("__path__.") and name in _SEARCH:
            yield line, "a package changes where its modules are looked for"
        elif name in ("chdir", "addsitedir") and node.args:
            yield from self._entered(node.args[0], line, also_below=name == "addsitedir")
        elif name in _HIDDEN:
            yield line, f"{name}(): which modules are loaded, it finds when it runs"
        elif dotted == "exec" and not list(self.run_as_code(node)):
            yield from self._executed(node)
        elif dotted.startswith("lazy_loader."):
            yield Ask("@/..", line, (), BELOW)
        elif dotted.startswith("alembic."):
            yield Ask("env", line, ("script",), MIGRATIONS)
        yield from self._tasks(node, name)

    def _tasks(self, node: ast.Call, name: str) -> Iterator[Found]:
        """The modules that a Celery application is given."""
        given = [one.value for one in node.keywords if one.arg in ("include", "imports")]
        given += node.args[:1] if name == "autodiscover_tasks" else []
        for text in (text for one in given for text in self._texts.listed(one)):
            if _MODULE.fullmatch(text):
                yield Ask(text, node.lineno, ("tasks",))

    def _entered(self, node: ast.expr, line: int, *, also_below: bool) -> Iterator[Found]:
        """A directory that modules and files are looked for in; its `.pth` files name more."""
        for ask in self.searched(node, line):
            yield ask
            if also_below and ask.what != "?":
                yield ask._replace(what=_from_here(ask.what), kind=BELOW)

    def run_as_code(self, node: ast.Call) -> Iterator[str]:
        """The texts that a call runs as Python."""
        if isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval") and node.args:
            texts = self._texts.of(node.args[0])
            if not any(HOLE in text or text.startswith("@") for text in texts):
                yield from texts

    def _executed(self, node: ast.Call) -> Iterator[Found]:
        """`exec(open(FILE).read())`: a file is known where its place is."""
        known = False
        for inner in ast.walk(node):
            if isinstance(inner, ast.expr):
                for text in self._texts.of(inner):
                    if HOLE not in text and text.endswith((".py", ".pyw", ".txt")):
                        known = True
                        yield Ask(text, node.lineno, (), SCRIPT)
        if not known:
            yield node.lineno, "exec() of a text that is computed"

    def _loaded(self, node: ast.Call, name: str) -> Iterator[Found]:
        """`import_module(NAME, package)`: NAME may be known in part."""
        keywords = {one.arg: one.value for one in node.keywords}
        given = [*node.args[:1], *(keywords[k] for k in ("name", "mod_name") if k in keywords)][:1]
        if not given:
            return
        names, level = self._taken(node, keywords) if name == "__import__" else ((), 0)
        packages = self._packages(node, keywords) if name == "import_module" else [PACKAGE]
        for text in self._texts.of(given[0]):
            for package in packages if text.startswith(".") else [PACKAGE]:
                what = _absolute("." * level + text, package)
                yield from _asked(what, node.lineno, name, names)

    def _packages(self, node: ast.Call, keywords: Mapping[str | None, ast.expr]) -> list[str]:
        given = node.args[1] if len(node.args) > 1 else keywords.get("package")
        return self._texts.of(given) if given else [PACKAGE]

    def _taken(self, node: ast.Call, keywords: Mapping[str | None, ast.expr]) -> tuple[tuple[str, ...], int]:
        """What `__import__` takes by name, and how many packages above it begins."""
        listed = node.args[3] if len(node.args) > 3 else keywords.get("fromlist")
        level = node.args[4] if len(node.args) > 4 else keywords.get("level")
        names = self._texts.listed(listed) if listed else []
        count = level.value if isinstance(level, ast.Constant) and isinstance(level.value, int) else 0
        return tuple("*" if HOLE in one else one for one in names if one), max(0, min(count, 20))

    def _file(self, node: ast.Call, name: str) -> Iterator[Found]:
        """`run_path(FILE)`, `spec_from_file_location(name, FILE)`."""
        named = (k.value for k in node.keywords if k.arg in ("path_name", "location", "path"))
        given = [*node.args[_FILES[name] :], *named]
        for text in self._texts.of(given[0]) if given else [HOLE]:
            if HOLE in text:
                yield node.lineno, f"{name}() of a file that is computed"
            else:
                yield Ask(text, node.lineno, (), SCRIPT)

    def _walked(self, node: ast.Call) -> Iterator[Found]:
        """Modules that are found by looking: in this package, in another one, in a directory."""
        given = node.args[0] if node.args else next((k.value for k in node.keywords), None)
        if isinstance(given, ast.Name) and given.id == "__path__":
            yield Ask(".", node.lineno, (), BELOW)
        elif isinstance(given, ast.Attribute) and given.attr == "__path__":
            dotted = self._dotted(given.value)
            yield Ask(dotted or "?", node.lineno, (), BELOW)
        else:
            texts = self._texts.listed(given) if given else [HOLE]
            for text in self._texts.of(given) if given and texts == [HOLE] else texts:
                if HOLE in text:
                    yield node.lineno, "modules are found by looking in a directory that is computed"
                else:
                    yield Ask(_from_here(text), node.lineno, (), BELOW)

    def searched(self, node: ast.expr, line: int) -> Iterator[Ask]:
        """Directories in which modules are looked for."""
        if isinstance(node, ast.List | ast.Tuple | ast.BinOp | ast.ListComp) and self._is_list(node):
            found = self._texts.listed(node)
        else:
            found = self._texts.of(node)
        for text in found:
            yield Ask("?" if HOLE in text else text, line, (), PATH)

    def _is_list(self, node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp):
            return self._is_list(node.left) or self._is_list(node.right)
        return isinstance(node, ast.List | ast.Tuple | ast.ListComp)

    def is_search_path(self, node: ast.expr) -> bool:
        """Whether an assignment to it changes where modules are looked for."""
        node = node.value if isinstance(node, ast.Subscript) else node
        return self._dotted(node) == "sys.path"

    def _started(self, node: ast.Call) -> Iterator[Found]:
        """`subprocess.run([sys.executable, "script.py"], cwd=…)`, `os.system("python script.py")`."""
        for keyword in node.keywords:
            if keyword.arg == "cwd":
                yield from self.searched(keyword.value, node.lineno)
        for argument in node.args[:2]:
            for text in (*self._texts.of(argument), *self._texts.listed(argument)):
                yield from self.words(text, node.lineno)

    def words(self, text: str, line: int) -> Iterator[Ask]:
        """What a command that is written as one text names."""
        for word in _WORDS.findall(text.replace(HOLE, " ")):
            if "." in word or "/" in word:
                yield Ask(word, line, (STARTED,), DATA)
        for module in _STARTED_MODULE.findall(text):
            yield Ask(module, line, (), RUN)

    def command(self, node: ast.List | ast.Tuple) -> Iterator[Found]:
        """`[sys.executable, "-m", "module"]`, wherever it stands."""
        if len(node.elts) < 2:
            return
        first, second, *rest = node.elts
        starts = isinstance(first, ast.Attribute) and first.attr == "executable"
        known = self._texts.of(second)
        if starts or any(text.rpartition("/")[2].startswith("python") for text in self._texts.of(first)):
            for text in known:
                if text == "-m" and rest:
                    for module in self._texts.of(rest[0]):
                        known_module = _MODULE.fullmatch(module)
                        yield (
                            Ask(module, node.lineno, (), RUN)
                            if known_module
                            else (node.lineno, "what is started is computed")
                        )
                elif text.startswith(HOLE):
                    yield node.lineno, "what is started is computed"
                elif HOLE not in text:
                    yield Ask(text, node.lineno, (STARTED,), DATA)

    def places(self, node: ast.Call) -> Iterator[tuple[ast.expr, bool]]:
        """The expressions of a call that may name a file, and whether all that lies there is meant."""
        name = self._dotted(node.func).rpartition(".")[2] or getattr(node.func, "attr", "")
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name in _BUILDERS and not isinstance(receiver, ast.Constant):
            yield node, False
        elif name in _READERS and node.args:
            yield node.args[0], False
        elif name in _LISTERS:
            if receiver is not None and self._texts.of(receiver) != [HOLE]:
                yield receiver, True
            elif node.args:
                yield node.args[0], True
        for keyword in node.keywords:
            if keyword.arg and _PLACES.search(keyword.arg):
                yield keyword.value, False

    def handed_on(self, node: ast.Attribute | ast.Name) -> Iterator[Found]:
        """A loader that is not called but given away."""
        if id(node) in self._called or (isinstance(node, ast.Name) and node.id not in self._means):
            return
        dotted = self._dotted(node)
        if dotted in ("importlib.import_module", "builtins.__import__", "runpy.run_path"):
            yield node.lineno, f"{dotted} is handed on"
        elif dotted.startswith("sys.path.") and dotted.rpartition(".")[2] in _SEARCH:
            yield Ask("?", node.lineno, (), PATH)

    def _dotted(self, node: ast.expr) -> str:
        """A name with its attributes, as it was imported."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < _MOST_PARTS:
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            parts.append(self._means.get(node.id, node.id))
        elif parts:
            parts.append("")
        return ".".join(reversed(parts))


def _from_here(place: str) -> str:
    """A place that cannot be taken for the name of a module."""
    return place if place.startswith(("@", "/")) else f"./{place}"


def _asked(what: str, line: int, name: str, names: tuple[str, ...]) -> Iterator[Found]:
    known = what.partition(HOLE)[0]
    if known == what:
        yield Ask(what, line, names, RUN if name == "run_module" else "")
    elif name in _FINDERS:
        return
    elif "." in known:
        below = known.rpartition(".")[0] if known.strip(".") else known
        yield Ask(below, line, (), BELOW)
    else:
        yield line, f"{name}() of a name that is computed"


def _absolute(text: str, package: str) -> str:
    """A module's name, with what it is relative to where that is not the package it stands in."""
    if text.startswith(PACKAGE):
        return "." + text[1:].lstrip(".") if text != PACKAGE else "."
    if not text.startswith(".") or package == PACKAGE:
        return text
    rest = text.lstrip(".")
    if HOLE in package:
        return HOLE
    above = package.split(".")
    return ".".join([*above[: len(above) - (len(text) - len(rest) - 1)], rest])
