"""Results and search spaces of other tools: import and export."""
