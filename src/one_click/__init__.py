"""Which clients of the store will buy less, why, and what to offer them."""

__version__ = "0.1.0"
