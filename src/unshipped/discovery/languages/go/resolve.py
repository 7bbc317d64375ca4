"""Go: which files of a program an import leads to. Reaching one file of a package reaches all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import normpath

from unshipped.discovery.languages.asks import Ask, Asks, Lead, Lost, Nowhere, Step, Watch
from unshipped.discovery.languages.go.modules import SETTINGS, module_of, modules
from unshipped.discovery.languages.go.packages import beside, c_files, is_filled, matching, sources
from unshipped.discovery.languages.go.text import CGO, DATA, EMBED, asks
from unshipped.discovery.layout import Layout


class Go:
    """Resolves as `go build` does, in the places where the files lie when it runs."""

    suffixes: tuple[str, ...] = (".go",)

    def is_setting(self, name: str) -> bool:
        """Whether it is a file of modules."""
        return name in SETTINGS

    def asks(self, path: str, source: bytes) -> Asks:
        """What a file asks for."""
        return asks(source)

    def leads(self, at: str, asks: Asks, layout: Layout, roots: Sequence[str]) -> Iterator[Step]:
        """Where the file at a run-time path leads."""
        file = _File(at, layout, roots)
        for line, why in asks.unknown:
            yield Lost(line, why, "")
        yield from file.package()
        for ask in asks.asked:
            yield from file.follow(ask)


GO = Go()


class _File:
    def __init__(self, at: str, layout: Layout, roots: Sequence[str]) -> None:
        self._at, self._layout, self._here = at, layout, at.rpartition("/")[0]
        self._modules = modules(layout, roots, self._here)

    def package(self) -> Iterator[Step]:
        """The other files of its package. The first of them brings the others, and stands for them all."""
        files = sources(self._layout, self._here)
        if files and files[0] != self._at:
            yield from self._files(files[:1], 0, "the same package")
            return
        yield Watch(self._here)
        yield from self._files(files, 0, "the same package")
        yield from self._files(
            beside(self._layout, self._here), 0, "the compiler takes it in beside the package"
        )
        if self._modules:
            yield from self._files(self._modules.files(self._layout), 0, "says where imports lead")

    def follow(self, ask: Ask) -> Iterator[Step]:
        if ask.kind == EMBED:
            yield from self._embedded(ask)
        elif ask.kind == DATA:
            yield from self._data(ask)
        elif ask.kind == CGO:
            yield Watch(normpath(f"/{self._here}/{ask.what}").strip("/"))
            yield from self._files(matching(self._layout, self._here, ask.what), ask.line, f"cgo: {ask.what}")
        elif ask.what == "C":
            yield from self._c(ask)
        else:
            yield from self._import(ask)

    def _import(self, ask: Ask) -> Iterator[Step]:
        if self._modules is None:
            yield Lost(ask.line, "no go.mod says where its imports lead", "")
            return
        directories, module = self._modules.place(ask.what)
        if ask.what.startswith("."):
            directories, module = (normpath(f"/{self._here}/{ask.what}").strip("/"),), self._here
        found = [files[0] for one in directories if (files := sources(self._layout, one))]
        yield from self._files(found, ask.line, f'import "{ask.what}"')
        if not found and module is not None:
            yield from map(Watch, directories)
            yield self._made(ask, f"{ask.what} is not among the files", module)
        elif not found:
            yield Nowhere(ask.what)

    def _embedded(self, ask: Ask) -> Iterator[Step]:
        found = matching(self._layout, self._here, ask.what)
        yield from self._files(found, ask.line, f"//go:embed {ask.what}")
        if not found and not is_filled(self._layout, self._here, ask.what):
            module = module_of(self._layout, self._here)
            yield self._made(ask, f"what it embeds, {ask.what}, is not among the files", module or "")

    def _made(self, ask: Ask, what: str, module: str) -> Lost:
        return Lost(ask.line, f"{what}: it may be made of any file of its module", module)

    def _data(self, ask: Ask) -> Iterator[Step]:
        """A text that names a file: beside the file, or where the program is started."""
        for directory in dict.fromkeys([self._here, *self._layout.search]):
            start = "" if ask.what.startswith("/") else directory
            found = [one for one in matching(self._layout, start, ask.what) if not one.endswith(".go")]
            yield from self._files(found, ask.line, f'"{ask.what}"')

    def _c(self, ask: Ask) -> Iterator[Step]:
        """C is not read: what may be included is what there is in the module, or in what is vendored."""
        module = module_of(self._layout, self._here)
        is_vendored = "vendor" in self._here.split("/")
        home = self._here if is_vendored or module is None else module
        yield Watch(home)
        yield from self._files(c_files(self._layout, home), ask.line, 'import "C"')

    def _files(self, paths: Iterable[str], line: int, how: str) -> Iterator[Lead]:
        for path in paths:
            if path != self._at and (found := self._layout.find(path)):
                yield Lead(path, found, line, how)
