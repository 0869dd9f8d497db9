"""From scores and reasons to segments."""

from one_click.pipelines.segmentation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
