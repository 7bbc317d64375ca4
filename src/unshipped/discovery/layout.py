"""Where the files of a repository lie when the service runs: an image copies them to other places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unshipped.core.value import Value
from unshipped.discovery.snapshot import Snapshot


class Mount(Value):
    """One file or directory of the repository, and where it lies at run time.

    Run-time paths are absolute paths without the leading slash: `app/shared`; the top is the empty string.
    """

    at: str
    path: str
    left_out: Callable[[str], bool] = lambda _path: False
    """Whether a path of the repository is kept out, as by `.dockerignore`."""


class Located(Value):
    """A file of the repository, where it really lies, and the symbolic links passed on the way there."""

    path: str
    links: tuple[str, ...] = ()


class Layout:
    """Mounts, the later ones over the earlier ones. Nothing is listed until it is asked for."""

    def __init__(
        self,
        snapshot: Snapshot,
        mounts: Sequence[Mount],
        search: Sequence[str] = ("",),
        filled: Sequence[str] = (),
        origins: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.snapshot = snapshot
        self.mounts = tuple(mounts)
        self.search = tuple(search)
        """The run-time directories in which a language looks for what is named without a place."""
        self.filled = tuple(filled)
        """The run-time paths where something lies that is made elsewhere, and counts there."""
        self.origins = tuple(origins)
        """Places, each with the one that it is copied from: what lies there may only be compiled there."""
        self.anywhere = False
        """Whether it may find that in others too, since the image was rearranged."""
        self._found: dict[str, Located | None] = {}
        self._beside: dict[str, list[str]] = {}
        self._are_directories: dict[str, bool] = {}
        self.memo: dict[tuple[str, str], Any] = {}
        """What a language works out once about a directory."""

    def find(self, path: str) -> Located | None:
        """The file that lies at a run-time path, or None."""
        if path not in self._found:
            self._found[path] = self._find(path)
        return self._found[path]

    def is_directory(self, path: str) -> bool:
        """Whether a directory lies at a run-time path."""
        if path not in self._are_directories:
            # What lies on the way to a place that something was copied to is a directory too.
            above = any(mount.at != path and _within(mount.at, path) for mount in self.mounts)
            self._are_directories[path] = above or bool(self._directories(path))
        return self._are_directories[path]

    def below(self, path: str) -> list[str]:
        """The run-time paths of the files below a run-time directory, sorted."""
        found = set()
        for directory, left_out in self._directories(path):
            cut = len(directory) + 1 if directory else 0
            prefix = f"{path}/" if path else ""
            found |= {prefix + file[cut:] for file in self.snapshot.below(directory) if not left_out(file)}
        for mount in self.mounts:
            if _within(mount.at, path) and mount.at != path:
                found.update(self._of(mount))
        return sorted(found)

    def made_at(self, path: str) -> list[str]:
        """The places that what lies at a run-time path may be copied from."""
        return [_joined(other, path[len(at) :].strip("/")) for at, other in self.origins if _within(path, at)]

    def beside(self, path: str) -> list[str]:
        """The run-time paths of the files straight in a run-time directory."""
        if path not in self._beside:
            found = set()
            for directory, left_out in self._directories(path):
                names = self.snapshot.names(directory)
                prefix, at = f"{directory}/" if directory else "", f"{path}/" if path else ""
                found |= {at + name for name in names if not left_out(prefix + name)}
            found |= {mount.at for mount in self.mounts if mount.at.rpartition("/")[0] == path}
            self._beside[path] = sorted(one for one in found if self.find(one))
        return self._beside[path]

    def places(self, path: str) -> list[str]:
        """The run-time paths at which a file of the repository lies; one file may be copied twice."""
        return [
            _joined(mount.at, path[len(mount.path) :].strip("/"))
            for mount in self.mounts
            if _within(path, mount.path) and not mount.left_out(path)
        ]

    def _find(self, path: str) -> Located | None:
        for mount in reversed(self.mounts):
            if not _within(path, mount.at):
                continue
            named = _joined(mount.path, path[len(mount.at) :].strip("/"))
            if mount.left_out(named):
                continue
            real = self.snapshot.real(named)
            if real is not None and real[0] in self.snapshot.entries:
                return Located(*real)
        return None

    def directories(self, path: str) -> list[str]:
        """The directories of the repository that lie at a run-time path."""
        return [directory for directory, _ in self._directories(path)]

    def _directories(self, path: str) -> list[tuple[str, Callable[[str], bool]]]:
        """The same, each with what is kept out of it."""
        found = []
        for mount in self.mounts:
            if _within(path, mount.at):
                real = self.snapshot.real(_joined(mount.path, path[len(mount.at) :].strip("/")))
                if real is not None and self.snapshot.is_directory(real[0]):
                    found.append((real[0], mount.left_out))
        return found

    def _of(self, mount: Mount) -> list[str]:
        """The run-time paths of everything that a mount brings."""
        if mount.path in self.snapshot.entries:
            return [] if mount.left_out(mount.path) else [mount.at]
        cut = len(mount.path) + 1 if mount.path else 0
        files = self.snapshot.below(mount.path)
        return [_joined(mount.at, file[cut:]) for file in files if not mount.left_out(file)]


def _within(path: str, directory: str) -> bool:
    return not directory or path == directory or path.startswith(directory + "/")


def _joined(directory: str, rest: str) -> str:
    return f"{directory}/{rest}" if directory and rest else directory or rest
