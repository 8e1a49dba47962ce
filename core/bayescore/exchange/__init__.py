"""Results to and from other tools: files that they read, files that they wrote."""
