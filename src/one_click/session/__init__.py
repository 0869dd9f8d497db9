"""What surrounds a run: configuration, checks before the first node, locks, what is said at the end."""
