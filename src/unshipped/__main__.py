"""`python -m unshipped`."""

from unshipped.cli.main import program

program()
