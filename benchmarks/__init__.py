"""Cost and quality, measured: ``make bench``."""
