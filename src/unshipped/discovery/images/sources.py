"""One source of COPY, ADD or a mount: which paths of the repository it stands for."""

from __future__ import annotations

from posixpath import normpath

from unshipped.core.closures.patterns import compile_glob, encode
from unshipped.discovery.images.ignore_file import IgnoreFile
from unshipped.discovery.images.rules import covering, is_pattern, literal, literal_base, source_glob
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.snapshot import Snapshot

BUILT = (
    *(".jar", ".war", ".ear", ".whl", ".deb", ".rpm", ".apk", ".tgz", ".tar", ".tar.gz"),
    *(".zip", ".exe", ".wasm", ".so"),
)
"""What ends so is made by a build, and kept in no repository."""


class Source:
    """What stands in an instruction, its variables filled in where they are known."""

    def __init__(self, snapshot: Snapshot, context: str, ignore: IgnoreFile, text: str) -> None:
        self.text = text
        self.doubt = ""
        """Why it is not known what it stands for; then it stands for all that lies below its directory."""
        self._snapshot, self._context, self._ignore = snapshot, context, ignore
        inner = normpath(f"/{text}").strip("/")  # no source leaves the context
        self._glob: str | None = None
        if is_unknown(text):
            self.doubt = f"{text!r} depends on a variable whose value is not known"
            inner = literal_base(normpath(f"/{text.partition('$')[0]}-").strip("/").rpartition("/")[0])
        elif is_pattern(inner):
            self._glob = source_glob(inner)
            if self._glob is None:
                self.doubt = f"{text!r} is an unusual pattern"
            inner = literal_base(inner)
        self._path = f"{context}/{inner}".strip("/") if inner else context
        """The path itself; of a pattern, the directory that all of it lies in."""
        self._pivot = normpath(f"/{text.partition('/./')[0]}").strip("/") if "/./" in text else ""

    def patterns(self) -> list[str]:
        """The patterns that hold it: also what is not there yet will be copied once it is."""
        if self._glob is None:
            let_in = self._ignore.let_in(self._path)
            return covering(self._path) if let_in is None else let_in
        globs = [self._whole(self._context), *self._through_links()]
        # A directory that a wildcard matches is copied with all that is in it.
        return [pattern for glob in globs for pattern in (glob, f"{glob}/**")]

    def _whole(self, context: str) -> str:
        return f"{literal(context)}/{self._glob}" if context else self._glob or ""

    def _through_links(self) -> list[str]:
        """The pattern where its files really lie, if a link leads there, and that link."""
        real = self._snapshot.real(self._path)
        if real is None or not real[1]:
            return []
        rest = self._whole(self._context)[len(literal(self._path)) :].lstrip("/")
        return [*map(literal, real[1]), f"{literal(real[0])}/{rest}".lstrip("/")]

    def matches(self, *, deep: bool) -> list[str]:
        """The paths that it stands for: with a wildcard each file or directory that it matches. `deep`: its
        wildcards may reach into directories.
        """
        if self._glob is None:
            return [self._path]
        if deep and "**" in self._glob:
            return [self._path]
        whole = self._whole(self._context)
        match, depth = compile_glob(encode(whole)), whole.count("/")
        real = self._snapshot.real(self._path)
        if real is None:
            return []
        cut = len(real[0])
        files = {self._path + file[cut:] if self._path else file for file in self._snapshot.below(real[0])}
        met = {"/".join(file.strip("/").split("/")[: depth + 1]) for file in files}
        return sorted(one for one in met if match(encode(one)))

    def from_pivot(self, path: str) -> str:
        """A path of it as COPY --parents keeps it: from the context, or from the `/./` that it has."""
        inner = path[len(self._context) :].strip("/") if self._context else path
        return inner[len(self._pivot) :].strip("/") if self._pivot else inner

    def is_there(self) -> bool:
        """Whether the tree has anything of it; what is not known is taken to be there, unless it is built."""
        if self.doubt:
            return not self.text.endswith(BUILT)
        if self._glob is not None:
            return bool(self.matches(deep=True))
        return self._snapshot.has(self._path)

    def places(self) -> list[str]:
        """Where it would lie, by its name and behind links: paths and patterns of the repository."""
        if self._glob is not None:
            return self.patterns()
        real = self._snapshot.real(self._path)
        return [self._path, *([real[0]] if real else [])]

    def is_file(self) -> bool:
        """Whether it is one file, by its name."""
        return not self.doubt and self._glob is None and self._path in self._snapshot.entries
