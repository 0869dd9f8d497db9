"""A synthetic store with the schema, the dirt and the distributions of a real one."""

from one_click.pipelines.demo_store.pipeline import create_pipeline

__all__ = ["create_pipeline"]
