"""What it survives: damaged files, killed processes, planted mistakes."""
