"""A new month without labels, scored by the champion of the snapshot."""

from one_click.pipelines.scoring.pipeline import create_pipeline

__all__ = ["create_pipeline"]
