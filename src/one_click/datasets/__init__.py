"""Data set classes that kedro-datasets lacks."""

from typing import Any, NewType

TablePreview = NewType("TablePreview", dict[str, Any])  # kedro-viz knows previews by the name of their type
