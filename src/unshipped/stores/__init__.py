"""The log: what was seen and what followed from it, in SQLite, in PostgreSQL, or in memory."""
