"""What other people's programs carry too: pure, and on the standard library alone."""
