"""A time that is over, watched again by any rules."""
