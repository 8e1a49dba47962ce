"""What the window shows, without Qt: values, columns, filter, selection, formatting."""
