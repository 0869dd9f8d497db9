"""The pipelines of the project; each is a folder of its own."""
