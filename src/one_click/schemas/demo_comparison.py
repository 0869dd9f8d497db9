"""Tables of the pipeline demo_comparison: a synthetic store beside a real extract."""

from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT

from . import fields
from .base import StoredTable


class DemoFirstMonth(StoredTable, columns=fields.vocabulary(CLIENT_ID, *BASE_FEATURES, PROFIT, is_key=True)):
    """One row per client of the store's first month, of a large store a sample."""

    activity_declined: int = fields.outcome()


class LabelledExtract(DemoFirstMonth):
    """One row per labelled client of the extract."""


class DemoMarginals(StoredTable):
    """One row per feature and class: how far the two distributions are from each other."""

    feature: str = fields.text_key("Feature or profit")
    clients: str = fields.one_of("all", "declined", "kept", what="Class of clients", is_key=True)
    distance: float = fields.share("Largest difference of the cumulative distributions, or of shares")
    chance: float = fields.amount("What equal populations stay below 19 times in 20")
    extract: float = fields.number("Mean of the extract; of categories a share")
    store: float = fields.number("Mean of the store; of categories a share")


class DemoCorrelations(StoredTable):
    """One row per pair of numbers and flags, the largest difference first."""

    first: str = fields.text_key("One column")
    second: str = fields.text_key("The other column")
    extract: float = fields.correlation(
        "Spearman's correlation in the extract", missing="of constant columns"
    )
    store: float = fields.correlation("Spearman's correlation in the store", missing="of constant columns")
    difference: float = fields.number("Store less extract", missing="of constant columns")


class DemoModels(StoredTable):
    """One row per untuned model: ROC-AUC on either side, and from one to the other."""

    model: str = fields.text_key("Name of the model")
    extract: float = fields.share("Cross-validated on the extract")
    store: float = fields.share("Cross-validated on the store")
    store_to_extract: float = fields.share("Fitted on the store, tested on the extract")


class DemoLikeness(StoredTable):
    """One row per measure of how close store and extract are."""

    metric: str = fields.text_key("Name of the measure")
    value: float = fields.amount("Its value", missing="where it cannot be told")
