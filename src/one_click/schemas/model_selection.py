"""Tables of the pipeline model_selection: trials, candidates, the champion and the scores of all clients."""

from . import fields
from .base import StoredTable

_REFUSED = "if it could not be fitted"
_WHY = "What it is compared for"
_NO_CHAMPION = "where it cannot be told"


class Trials(StoredTable):
    """One row per trial of a family's search."""

    trial: int = fields.key("Number of the trial, from 0")
    state: str = fields.text("complete, stopped before the last fold, or refused")
    folds: int = fields.whole("Folds that were scored", unit="folds")
    roc_auc: float = fields.share(
        "Mean ROC-AUC; of a stopped trial what it was expected to be", missing=_REFUSED
    )
    roc_auc_sd: float = fields.amount("Its standard deviation over the folds", missing="of fewer than two")
    hyperparameters: str = fields.text("Hyperparameters, as JSON")
    reason: str = fields.text("Why it could not be fitted; empty where it could")
    gain: float = fields.number(
        "ROC-AUC of the best trial over the start on other folds", missing="of all others"
    )
    gain_error: float = fields.amount("Corrected standard error of the gain", missing="of all others")
    chosen: bool = fields.flag("Whether its hyperparameters are taken")


class FoldScores(StoredTable):
    """One row per training client and repeat: a family's scores out of fold."""

    repeat: int = fields.key("Number of the repeat, from 0")
    fold: int = fields.whole("Number of the fold, from 0")
    client_id: int = fields.key()
    target: int = fields.outcome()
    score: float = fields.number("Score of the model; larger means likelier to decline")
    probability: float = fields.share(
        "Probability of decline", missing="of models that give none, such as an SVC"
    )
    terms: float = fields.amount("Coefficients other than 0", missing="of models that are not linear")


class _ScoresOfModels(FoldScores):
    """Fold scores of several models."""

    model: str = fields.text_key("Name of the model")


class OtherFoldScores(_ScoresOfModels):
    """One row per model, training client and repeat: scores of challengers and benchmarks."""


class AllFoldScores(_ScoresOfModels):
    """One row per model, training client and repeat: scores of all models that are compared."""


class _ComparedModels(StoredTable):
    """One row per model that is compared."""

    model: str = fields.text_key("Name of the model")
    kind: str = fields.one_of("family", "challenger", "benchmark", what=_WHY)
    interpretability: int = fields.whole("Rank, 1 for the family that is easiest to explain")
    search_roc_auc: float = fields.share(
        "ROC-AUC of the chosen hyperparameters in the search", missing="without a search"
    )
    trials: int = fields.whole("Trials of the search", unit="trials")
    refused: str = fields.text("Why it could not be fitted; empty where it could")
    hyperparameters: str = fields.text("Hyperparameters, as JSON")


class TunedModels(_ComparedModels):
    """One row per model that is compared: families, their vote, challengers, benchmarks."""

    tuned: str = fields.text("All that it takes to build it, as JSON")


class Leaderboard(_ComparedModels):
    """One row per model, the best first, by cross-validated ROC-AUC."""

    kind: str = fields.one_of("family", "challenger", "benchmark", "excluded", what=_WHY)
    roc_auc: float = fields.share("Mean ROC-AUC over folds that chose nothing", missing=_REFUSED)
    roc_auc_low: float = fields.number("Lower end of its 95 % interval (Nadeau and Bengio)", missing=_REFUSED)
    roc_auc_high: float = fields.number(
        "Upper end of its 95 % interval (Nadeau and Bengio)", missing=_REFUSED
    )
    terms: float = fields.amount("Coefficients other than 0, mean over the folds", missing="of other models")
    behind_best: float = fields.number("ROC-AUC of the best less this model's", missing=_REFUSED)
    behind_best_error: float = fields.amount("Corrected standard error of that", missing=_REFUSED)
    best: bool = fields.flag("Winner by the rule of the best")
    one_standard_error: bool = fields.flag("Winner by the rule of one standard error")
    champion: bool = fields.flag("Winner by the rule that the options name")


class Calibrations(StoredTable):
    """One row per model and method of calibration, judged out of fold."""

    method: str = fields.text_key("Method; none takes the model's own probability")
    log_loss: float = fields.amount("Mean logarithmic loss")
    brier_score: float = fields.share("Mean squared error of the probability")
    calibration_error: float = fields.share("Mean distance of probability and share, over ten bins")
    chosen: bool = fields.flag("Whether the method is taken")
    model: str = fields.text_key("Name of the model")


class ClientValues(StoredTable):
    """One row per client: what its decline would cost."""

    client_id: int = fields.key()
    value: float = fields.number("Monthly profit over the months that count", unit=fields.MONEY)


class SearchTrace(StoredTable):
    """One row per family and trial: how each search came to its best value."""

    model: str = fields.text_key("Name of the family")
    trial: int = fields.key("Number of the trial, from 0")
    roc_auc: float = fields.share(
        "Mean ROC-AUC; of a stopped trial what it was expected to be", missing=_REFUSED
    )
    stopped: bool = fields.flag("Whether it was stopped before the last fold")
    best_so_far: float = fields.share("Best ROC-AUC of complete trials up to it", missing="before the first")
    gain: float = fields.number(
        "ROC-AUC of the best trial over the start on other folds", missing="of all others"
    )
    chosen: bool = fields.flag("Whether its hyperparameters are taken")


