"""The synthetic store beside a real extract: how alike they are, and how to make a store like it."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
