"""Notifications to addresses of the user: what they say, where they go, and how each is sent at most once."""
