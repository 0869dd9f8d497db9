"""The synthetic store itself: who its clients are, why they decline, and what each month brings."""
