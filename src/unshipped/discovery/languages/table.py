"""Every language whose imports are read."""

from __future__ import annotations

from unshipped.discovery.languages.asks import Language
from unshipped.discovery.languages.go.resolve import GO
from unshipped.discovery.languages.javascript.resolve import JAVASCRIPT
from unshipped.discovery.languages.python.resolve import PYTHON

LANGUAGES: tuple[Language, ...] = (PYTHON, JAVASCRIPT, GO)
