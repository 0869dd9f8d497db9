"""Tables of the pipeline eda: how the classes differ."""

import numpy as np

from one_click.columns import ENGINEERED_FEATURES, GROUP_LABELS

from . import fields
from .base import StoredTable
from .data_processing import Clients

_CLASSES = ("declined", "kept")
_CONSTANT = "where it cannot be measured, such as of constant columns"


class LabelledClients(Clients, columns=fields.optional(fields.vocabulary(*ENGINEERED_FEATURES))):
    """One row per labelled client: features, engineered ones too, profit and label."""

    activity_declined: int = fields.outcome()
    twin_group: int = fields.signed("Number of a client with the same features; twins share it")


class SampledClients(LabelledClients):
    """One row per labelled client that is analysed: all, or a stratified sample of a large base."""


class FeatureSummaries(StoredTable):
    """One row per numeric feature and class: its distribution, in the feature's unit."""

    feature: str = fields.text_key("Feature")
    client_class: str = fields.one_of(*_CLASSES, what="Class of clients", column="class", is_key=True)
    n: int = fields.whole("Clients with a value", unit="clients")
    missing: int = fields.whole("Clients without a value", unit="clients")
    mean: float = fields.number("Mean", missing="without values")
    sd: float = fields.amount("Standard deviation", missing="of fewer than two values")
    q05: float = fields.number("5 % quantile", missing="without values")
    q25: float = fields.number("Lower quartile", missing="without values")
    median: float = fields.number("Median", missing="without values")
    q75: float = fields.number("Upper quartile", missing="without values")
    q95: float = fields.number("95 % quantile", missing="without values")
    outliers: int = fields.whole("Clients beyond Tukey's fences of all clients", unit="clients")


class CategoryShares(StoredTable):
    """One row per category or flag, value and class."""

    feature: str = fields.text_key("Feature")
    value: str = fields.text_key("Value, in the store's words; True or False of a flag")
    client_class: str = fields.one_of(*_CLASSES, what="Class of clients", column="class", is_key=True)
    clients: int = fields.whole("Clients of the class with the value", unit="clients")
    share: float = fields.share("The same as a share of the class", missing="of a class without values")
    declined_share: float = fields.share("Share of declined among all clients with the value")


class Distributions(StoredTable):
    """One row per numeric feature, bin and class: a histogram on common bins."""

    feature: str = fields.text_key("Feature")
    left: float = fields.number("Left edge of the bin", is_key=True)
    right: float = fields.number("Right edge of the bin")
    client_class: str = fields.one_of(*_CLASSES, what="Class of clients", column="class", is_key=True)
    share: float = fields.share("Share of the class in the bin", missing="of a class without values")


class ClassPortrait(StoredTable):
    """One row per feature, the strongest first: the declining client against the one that keeps buying."""

    rank: int = fields.key("Place by the size of the effect")
    feature: str = fields.text("Feature")
    kind: str = fields.text("Kind of the feature in the vocabulary")
    n_declined: int = fields.whole("Declined clients with a value", unit="clients")
    n_kept: int = fields.whole("Other clients with a value", unit="clients")
    level: str = fields.text("Value of a category that differs most in risk; empty for other kinds")
    risk_ratio: float = fields.amount("Risk with the level against that without", missing="without a level")
    risk_low: float = fields.amount("Lower end of its 95 % interval", missing="without a level")
    risk_high: float = fields.amount("Upper end of its 95 % interval", missing="without a level")
    stands_out: bool = fields.flag("Whether the level differs clearly in risk")
    statistic: str = fields.one_of("median", "mean", "share", what="What the typical values are")
    typical_declined: float = fields.number("Typical value of the declined", missing="if not compared")
    typical_kept: float = fields.number("Typical value of the others", missing="if not compared")
    effect: float = fields.correlation(
        "Cliff's delta of a number or flag, Cramér's V of a category", missing="if not compared"
    )
    low: float = fields.correlation("Lower end of its 95 % interval", missing="if not compared")
    high: float = fields.correlation("Upper end of its 95 % interval", missing="if not compared")
    p_value: float = fields.share("P-value of no difference", missing="if not compared")
    note: str = fields.text("Anomalies of the column; empty if there are none")
    p_adjusted: float = fields.share(
        "P-value, adjusted for all features (Benjamini and Hochberg 1995)", missing="if not compared"
    )
    direction: str = fields.one_of(
        "higher", "lower", "none", what="Of the declined; none: no clear difference"
    )
    sentence_ru: str = fields.text("The row as a sentence, in Russian")
    sentence_en: str = fields.text("The row as a sentence, in English")


