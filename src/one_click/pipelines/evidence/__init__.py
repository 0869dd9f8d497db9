"""What the whole procedure of selection is worth, beyond the luck of one split."""

from one_click.pipelines.evidence.pipeline import create_pipeline

__all__ = ["create_pipeline"]
