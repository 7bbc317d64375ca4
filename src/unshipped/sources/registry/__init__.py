"""A container registry: asked which commit an image was built from, by every family that runs images."""
