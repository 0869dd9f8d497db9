"""Why the champion thinks so: for the whole base and for each client."""

from one_click.pipelines.interpretation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
