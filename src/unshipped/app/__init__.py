"""Use cases. They carry values between ports and the core, and take both as arguments."""
