"""What people read: one page in Russian and one in English."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
