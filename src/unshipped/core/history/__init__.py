"""What git's history says of a commit and a closure: who contains whom, what landed, what differs."""
