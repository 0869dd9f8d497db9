"""Which family of models ranks clients best, how well it does, and what probability to act on."""

from one_click.pipelines.model_selection.pipeline import create_pipeline

__all__ = ["create_pipeline"]
