"""Which files end up in a service: patterns, links, what a closure was when, and why a path counts."""