class Correlations(StoredTable):
    """One row per ordered pair of columns, the target among them."""

    left: str = fields.text_key("One column")
    right: str = fields.text_key("The other column")
    phik: float = fields.share("Phi-k, an association of any kinds (Baak et al. 2020)", missing=_CONSTANT)
    p_value: float = fields.share("P-value of independence", missing=_CONSTANT)
    spearman: float = fields.correlation(
        "Spearman's rank correlation", missing="for categories and constants"
    )
    p_adjusted: float = fields.share(
        "P-value, adjusted for all unordered pairs (Benjamini and Hochberg 1995)",
        missing="of a column with itself, and of constants",
    )
    clear: bool = fields.flag("Whether the adjusted p-value is small enough")
    n: int = fields.whole("Clients", unit="clients")


class Collinearity(StoredTable):
    """One row per feature, the one most determined by the others first."""

    feature: str = fields.text_key("Feature")
    n: int = fields.whole("Clients", unit="clients")
    vif: float = fields.amount("Variance inflation factor", missing="for categories and constant columns")
    collinear: bool = fields.flag("Whether the factor is too large")
    cluster: np.int32 = fields.signed("Number of the cluster of associated features")
    alike: str = fields.text("The other features of its cluster, joined by commas")
    treatment_ru: str = fields.text("What is done about it, in Russian")
    treatment_en: str = fields.text("What is done about it, in English")


class FeatureShapes(StoredTable):
    """One row per numeric feature: its distribution over all clients, in the feature's unit."""

    feature: str = fields.text_key("Feature")
    n: int = fields.whole("Clients with a value", unit="clients")
    missing: int = fields.whole("Clients without a value", unit="clients")
    lower_fence: float = fields.number(
        "Lower quartile less 1.5 interquartile ranges", missing="without values"
    )
    upper_fence: float = fields.number(
        "Upper quartile plus 1.5 interquartile ranges", missing="without values"
    )
    outliers_below: int = fields.whole("Clients below the lower fence", unit="clients")
    outliers_above: int = fields.whole("Clients above the upper fence", unit="clients")
    skewness: float = fields.number("Skewness", missing="of fewer than three values")
    modes: int = fields.whole("Number of modes of the distribution; 0 without two values")
    peaks: object = fields.numbers("Values at which the modes are highest")
    valleys: object = fields.numbers("Values at which neighbouring modes meet")
    p_one_mode: float = fields.share(
        "P-value of a single mode (Silverman 1981)", missing="without two values"
    )


class ContactPressure(StoredTable):
    """One row per fifth of the clients by contacts."""

    least: float = fields.number("Fewest contacts in the fifth", unit="per month", is_key=True)
    most: float = fields.number("Most contacts in the fifth", unit="per month")
    n: int = fields.whole("Clients", unit="clients")
    declined: int = fields.whole("Declined clients", unit="clients")
    share: float = fields.share("Share of declined")
    low: float = fields.share("Lower end of its 95 % interval (Wilson)")
    high: float = fields.share("Upper end of its 95 % interval (Wilson)")
    standardised_share: float = fields.share(
        "Share of declined if each fifth were as active as all clients",
        missing="where a third by activity has no clients",
    )


class FeatureGroups(StoredTable):
    """One row per group of features, the highest ROC-AUC first."""

    group: str = fields.one_of(*GROUP_LABELS, what="Group of the vocabulary", is_key=True)
    features: int = fields.whole("Features", unit="features")
    clear: int = fields.whole("Features that differ clearly between the classes", unit="features")
    strongest: str = fields.text("Feature with the largest effect")
    n: int = fields.whole("Clients", unit="clients")
    roc_auc: float = fields.share("ROC-AUC of the group's features alone", missing=_CONSTANT)
    low: float = fields.number("Lower end of its 95 % interval", missing=_CONSTANT)
    high: float = fields.number("Upper end of its 95 % interval", missing=_CONSTANT)
    p_value: float = fields.share("P-value of a ROC-AUC of one half", missing=_CONSTANT)
    separates: bool = fields.flag("Whether the group separates the classes, adjusted for all groups")


