"""Theme, icons and small widgets that every page uses."""
