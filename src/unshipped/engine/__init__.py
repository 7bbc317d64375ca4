"""What keeps things going: jobs that are due at moments, each in its own time, until somebody says stop."""
