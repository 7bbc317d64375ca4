"""What a repository says about its services: which there are, and which files end up in each."""
