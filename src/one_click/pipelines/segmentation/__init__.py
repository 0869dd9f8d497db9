"""From scores and reasons to segments, offers and the list for the CRM."""

from .pipeline import create_pipeline

__all__ = ["create_pipeline"]
