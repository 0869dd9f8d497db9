"""Which family of models ranks clients best, how well it does, and what probability to act on."""

from .families import FAMILIES
from .pipeline import create_pipeline

__all__ = ["FAMILIES", "create_pipeline"]