class InteractionTests(StoredTable):
    """One row per pair of features tested for an interaction, the smallest p-value first."""

    left: str = fields.text_key("One feature")
    right: str = fields.text_key("The other feature")
    declared: bool = fields.flag("Whether the options name the pair")
    n: int = fields.whole("Clients", unit="clients")
    statistic: float = fields.amount("Score statistic of the products")
    freedom: int = fields.whole("Degrees of freedom")
    p_value: float = fields.share("P-value")
    p_adjusted: float = fields.share("P-value, adjusted for all pairs (Benjamini and Hochberg 1995)")
    clear: bool = fields.flag("Whether the adjusted p-value is small enough")


class Interactions(StoredTable):
    """One row per cell of each declared pair of features and of the clearest others."""

    left: str = fields.text_key("One feature")
    right: str = fields.text_key("The other feature")
    p_adjusted: float = fields.share("Of the pair, see `interaction_tests`")
    clear: bool = fields.flag("Of the pair, see `interaction_tests`")
    left_level: str = fields.text_key(
        "Value of a category, 0 or 1 of a flag, 0 (low) to 2 (high) of a number"
    )
    right_level: str = fields.text_key("The same of the other feature")
    n: int = fields.whole("Clients of the cell", unit="clients")
    declined: int = fields.whole("Declined clients of the cell", unit="clients")
    share: float = fields.share("Share of declined")
    low: float = fields.share("Lower end of its 95 % interval (Wilson)")
    high: float = fields.share("Upper end of its 95 % interval (Wilson)")
    expected: float = fields.share("Share by an additive model of the two features")


class ClusterStability(StoredTable):
    """One row per number of clusters: whether two halves of the clients give the same ones."""

    clusters: int = fields.key("Number of clusters")
    n: int = fields.whole("Clients", unit="clients")
    stability: float = fields.number("Mean agreement of pairs of halves")
    low: float = fields.number("5 % quantile over the pairs of halves")
    high: float = fields.number("95 % quantile over the pairs of halves")
    null_stability: float = fields.number("Mean agreement in samples of the null model")
    highest_null_stability: float = fields.number("Highest agreement in them")
    natural: bool = fields.flag(
        "Whether the stability is high enough and exceeds the highest of the null model"
    )
    chosen: bool = fields.flag("The most stable natural number")


class ClientClusters(StoredTable):
    """One row per client: the cluster; all are in cluster 1 if none are natural."""

    client_id: int = fields.key()
    cluster: int = fields.whole("Number from 1, the cluster at least risk first")


class ClusterProfiles(StoredTable):
    """One row per cluster and numeric feature, the largest effect first."""

    cluster: int = fields.key("Number of the cluster")
    n: int = fields.whole("Clients of the cluster", unit="clients")
    share: float = fields.share("Share of all clients")
    declined_share: float = fields.share("Share of declined in the cluster")
    risk_low: float = fields.share("Lower end of its 95 % interval (Wilson)")
    risk_high: float = fields.share("Upper end of its 95 % interval (Wilson)")
    feature: str = fields.text_key("Feature")
    effect: float = fields.correlation("Cliff's delta against all other clients", missing=_CONSTANT)
    low: float = fields.correlation("Lower end of its 95 % interval", missing=_CONSTANT)
    high: float = fields.correlation("Upper end of its 95 % interval", missing=_CONSTANT)


class ClientMap(StoredTable):
    """One row per client: scores of the first two principal components."""

    client_id: int = fields.key()
    x: float = fields.number("Score along the axis that grows with the risk of decline")
    y: float = fields.number("Score along the other axis")
    activity_declined: int = fields.outcome()


class MapAxes(StoredTable):
    """One row per axis of the map and column of the standardised features."""

    axis: str = fields.one_of("x", "y", what="Axis", is_key=True)
    column: str = fields.text_key("Column; a category has one for each value")
    feature: str = fields.text("Feature behind the column")
    loading: float = fields.correlation("Weight of the column in the axis")
    explained: float = fields.share("The axis' share of the variance")
    shift: float = fields.correlation("How far the declined lie towards its end (Cliff's delta)")
    low: float = fields.correlation("Lower end of the shift's 95 % interval", missing="along y")
    high: float = fields.correlation("Upper end of the shift's 95 % interval", missing="along y")
