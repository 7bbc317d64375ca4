"""JavaScript and TypeScript: what a file asks for (`text`), and which files that leads to (`resolve`)."""
