"""What people read: one page in Russian and one in English."""

from one_click.pipelines.reporting.pipeline import create_pipeline

__all__ = ["create_pipeline"]
