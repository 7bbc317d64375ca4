"""What answers look like: the documents of `core/logged/documents.py` and its neighbours, as a description.

Nothing is checked by these at run time: what is answered is written down once for many. The tests hold every
answer against them, and `openapi.json` is made of them.
"""
