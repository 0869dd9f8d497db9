"""From the store's four files to one row per client, with every repair and rejection listed."""

from one_click.pipelines.data_processing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
