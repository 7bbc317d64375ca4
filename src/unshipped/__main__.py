"""`python -m unshipped`."""

from unshipped.cli.main import main

main()
