"""Where code is hosted and deployments are written down: GitHub, GitLab."""
