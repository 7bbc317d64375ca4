"""unshipped: what is merged and not live."""

__version__ = "0.1.0"

# What `unshipped-gate` brings as well lies in a folder of its own, and is looked for there first: each of the
# two can be installed, updated and taken away without touching a file of the other.
__path__.insert(0, f"{__path__[0]}/_apart")
