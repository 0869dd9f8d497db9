"""Data set classes that kedro-datasets lacks."""
