"""Several jobs beside each other."""
