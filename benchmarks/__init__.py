"""How fast the installed command is, held against what git and other programs need beside it."""
