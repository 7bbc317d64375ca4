"""One folder a language: what a source file asks for, and where that leads.

`asks` has what all of them answer with, `table` which there are.
"""
