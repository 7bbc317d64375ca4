"""The command line: parse, call one use case, print. No rule lives here."""
