"""What the log keeps, and how a time that is written down is read again."""
