"""Reports as pages: one that stands by itself in a browser, and the letter of a mail."""
