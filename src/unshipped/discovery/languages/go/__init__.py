"""Go: what a file imports and embeds (`text`), and which packages that leads to (`resolve`)."""
