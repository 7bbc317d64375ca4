"""Python: what a file asks for (`text`), and which files an import leads to (`resolve`)."""
