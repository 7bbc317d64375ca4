"""One small file a language: what a source file asks for, and where that leads."""
