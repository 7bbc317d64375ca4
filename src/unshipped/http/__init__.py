"""Asking over HTTP, for every room that has to."""
