"""What a JavaScript or TypeScript file asks for, read from its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from unshipped.discovery.languages.asks import Ask, Asks
from unshipped.discovery.languages.javascript.bindings import QUERY as BINDINGS
from unshipped.discovery.languages.javascript.bindings import Bound, bound, requires, words
from unshipped.discovery.languages.javascript.markup import MARKUP, line_of, markup
from unshipped.discovery.languages.javascript.places import (
    HERE,
    WORKING,
    Evaluation,
    Text,
    arguments,
    called,
    owner,
    string,
    text_of,
)

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query

FILE, BELOW, DATA, TYPES, STYLE = "file", "below", "data", "types", "style"
"""Kinds of asking beside an import: a path that is put together, all below a directory, a text that may name
a file or a directory, types, which are gone when the program runs, and what a style sheet asks for.
"""
_QUERY = """
[(import_statement source: (string)) (export_statement source: (string))] @import
[(call_expression) (new_expression)] @call
[(string) (template_string) (binary_expression operator: "+")] @text
((identifier) @place (#any-of? @place "__dirname" "__filename"))
(member_expression object: (meta_property)) @place
(variable_declarator name: (identifier) value: (_)) @declared
(export_statement declaration: (_ (variable_declarator) @exported))
[(ERROR) (MISSING)] @error
"""
_NAMES = "[(identifier) (shorthand_property_identifier)] @name"
_HANDED_ON = """
([(arguments (identifier) @handed) (binary_expression (identifier) @handed) (array (identifier) @handed)
  (ternary_expression (identifier) @handed) (assignment_expression right: (identifier) @handed)
  (pair value: (identifier) @handed) (return_statement (identifier) @handed)
  (shorthand_property_identifier) @handed]
 (#eq? @handed "require"))
"""
_TYPESCRIPT = "(import_require_clause source: (string)) @import"
_GRAMMARS = {
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), ("javascript", "tsx")),
    **dict.fromkeys((".ts", ".mts", ".cts"), ("typescript", "tsx")),
    **dict.fromkeys((".tsx", *MARKUP), ("tsx", "typescript")),
}
"""Which grammars read a file, by its suffix; the second where the first finds an error."""
SUFFIXES = tuple(_GRAMMARS)
_FILE = re.compile(r"(?!\w+:)[\w@./ -]{1,200}\.[A-Za-z][A-Za-z0-9]{0,9}")
_PATH = re.compile(r"[\w@. -]{1,80}(/[\w@. -]{1,80}){1,20}/?")
_NAME = re.compile(r"[\w.-]{1,80}")
_DIRECTORY = re.compile(r"(\.{1,2}/|@/|(@[^/]+/)?[^/@.][^/]*/)([^/]*/)*")
_GLOB = re.compile(r"[*{?\[!+(]")
_PLACES = re.compile(rb"__dirname|__filename|import\.meta|\bcwd\b|\bresolve\b")
_HERE = re.compile(rb"__dirname|__filename|import\.meta|\bcwd\b")
_LOADS_CODE = re.compile(r"\b(import|require)\b")
_LOADED = re.compile(
    rb"""\b(?:from|import)\s*["']([^"'\n]+)["']|"""
    rb"""(?<!\.)\b(?:import|require)\s*(?:\(\s*(?:["'`]([^"'`$\n]+)["'`]|(?=[^"'`)\s])))"""
)
"""What is loaded, in plain text: a literal, or nothing where it is none."""
_LONGEST, _MOST_MISTAKEN = 400, 10
_MANY, _DEEPEST = 10_000, 1000
_NO_PARSE, _BINARY = "it does not parse as JavaScript or TypeScript", "it is binary"
_DEEP = "it is nested too deeply to be read"
_NOT_READ = {_NO_PARSE, _BINARY, _DEEP}
_STARTERS = {"fork", "Worker", "SharedWorker"}
_DIRECTORY_TAKERS = {
    *("static", "serveStatic", "readdir", "readdirSync", "opendir", "opendirSync", "cp", "cpSync", "scandir")
}
"""Functions that are given the name of a directory."""


def asks(path: str, source: bytes) -> Asks:
    """What a file asks for. Never raises."""
    suffix = path[path.rfind(".") :]
    more: list[Ask] = []
    if suffix in MARKUP:
        source, named = markup(suffix, source)
        more = [Ask(one.what, one.line, (), STYLE if one.is_style else "") for one in named]
    if b"\0" in source:
        return Asks((), ((0, _BINARY),))
    grammar, root = _parsed(suffix, source)
    if _is_deep(root):
        return Asks((), ((0, _DEEP),))
    errors = [node for node in (root, *root.children) if node.is_error]
    if _is_mistaken(errors, source):
        return Asks((), ((_line(errors[-1]), _NO_PARSE),))
    found = _Reader(grammar, root, source).asks()
    return found._replace(asked=(*found.asked, *more))


def puts_together(source: bytes) -> bool:
    """Whether a file may take a path from where it lies or where it is started."""
    return _HERE.search(source) is not None


def placed(asks: Asks) -> tuple[Ask, ...] | None:
    """The paths that are taken from there; None where the file is not understood."""
    if any(why in _NOT_READ for _, why in asks.unknown):
        return None
    return tuple(one for one in asks.asked if one.what.startswith((HERE, WORKING)))


def _parsed(suffix: str, source: bytes) -> tuple[str, Node]:
    """The tree by the first grammar that finds no error, by the file's own one where all do; with the name
    of the grammar.
    """
    from tree_sitter import Parser  # noqa: PLC0415 - whoever reads no such file need not load it

    trees = [(name, Parser(_language(name)).parse(source).root_node) for name in _GRAMMARS[suffix][:1]]
    if trees[0][1].has_error:
        trees += [(name, Parser(_language(name)).parse(source).root_node) for name in _GRAMMARS[suffix][1:]]
    return next((one for one in trees if not one[1].has_error), trees[0])


def _is_deep(root: Node) -> bool:
    """Whether searching a tree may take for ever: that takes longer with each level of it."""
    if root.descendant_count < _MANY:
        return False
    cursor, depth = root.walk(), 0
    while depth < _DEEPEST:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True


@cache
def _language(name: str) -> Language:
    import tree_sitter_javascript  # noqa: PLC0415
    import tree_sitter_typescript  # noqa: PLC0415
    from tree_sitter import Language  # noqa: PLC0415

    made = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return Language(made[name]())


@cache
def _query(name: str, text: str) -> Query:
    from tree_sitter import Query  # noqa: PLC0415

    return Query(_language(name), text)


class _Reader:
    """One file. Its nodes are met in the order of the text, the outer before the inner, so that whoever
    understands an expression as a whole keeps its parts from being understood once more.
    """

    def __init__(self, grammar: str, root: Node, source: bytes) -> None:
        self._grammar, self._root, self._source = grammar, root, source
        self._asked: dict[Ask, None] = {}
        self._unknown: dict[tuple[int, str], None] = {}
        bindings = self._captures(BINDINGS)
        names = bound(bindings)
        self._is_given = "require" in words(bindings.get("other", ()))
        self._requires = requires(names)
        self._evaluation = Evaluation(names)
        self._placed = self._placed_names(names)
        self._quiet = self._silent = 0
        """Up to which byte texts are part of something that is understood, and everything is."""

    def asks(self) -> Asks:
        typescript = self._grammar != "javascript"
        captures = self._captures(_QUERY + (_TYPESCRIPT if typescript else ""))
        exported = {node.start_byte for node in captures.pop("exported", ())}
        if errors := captures.pop("error", ()):
            self._mistaken(errors)
        if not self._is_given and b"require" in self._source:
            for node in self._captures(_HANDED_ON).get("handed", ()):
                self._unknown[_line(node), "`require` is handed on, to load what is not known here"] = None
        captures["declared"] = [one for one in captures.get("declared", ()) if one.start_byte not in exported]
        if self._placed:
            names = self._captures(_NAMES).get("name", ())
            captures["place"] = [
                *captures.get("place", ()),
                *(n for n in names if text_of(n) in self._placed),
            ]
        for kind, node in _in_order(captures):
            if node.start_byte >= self._silent:
                self._meet(kind, node)
        return Asks(tuple(self._asked), tuple(self._unknown))

    def _mistaken(self, errors: Sequence[Node]) -> None:
        """Where the grammar understands little of a file, anything may stand in it. Where it misses some new
        or rare form of writing, what is loaded is read from the plain text as well.
        """
        if _is_mistaken(errors, self._source):
            self._unknown[min(map(_line, errors)), _NO_PARSE] = None
        lines = line_of(self._source)
        for match in _LOADED.finditer(self._source):
            line = lines(match.start())
            if what := match[1] or match[2]:
                self._asked[Ask(what.decode("utf-8", "replace"), line)] = None
            else:
                self._unknown[line, "it loads what is computed, in a form that is not understood"] = None

    def _captures(self, text: str) -> dict[str, list[Node]]:
        from tree_sitter import QueryCursor  # noqa: PLC0415

        return QueryCursor(_query(self._grammar, text)).captures(self._root)

    def _placed_names(self, names: Bound) -> frozenset[str]:
        """The names that stand for a place of which it is known where it is."""
        if not _PLACES.search(self._source):
            return frozenset()
        texts = ((name, self._evaluation.texts(value)) for name, values in names.items() for value in values)
        return frozenset(name for name, found in texts if any(text.placed for text in found))

    def _ask(self, what: str, node: Node, kind: str = "") -> None:
        if what:
            self._asked[Ask(what, _line(node), (), kind)] = None

    def _meet(self, kind: str, node: Node) -> None:
        quiet = node.start_byte < self._quiet
        if kind == "import":
            source = node.child_by_field_name("source")
            of_types = any(child.type == "type" for child in node.children[:2])
            if source is not None:
                self._ask(string(source).known, node, TYPES if of_types else "")
                self._silent = node.end_byte
        elif kind == "declared":
            # What is done with the name says what of the place is asked for.
            name = node.child_by_field_name("name")
            if name is not None and text_of(name) in self._placed:
                self._quiet = max(self._quiet, node.end_byte)
        elif kind == "call" and self._load(node):
            pass
        elif not quiet and not self._place(node) and kind == "text":
            self._data(node)

    def _load(self, node: Node) -> bool:
        """Whether a call loads modules."""
        name, of, given = called(node), owner(node), arguments(node)
        if name in ("eval", "Function"):
            if any(_LOADS_CODE.search(text_of(one)) for one in given):
                self._unknown[_line(node), f"{name}() of a text that loads modules"] = None
        elif name in ("import", "require") and of == "require.main":
            self._unknown[_line(node), "what is started loads it"] = None
        elif name in ("glob", "globEager") and of == "import.meta":
            self._globs(given[:1])
            self._quiet = max(self._quiet, node.end_byte)
        elif name == "context" and of in self._requires:
            self._loaded(
                node, [text._replace(known=f"{text.known}/", whole=False) for text in self._texts(given)]
            )
        elif (
            name == "import"
            or (not of and name in self._requires)
            or (name == "require" and of == "module")
            or (name == "resolve" and of in (*self._requires, "import.meta"))
        ):
            if node.type == "call_expression" and given:
                self._loaded(node, self._texts(given))
                return True
        elif name in _STARTERS and any(text.placed for text in self._texts(given)):
            self._loaded(node, self._texts(given))
            return True
        else:
            self._directories(node, name, given)
        return False

    def _texts(self, given: list[Node]) -> list[Text]:
        return self._evaluation.texts(given[0] if given else None)

    def _loaded(self, node: Node, texts: list[Text]) -> None:
        for text in texts:
            if text.whole:
                self._ask(text.known, node)
            elif text.placed:
                self._at(text, node)
            elif below := _DIRECTORY.match(text.known):
                self._ask(below[0], node, BELOW)
            else:
                self._unknown[_line(node), f"{called(node)}() of a name that is computed"] = None
        if all(text.whole for text in texts):
            self._silent = node.end_byte
        else:
            self._quiet = max(self._quiet, node.end_byte)

    def _globs(self, given: list[Node]) -> None:
        """`import.meta.glob(["./pages/*.vue", "!./pages/_*"])`."""
        for node in given:
            for text in self._evaluation.texts(node):
                if not text.known.startswith("!"):
                    self._ask(_GLOB.split(text.known)[0].rpartition("/")[0] + "/", node, BELOW)

    def _place(self, node: Node) -> bool:
        """Whether an expression is a path that is put together from a known place."""
        placed = [text for text in self._evaluation.texts(node) if text.placed]
        for text in placed:
            if text.known.rstrip("/") != WORKING:
                self._at(text, node)
        if placed:
            self._quiet = node.end_byte
        return bool(placed)

    def _at(self, text: Text, node: Node) -> None:
        first = _GLOB.split(text.known, maxsplit=1)[0]
        if text.whole and first == text.known:
            self._ask(text.known, node, FILE)
        else:
            self._ask(first.rpartition("/")[0] or first, node, BELOW)

    def _data(self, node: Node) -> None:
        """A text that may name a file or a directory."""
        [text, *others] = self._evaluation.texts(node)
        value = text.known
        if others or len(value) > _LONGEST or (not text.whole and not value.startswith(("./", "../"))):
            return
        if not text.whole or ("/" in value and _GLOB.search(value)):
            value = _GLOB.split(value)[0].rpartition("/")[0]
            if value.strip("./"):
                self._ask(f"{value}/", node, DATA)
        elif value.startswith(("./", "../")) or _FILE.fullmatch(value) or _PATH.fullmatch(value):
            self._ask(value, node, DATA)

    def _directories(self, node: Node, name: str, given: list[Node]) -> None:
        """`express.static("public")`, `app.set("views", "templates")`."""
        texts = [string(one).known for one in given if one.type == "string"]
        if name == "set" and texts[:1] in (["views"], ["view engine"]):
            texts = ["views", *texts[1:]]
        elif name not in _DIRECTORY_TAKERS:
            return
        for text in texts:
            if _NAME.fullmatch(text):
                self._ask(f"./{text}", node, DATA)


def _is_mistaken(errors: Sequence[Node], source: bytes) -> bool:
    """Whether the grammar understands little of a file."""
    return sum(node.end_byte - node.start_byte for node in errors) * _MOST_MISTAKEN > len(source)


def _in_order(captures: Mapping[str, Sequence[Node]]) -> list[tuple[str, Node]]:
    """Nodes as they stand in the text, the outer ones first; of one node, that it is an import."""
    met = [(kind, node) for kind, nodes in captures.items() for node in nodes]
    return sorted(met, key=lambda one: (one[1].start_byte, -one[1].end_byte, one[0] != "import"))


def _line(node: Node) -> int:
    return node.start_point.row + 1
