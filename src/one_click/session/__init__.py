"""Around a run: configuration, checks before the first node, locks of snapshots, the log."""
