"""How anything else is reached within a limit on time: JSON over HTTP, programs, clusters, AWS, registries.

What sources, deployers and checks share. A failure is a `SourceError`: somebody could not be asked.
"""
