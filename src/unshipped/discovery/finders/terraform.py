"""Functions that only Terraform declares, of directories that it packs itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.finders._names import directory_in, files, image_name, known, slug
from unshipped.discovery.images.rules import literal
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"\.tf$")
_HEAD = re.compile(r'(resource|data|module)[ \t]+"([\w-]+)"(?:[ \t]+"([\w-]+)")?[ \t]*\{')
_OF_LAMBDA = re.compile(r"terraform-aws-modules/(terraform-aws-)?lambda\b")
_NAMED = re.compile(
    r"\b(archive_file|google_storage_bucket_object|aws_s3_object|aws_s3_bucket_object)\.([\w-]+)"
)
_HERE = re.compile(r"\$\{path\.(?:module|root|cwd)\}/*")
_FUNCTIONS = {
    "google_cloudfunctions_function": ("cloud-function", "name"),
    "google_cloudfunctions2_function": ("cloud-function", "name"),
    "aws_lambda_function": ("lambda", "function_name"),
}
_GIVEN = re.compile(r'"?(?:\$\{)?var\.(\w+)\}?"?')
"""What the block says that uses a module."""
_DEEPEST = 3
_MOST = 20
Key = tuple[str, str]


class _Block(Value):
    place: Place
    kind: str
    name: str
    body: str

    @property
    def directory(self) -> str:
        return self.place.path.rpartition("/")[0]

    def said(self, name: str) -> str:
        """What an attribute is set to, as it stands there."""
        found = re.search(rf"^[ \t]*{name}[ \t]*=[ \t]*(\S(?:.*[^ \t\n])?)[ \t]*$", self.body, re.MULTILINE)
        return found[1] if found else ""

    def value(self, name: str) -> str:
        """The text that an attribute is given."""
        return _text(self.said(name))


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each function, with the `archive_file` of its directory that it is packed as; and modules of Lambda."""
    by_directory: dict[str, dict[Key, _Block]] = {}
    for path in files(snapshot, _FILE):
        for key, block in _blocks(path, snapshot.text(path) or ""):
            by_directory.setdefault(block.directory, {})[key] = block
    callers = _callers(block for blocks in by_directory.values() for block in blocks.values())
    for blocks in by_directory.values():
        for (kind, _), block in blocks.items():
            if kind == "module" and _OF_LAMBDA.search(block.value("source")):
                name = block.value("function_name")
                yield from _function(snapshot, block, "lambda", name, block.value("source_path"))
            elif kind in _FUNCTIONS:
                yield from _packed(snapshot, block, _archive(blocks, block), callers.get(block.directory, ()))


def _callers(blocks: Iterable[_Block]) -> dict[str, list[_Block]]:
    """The blocks that use the modules of a directory."""
    found: dict[str, list[_Block]] = {}
    for block in blocks:
        if block.kind == "module" and (where := inside(block.directory, block.value("source") or "..")):
            found.setdefault(where, []).append(block)
    return found


def _packed(
    snapshot: Snapshot, block: _Block, archive: _Block | None, callers: Sequence[_Block]
) -> Iterator[Found | Doubt]:
    """A function, once for each block that uses its module where that says what is packed."""
    runs_on, key = _FUNCTIONS[block.kind]
    said = (archive.said("source_dir") or archive.said("source_file")) if archive else ""
    given, named = _GIVEN.fullmatch(said), _GIVEN.fullmatch(block.said(key))
    for caller in callers if given else ():
        name = caller.value(named[1]) if named else block.value(key)
        yield from _function(snapshot, caller, runs_on, name, caller.value(given[1]) if given else "")
    if not (given and callers):
        yield from _function(snapshot, block, runs_on, block.value(key), _text(said) if archive else None)


def _blocks(path: str, text: str) -> Iterator[tuple[Key, _Block]]:
    """The blocks of a file, by their kind and name: as `terraform fmt` writes them."""
    head: re.Match[str] | None = None
    begin, body = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if head is None:
            head, begin, body = _HEAD.match(line), number, []
        elif line.startswith("}"):
            kind, name = (head[2], head[3]) if head[3] else (head[1], head[2])
            yield (kind, name), _Block(Place(path, begin), kind, name, "\n".join(body))
            head = None
        elif not line.lstrip().startswith(("#", "//")):
            body.append(line)


def _archive(blocks: Mapping[Key, _Block], block: _Block, depth: int = 0) -> _Block | None:
    """What a function is packed as, by itself or by way of what it is uploaded as."""
    for kind, name in _NAMED.findall(block.body)[:_MOST] if depth < _DEEPEST else ():
        other = blocks.get((kind, name))
        found = other if kind == "archive_file" or other is None else _archive(blocks, other, depth + 1)
        if found:
            return found
    return None


def _text(said: str) -> str:
    return said[1:-1] if len(said) > 1 and said[0] == said[-1] == '"' and '"' not in said[1:-1] else ""


def _function(
    snapshot: Snapshot, block: _Block, runs_on: str, name: str, where: str | None
) -> Iterator[Found | Doubt]:
    """One function; `where` is None where nothing here says what is packed."""
    named, image = slug(known(name)), image_name(block.value("image_uri"))
    path = _HERE.sub("", where or "")
    source = directory_in(snapshot, block.directory, path) if path and "$" not in path else None
    file = inside(block.directory, path) if path and source is None else None
    # One whose name hangs on a variable is called as its block is.
    found = Found(named or slug(block.name), block.place, image=image, runs_on=runs_on)
    if source is not None:
        yield found._replace(build=Build(source=source))
    elif file in snapshot.entries:
        yield found._replace(paths=(literal(file or ""),))
    elif image or (named and where is None):
        yield found
    elif where is not None:
        yield Doubt(block.place, f"{found.name}: where that lies which it is made of depends on a variable")
