"""One small file a convention: where a repository declares that it has a service."""
