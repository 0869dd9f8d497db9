"""The synthetic store beside a real extract: how alike they are, and how to make a store like it."""

from one_click.pipelines.demo_comparison.pipeline import create_pipeline

__all__ = ["create_pipeline"]
