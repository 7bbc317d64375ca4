"""unshipped: what is merged and not live."""

__version__ = "0.1.0"
