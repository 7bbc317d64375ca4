"""Messages that somebody made to do harm, and messages that are too large."""

from __future__ import annotations

from datetime import UTC, datetime

from unshipped.core.incidents import Step
from unshipped.core.messages import Item, Link, Message, Missing
from unshipped.core.model import Severity
from unshipped.notifiers.samples import samples

NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
SAMPLES = samples(NOW)

TEXTS = {
    "a call to everybody": "<!channel> <!here> @everyone @here <@U024BE7LH> <@&123> @acme/all",
    "quotes": 'say "no" \'never\' `ever` \\ \\" $(id)',
    "new lines": "first\nsecond\r\nBcc: everybody@example.com\r\n\r\nbody",
    "right to left": "abc\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "control characters": "\x00\x07\x1b[31mred\x1b[0m\x7f\x9b",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)> & &lt;b&gt; <!-- -->",
    "Markdown": "**bold** _it_ ~~no~~ [a](javascript:alert(1)) ![i](http://x/i.png) # head\n> quote | cell |",
    "a link": "<https://evil.example|https://bank.example> https://evil.example/x",
    "long": "a" * 5000,
    "long and escaped": "<&>\u202e*" * 1250,
    "no text at all": "",
    "bytes": "caf\udce9 \ud83d",
    "emoji": ":fire: \U0001f525 \U0001f469\u200d\U0001f680 e\u0301",
    "a marker": "--> <!-- unshipped:drift:api/production -->",
    "a format": "{title} %s %(x)s ${HOME} {{x}}",
}


def hostile(text: str) -> Message:
    """A message that has the text wherever a text of others can stand."""
    message = SAMPLES["escalated"]
    (item,) = message.items
    missing = tuple(one._replace(subject=text, author=text) for one in item.missing)
    item = item._replace(reasons=(text, text), owner=text, missing=missing, evidence=text, headline=text)
    return message._replace(items=(item._replace(acknowledged_by=text),), title=text, why=text)


def large(targets: int) -> Message:
    """Very many targets, each of them with all that there can be to say, at full length."""
    text = "<&>*_\u202e\u00e9" * 700
    change = Missing(Link("c" * 9, f"https://github.com/acme/shop/commit/{'c' * 40}"), text, text, "20 h")
    items = tuple(
        Item(
            incident=f"drift:service-{at:03}/production",
            service=f"service-{at:03}",
            environment="production",
            severity=Severity.CRITICAL,
            step=Step.OPENED,
            headline="9 changes behind for 20 h",
            fresh=True,
            reasons=(text,) * 8,
            runs=Link("a" * 9, "https://github.com/acme/shop/commit/a"),
            should=Link("b" * 9, "https://github.com/acme/shop/commit/b"),
            compare=Link("compare", "https://github.com/acme/shop/compare/a...b"),
            since=NOW,
            lasting="20 h",
            missing=(change,) * 5,
            more=4,
            owner=text,
            evidence=text,
            command=f"unshipped explain service-{at:03} -e production",
        )
        for at in range(10)
    )
    further = tuple(f"service-{at:03}/production" for at in range(10, targets))
    title = f"{targets} targets wait for a deploy"
    return SAMPLES["first-look"]._replace(items=items, further=further, title=title)
