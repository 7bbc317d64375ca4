"""The door for other programs and for browsers. It translates, and holds no rule."""
