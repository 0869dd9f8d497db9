"""Tables of the pipeline evidence: what the whole procedure is worth."""

from . import fields
from .base import StoredTable
from .data_processing import TrainClients

_WITHOUT = "without a rival to compare with"


class EvidenceClients(TrainClients):
    """One row per labelled client on whom the procedure is judged: all, or a sample of a large base."""


class NestedScores(StoredTable):
    """One row per outer fold and scored client: inside it out of fold, outside it held out."""

    repeat: int = fields.signed("Inner repeat, from 0; -1 of clients held out")
    fold: int = fields.signed("Inner fold, from 0; -1 of clients held out")
    client_id: int = fields.client()
    target: int = fields.outcome()
    score: float = fields.number("Score of the model; larger means likelier to decline")
    probability: float = fields.share(
        "Probability of decline", missing="of models that give none, such as an SVC"
    )
    terms: float = fields.amount("Coefficients other than 0", missing="of models that are not linear")
    part: str = fields.one_of("inner", "outer", what="Training clients, or clients held out")
    outer_repeat: int = fields.whole("Outer repeat, from 0")
    outer_fold: int = fields.whole("Outer fold, from 0")


class OtherNestedScores(NestedScores):
    """One row per model, outer fold and scored client: scores of challengers and benchmarks."""

    model: str = fields.text("Name of the model")


class NestedChoices(StoredTable):
    """One row per outer fold: what a family's search chose inside it."""

    outer_repeat: int = fields.key("Outer repeat, from 0")
    outer_fold: int = fields.key("Outer fold, from 0")
    search_roc_auc: float = fields.share(
        "ROC-AUC of the chosen hyperparameters in the search", missing="if refused"
    )
    refused: str = fields.text("Why it could not be fitted; empty where it could")
    hyperparameters: str = fields.text("Hyperparameters, as JSON")


class OuterScores(StoredTable):
    """One row per model or rule, outer fold and client held out."""

    model: str = fields.text_key("Name of the model, or of the rule: then what it chose")
    client_id: int = fields.key()
    target: int = fields.outcome()
    score: float = fields.number("Score of the model; larger means likelier to decline")
    probability: float = fields.share("Calibrated probability of decline")
    called: float = fields.share("1 from the threshold on, else 0")
    outer_repeat: int = fields.key("Outer repeat, from 0")
    outer_fold: int = fields.whole("Outer fold, from 0")


class RuleChoices(StoredTable):
    """One row per outer fold and rule of selection."""

    outer_repeat: int = fields.key("Outer repeat, from 0")
    outer_fold: int = fields.key("Outer fold, from 0")
    rule: str = fields.text_key("Rule")
    model: str = fields.text("What it chose")
    inner_roc_auc: float = fields.share("ROC-AUC that the rule believed")


class NestedSummary(StoredTable):
    """One row per model or rule and metric, on the outer folds."""

    model: str = fields.text_key("Name of the model or rule")
    metric: str = fields.text_key("Metric; optimism is what a rule believed less what it got")
    value: float = fields.number("Mean over the outer folds", missing="where it cannot be told")
    low: float = fields.number(
        "Lower end of its 95 % interval (Nadeau and Bengio)", missing="where none holds"
    )
    high: float = fields.number(
        "Upper end of its 95 % interval (Nadeau and Bengio)", missing="where none holds"
    )
    folds: int = fields.whole("Outer folds in which the model could be fitted", unit="folds")
    against: str = fields.text("Rival that it is compared with; empty without one")
    behind: float = fields.number("The rival's value less the model's, on the same folds", missing=_WITHOUT)
    behind_low: float = fields.number("Lower end of its 95 % interval", missing="where none holds")
    behind_high: float = fields.number("Upper end of its 95 % interval", missing="where none holds")


class FeatureGains(StoredTable):
    """One row per engineered feature and family: what the feature adds on folds that chose nothing."""

    feature: str = fields.text_key("Engineered feature")
    model: str = fields.text_key("Name of the family")
    without: float = fields.share("ROC-AUC without the feature")
    gain: float = fields.number("ROC-AUC that it adds")
    p_adjusted: float = fields.share("P-value, adjusted for all rows (Benjamini and Hochberg 1995)")
    pays: bool = fields.flag("Whether the gain is positive at 5 %")


class SplitLuck(StoredTable):
    """One row per split and model: the same model judged on other hold-outs."""

    split: int = fields.key("Number of the split, from 0")
    model: str = fields.text_key("Name of the model")
    roc_auc: float = fields.share("ROC-AUC on the hold-out")
