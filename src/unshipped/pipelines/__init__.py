"""What a CI host runs: a workflow for each, what a job of it is told, and the comment on a pull request."""
