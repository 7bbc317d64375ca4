"""How a receiver verifies a delivery: that it is ours, whole, and not an old one that is played again."""

import base64
import hashlib
import hmac

OLDEST = 300  # seconds


def verified(headers: dict[str, str], body: bytes, secret: bytes, now: float) -> bool:
    """Whether a request was made by somebody who knows the secret, a moment ago."""
    delivery, when = headers["Webhook-Id"], headers["Webhook-Timestamp"]
    if not when.isdecimal() or abs(now - int(when)) > OLDEST:
        return False
    signed = f"{delivery}.{when}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["Webhook-Signature"].split(" "))
