"""A report as one page of HTML that loads nothing: no script, no picture. What it counted is a link away.

It follows the reader's light or dark setting, and every bar has its amount beside it in words.
"""

from __future__ import annotations

from importlib.util import find_spec

from unshipped.core.counting.summary import NONE, Summary, parts
from unshipped.core.texts import harmless
from unshipped.errors import UsageError


def page(summary: Summary) -> str:
    """The page. Raises `UsageError` where what writes it is not installed."""
    if find_spec("jinja2") is None:
        raise UsageError("HTML is not available: jinja2 is not installed", "pip install 'unshipped[reports]'")
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - an extra

    templates = Environment(
        loader=PackageLoader("unshipped.pages", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("report.html").render(
        summary=summary, dash=NONE, parts=parts, page=harmless.page
    )


def _visible(value: object) -> object:
    return harmless.visible(value) if isinstance(value, str) else value
