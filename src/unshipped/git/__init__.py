"""The only room that runs git. Plumbing commands, NUL-separated, read-only, and never over the network
unless the caller asks for a remote by name.
"""