class Thresholds(StoredTable):
    """One row per model and threshold of probability: what it gives out of fold."""

    model: str = fields.text_key("Name of the model")
    threshold: float = fields.share("Probability from which a client is at risk", is_key=True)
    f1_declined: float = fields.share("F1 of the declined")
    campaign_profit: float = fields.number("Profit per client of the base", unit=fields.MONEY)
    chosen: bool = fields.flag("Whether the threshold is taken; of equals, the lowest")


class HoldoutScores(StoredTable):
    """One row per model and test client."""

    client_id: int = fields.key()
    target: int = fields.outcome()
    score: float = fields.number("Score of the model; larger means likelier to decline")
    probability: float = fields.share("Calibrated probability of decline")
    terms: float = fields.amount("Coefficients other than 0", missing="of models that are not linear")
    model: str = fields.text_key("Name of the model")


class Evaluation(StoredTable):
    """One row per model and metric, on the test clients."""

    metric: str = fields.text_key("Metric, such as roc_auc")
    value: float = fields.number(
        "Its value; profit units per client of the base for a profit", missing=_NO_CHAMPION
    )
    low: float = fields.number("Lower end of the 95 % interval", missing="where none holds")
    high: float = fields.number("Upper end of the 95 % interval", missing="where none holds")
    n: int = fields.whole("Test clients", unit="clients")
    model: str = fields.text_key("Name of the model")


class ChallengerDifferences(StoredTable):
    """One row per challenger and metric: the champion's less the challenger's, on the same test clients."""

    model: str = fields.text_key("Name of the challenger")
    metric: str = fields.text_key("Metric, such as roc_auc")
    difference: float = fields.number("Difference of the metrics", missing=_NO_CHAMPION)
    low: float = fields.number("Lower end of the 95 % interval", missing="where none holds")
    high: float = fields.number("Upper end of the 95 % interval", missing="where none holds")


class Gains(StoredTable):
    """One row per depth: what the champion's ranking finds among the test clients."""

    depth: float = fields.share("Share of the base, the likeliest to decline first", is_key=True)
    perfect: float = fields.share("Share of the declined that a perfect ranking would find")
    share_found: float = fields.share("Share of the declined that is found")
    low: float = fields.share("Lower end of its 95 % interval")
    high: float = fields.share("Upper end of its 95 % interval")
    profit_found: float = fields.number(
        "Share of the profit that declined clients take away", missing="without profit"
    )
    profit_low: float = fields.number("Lower end of its 95 % interval", missing="without profit")
    profit_high: float = fields.number("Upper end of its 95 % interval", missing="without profit")
    profit_found_by_value: float = fields.number(
        "The same if clients are ranked by probability times profit", missing="without profit"
    )
    by_value_low: float = fields.number("Lower end of its 95 % interval", missing="without profit")
    by_value_high: float = fields.number("Upper end of its 95 % interval", missing="without profit")


class Reliability(StoredTable):
    """One row per fifth of the test clients by probability; equal probabilities share a fifth."""

    probability: float = fields.share("Mean probability", is_key=True)
    observed: float = fields.share("Share of declined")
    clients: int = fields.whole("Clients", unit="clients")
    low: float = fields.share("Lower end of the share's 95 % interval (Wilson)")
    high: float = fields.share("Upper end of the share's 95 % interval (Wilson)")


class OutOfFoldScores(StoredTable):
    """One row per labelled client: the champion's score out of fold, with fixed hyperparameters."""

    client_id: int = fields.key()
    target: int = fields.outcome()
    probability: float = fields.share("Calibrated probability of decline, mean over repeats")
    probability_sd: float = fields.amount("Its standard deviation over repeats")


class LabelNoise(StoredTable):
    """One row per labelled client, the one whose label the champion doubts most first."""

    client_id: int = fields.key()
    activity_declined: int = fields.outcome()
    probability: float = fields.share("Probability of decline, out of fold")
    disagreement: float = fields.correlation(
        "Probability of the other class less the mean that its own clients have"
    )
    rank: int = fields.whole("Place, from 1")
    suspect: bool = fields.flag("Whether the disagreement is 0 or more")


class LabelCeiling(StoredTable):
    """One row per figure about doubtful labels."""

    figure: str = fields.text_key("Figure: numbers of clients, and ROC-AUCs")
    value: float = fields.amount("Its value")


class ClientScores(StoredTable):
    """One row per client: the score that decisions use."""

    client_id: int = fields.key()
    probability: float = fields.share("Calibrated probability of decline")
    probability_sd: float = fields.amount("Its spread over repeats or refits")
    source: str = fields.one_of("out_of_fold", "predicted", what="Out of fold where labelled, else predicted")
    verdict: str = fields.one_of(
        "declines", "undecided", "keeps", what="How the champion calls the client, see `undecided_band`"
    )
