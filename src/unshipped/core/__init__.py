"""All thinking: frozen values and pure functions. No clock, no disk, no network, no chance."""
