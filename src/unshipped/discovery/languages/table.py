"""Every language whose imports are read."""

from __future__ import annotations

from unshipped.discovery.languages.asks import Language
from unshipped.discovery.languages.go import GO
from unshipped.discovery.languages.javascript import JAVASCRIPT
from unshipped.discovery.languages.python import PYTHON

LANGUAGES: tuple[Language, ...] = (PYTHON, JAVASCRIPT, GO)
