"""Figures of a time, each with what it was counted from, and what follows from them."""
