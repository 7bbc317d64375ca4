"""A Kubernetes cluster: the workloads in it, and what Argo CD and Flux keep there."""
