"""The reminder after a commit: which services it touches, and what waits with it. It blocks nothing.

`text` is what stands in a hook, `places` puts it there and takes it out, `compiled` is the map that it reads,
and `remind` the program that speaks where something is touched.
"""
