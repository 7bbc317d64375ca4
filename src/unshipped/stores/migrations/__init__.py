"""How the tables of older versions become those of this one: one file a version, forward only."""
