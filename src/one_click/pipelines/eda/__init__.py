"""How the client whose activity declines differs from the one that keeps buying."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
