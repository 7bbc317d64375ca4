"""What a `.pth` file adds to the directories in which modules are looked for."""

from __future__ import annotations

from unshipped.discovery.languages.asks import Ask, Asks
from unshipped.discovery.languages.python.kinds import PATH


def search_path_file(source: bytes) -> Asks:
    """Each line is a directory, taken from that of the file, or an import that is run."""
    asked: list[Ask] = []
    unknown: list[tuple[int, str]] = []
    for number, line in enumerate(source.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if text.startswith(("import ", "import\t")):
            unknown.append((number, "it runs code when the interpreter starts"))
        elif text and not text.startswith("#"):
            asked.append(Ask(text if text.startswith("/") else f"@/../{text}", number, (), PATH))
    return Asks(tuple(asked), tuple(unknown))
