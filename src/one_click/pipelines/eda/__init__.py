"""How the client whose activity declines differs from the one that keeps buying."""

from one_click.pipelines.eda.pipeline import create_pipeline

__all__ = ["create_pipeline"]
