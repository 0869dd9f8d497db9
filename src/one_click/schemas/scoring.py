"""Tables of the pipeline scoring that no other pipeline makes."""

from . import fields
from .base import StoredTable


class Drift(StoredTable):
    """One row per feature, the most changed first: the new month against the snapshot."""

    feature: str = fields.text_key("Feature")
    stability_index: float = fields.amount("Population stability index, over tenths of the snapshot's values")
    level: str = fields.one_of("stable", "changed", "drifted", what="Below 0.1, below 0.25, or above")
