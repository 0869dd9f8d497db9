"""Which is better: searches, models and rules of selection."""
