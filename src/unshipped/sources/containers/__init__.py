"""Containers and their images: Docker and Podman on a host, and images in a registry."""
