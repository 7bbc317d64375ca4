"""What is sent to a route that reads it by itself, as the description of the interface has it."""

from __future__ import annotations

from typing import Any

from unshipped.carried.rule import LONGEST_REASON, USUAL_BYPASS

Json = dict[str, Any]


def _words(*words: str) -> Json:
    return {"type": "string", **({"enum": list(words)} if words else {})}


_WHOLE = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_LENGTH = {"type": "string", "examples": ["6h", "90"]}
_BY = "Who asks: it counts only where the server does not know that."
_ASKED: dict[str, tuple[str, Json]] = {
    "gate": ("The gate of the configuration that is meant.", _words()),
    "environment": ("Which environment is meant.", _words()),
    "max_behind": ("More commits behind than that block.", _WHOLE),
    "max_age": ("A longer wait blocks: such as `6h`, or seconds.", _LENGTH),
    "mode": ("How much it means.", _words("off", "observe", "warn", "enforce")),
    "on_unknown": (
        "What is answered where it could not be determined how a service stands.",
        _words("allow", "warn", "block"),
    ),
    "max_verdict_age": ("What was seen longer ago is unknown.", _LENGTH),
    "purpose": (
        "What the work is: a rollback and an emergency are never stopped.",
        _words("work", "deploy", "rollback", "emergency"),
    ),
    "deploys": ("What the work deploys, as `service/environment`.", _words()),
    "by": (_BY, _words()),
}
GATE: Json = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        for name, (text, schema) in _ASKED.items()
    ]
}
_BYPASS = {
    "type": "object",
    "required": ["bypass"],
    "properties": {
        "bypass": {
            "type": "object",
            "required": ["reason"],
            "properties": {
                "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
                "seconds": {"type": "number", "exclusiveMinimum": 0, "default": USUAL_BYPASS},
                "by": {"type": "string", "description": _BY},
                "id": {
                    "type": "string",
                    "pattern": "^[0-9a-f]{12,32}$",
                    "description": "Given by whoever asks, so that what is sent again is given once.",
                },
            },
        },
        "given_at": {
            "type": "string",
            "format": "date-time",
            "description": "From when on, where it is told after a while.",
        },
    },
}
PASSED: Json = GATE | {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _BYPASS}}}
}
EVENTS: Json = {
    "requestBody": {
        "required": True,
        "description": "One event with the headers `ce-…`, one in its envelope, or at most 100 of those.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "maxItems": 100, "items": {"type": "object"}}
            },
        },
    }
}
