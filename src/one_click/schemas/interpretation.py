"""Tables of the pipeline interpretation: why the champion thinks so."""

import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID

from . import fields
from .base import StoredTable

_UNIT = "units of the score"


class ExplanationBase(
    StoredTable, columns=fields.vocabulary(CLIENT_ID, *BASE_FEATURES, is_key=True), closed=True
):
    """One row per drawn client, whose values say what is typical and plausible."""


class ExplanationBackground(ExplanationBase):
    """One row per chosen client, whose values unknown features take in explanations."""


class PermutationImportance(StoredTable):
    """One row per unit of features and metric: what the champion loses when it is permuted."""

    feature: str = fields.text_key("Name of the unit")
    kind: str = fields.one_of(
        "feature", "collinear", "group", what="A feature, features that go together, or a group", is_key=True
    )
    members: str = fields.text("Features of the unit, joined by commas")
    metric: str = fields.text_key("Metric")
    importance: float = fields.number("Mean loss")
    low: float = fields.number("2.5 % quantile over resamples of clients", missing="where none can be had")
    high: float = fields.number("97.5 % quantile over resamples of clients", missing="where none can be had")
    rank: int = fields.whole("Place within kind and metric, from 1")


class ImportanceAgreement(StoredTable):
    """One row per feature and group of features: two measures of importance side by side."""

    feature: str = fields.text_key("Feature or group")
    kind: str = fields.one_of("feature", "group", what="Which of them", is_key=True)
    permutation: float = fields.number("Loss of ROC-AUC when it is shuffled")
    low: float = fields.number("2.5 % quantile of the loss", missing="where none can be had")
    high: float = fields.number("97.5 % quantile of the loss", missing="where none can be had")
    permutation_rank: int = fields.whole("Place by the loss, from 1")
    shap: float = fields.amount("Mean absolute contribution", unit=_UNIT)
    shap_rank: int = fields.whole("Place by the contribution, from 1")
    partners: str = fields.text("Features that go together with it, joined by commas")
    together: float = fields.number("Loss when all of these are shuffled", missing="without partners")
    together_low: float = fields.number("2.5 % quantile of that", missing="without partners")
    apart: float = fields.number("What they cost one by one", missing="without partners")
    reason: str = fields.text("Code of why the measures agree or not")
    sentence_ru: str = fields.text("The row as a sentence, in Russian")
    sentence_en: str = fields.text("The row as a sentence, in English")


_CONTRIBUTIONS = fields.per_feature(BASE_FEATURES, "Contribution of “{}”", fields.number, unit=_UNIT)


class ShapValues(StoredTable, columns=fields.vocabulary(CLIENT_ID, is_key=True) | _CONTRIBUTIONS):
    """One row per client: Shapley values of the uncalibrated score; with base_value they add up to output."""

    base_value: float = fields.number("Mean score of the background", unit=_UNIT)
    output: float = fields.number("Score of the client", unit=_UNIT)
    scale: str = fields.text("Unit of the score, such as log_odds")
    method: str = fields.text("How the values were calculated")
    error: float = fields.amount("Mean standard error of the contributions; 0 if exact", unit=_UNIT)


class ShapErrors(
    StoredTable,
    columns=fields.vocabulary(CLIENT_ID, is_key=True)
    | fields.per_feature(
        BASE_FEATURES, "Standard error of the contribution of “{}”; 0 if exact", fields.amount, unit=_UNIT
    ),
):
    """One row per client: standard errors of the Shapley values."""


class ShapRefits(
    StoredTable,
    columns={"refit": (int, fields.key("Number of the refit, from 0"))}
    | fields.vocabulary(CLIENT_ID, is_key=True)
    | _CONTRIBUTIONS,
):
    """One row per refit of the champion and client: the Shapley values."""


class ShapInteractions(StoredTable):
    """One row per client and pair of features: what both contribute together."""

    client_id: int = fields.key()
    feature: str = fields.text_key("One feature")
    other: str = fields.text_key("The other one, or the same: then the value is what it does by itself")
    value: float = fields.number(
        "Contribution; those of a client add up to output less base_value", unit=_UNIT
    )


class ShapImportance(StoredTable):
    """One row per feature, the most important first, by mean absolute contribution."""

    feature: str = fields.text_key("Feature")
    mean_absolute: float = fields.amount("Mean absolute contribution", unit=_UNIT)
    low: float = fields.number("Lower end of its 95 % interval", unit=_UNIT, missing="where none can be had")
    high: float = fields.number("Upper end of its 95 % interval", unit=_UNIT, missing="where none can be had")
    share: float = fields.share("Share of all mean absolute contributions", missing="if nothing contributes")
    group: str = fields.text("Group of the feature")
    direction: float = fields.correlation(
        "Rank correlation of value and contribution", missing="for categories and constant columns"
    )
    concentration: float = fields.share(
        "Share of the contributions that the tenth of the clients with the largest holds",
        missing="if the feature contributes nothing",
    )
    rank: int = fields.whole("Place, from 1")


class InteractionImportance(StoredTable):
    """One row per pair of features, the strongest first, by what both contribute together."""

    feature: str = fields.text_key("One feature")
    other: str = fields.text_key("The other feature")
    mean_absolute: float = fields.amount("Mean absolute contribution beyond what each does", unit=_UNIT)
    share: float = fields.share("Share of all mean absolute values", missing="if nothing contributes")


class ReasonCodes(StoredTable):
    """One row per client, direction and reason, the strongest first; a client may have none."""

    client_id: int = fields.key()
    direction: str = fields.one_of("raises", "lowers", what="What it does to the score", is_key=True)
    rank: int = fields.key("Place within client and direction, from 1")
    feature: str = fields.text("Feature")
    contribution: float = fields.number("Contribution to the score", unit=_UNIT)
    error: float = fields.amount("Its standard error; 0 if exact", unit=_UNIT)
    certainty: float = fields.share("Probability that sampling leaves it among the first; 1 if exact")
    stability: float = fields.share("Share of the refits in which it is among the first, too")
    value: str = fields.text("Value of the client")
    typical_value: str = fields.text("Median of the base; of categories and flags the most frequent value")
    changeable: bool = fields.flag("Whether the store itself can change the value")
    sentence_ru: str = fields.text("The reason as a sentence, in Russian")
    sentence_en: str = fields.text("The reason as a sentence, in English")


class DisputedClients(StoredTable, extra=True):
    """One row per training client on whom the families disagree most, the largest spread first.

    Besides, one column per family: its calibrated probability out of fold.
    """

    client_id: int = fields.key()
    target: int = fields.outcome()
    spread: float = fields.share("Highest less lowest probability")
    highest: str = fields.text("Family with the highest probability")
    lowest: str = fields.text("Family with the lowest probability")
    feature: str = fields.text("What speaks most for the higher and against the lower one")
    value: str = fields.text("Its value")
    weight_highest: float = fields.correlation("Its share of the higher one's explanation")
    weight_lowest: float = fields.correlation("Its share of the lower one's explanation")
    sentence_ru: str = fields.text("The row as a sentence, in Russian")
    sentence_en: str = fields.text("The row as a sentence, in English")


class Faithfulness(StoredTable):
    """One row per check of the explanations against the champion's own answers."""

    check: str = fields.text_key("Code of the check")
    value: float = fields.number("What was measured", missing="where it cannot be measured")
    low: float = fields.number("Lower end of a 95 % interval, or least of the refits", missing="without one")
    high: float = fields.number("Upper end of a 95 % interval, or most of the refits", missing="without one")
    n: int = fields.whole("Clients or refits that it was measured on")
    passed: pd.BooleanDtype = fields.flag("Whether it is as demanded", missing="where nothing is demanded")


class EffectCurves(StoredTable):
    """One row per feature and value: the champion's probability while one feature moves."""

    feature: str = fields.text_key("Feature")
    kind: str = fields.one_of("number", "category", what="How it moves; flags are categories")
    value: float = fields.number("Value of a number", missing="for categories", is_key=True)
    level: str = fields.text_key("Value of a category or flag; empty for numbers")
    probability: float = fields.share("Mean probability of decline")
    low: float = fields.share("10 % quantile of the clients' probabilities")
    high: float = fields.share("90 % quantile of the clients' probabilities")
    ale: float = fields.number("Accumulated local effect, with the same mean", missing="for categories")
    clients_share: float = fields.share("Share of the clients to whom the value is nearest")
    rank: int = fields.whole("Place of the feature by importance, from 1")


class EffectLines(StoredTable):
    """One row per feature, client and value: the lines behind the curves."""

    feature: str = fields.text("Feature")
    client_id: int = fields.client()
    value: float = fields.number("Value of a number", missing="for categories")
    level: str = fields.text("Value of a category or flag; empty for numbers")
    probability: float = fields.share("Probability of decline")


class Effects(StoredTable):
    """One row per feature, the most important first: what its curve looks like."""

    feature: str = fields.text_key("Feature")
    shape: str = fields.text("Shape of the curve, such as rises, falls or flat")
    lowest: float = fields.share("Lowest mean probability")
    lowest_value: float = fields.number("Value where it is met first", missing="for categories")
    lowest_level: str = fields.text("The same of a category or flag; empty for numbers")
    highest: float = fields.share("Highest mean probability")
    highest_value: float = fields.number("Value where it is met first", missing="for categories")
    highest_level: str = fields.text("The same of a category or flag; empty for numbers")
    span: float = fields.share("Highest less lowest")
    steepest_from: float = fields.number(
        "Start of the steepest stretch", missing="for categories, flat curves"
    )
    steepest_to: float = fields.number("End of the steepest stretch", missing="for categories, flat curves")
    ale_differs: bool = fields.flag("Whether the accumulated local effect differs from the curve")
    sentence_ru: str = fields.text("The curve as a sentence, in Russian")
    sentence_en: str = fields.text("The curve as a sentence, in English")


class Coefficients(StoredTable):
    """One row per candidate with coefficients and term, the largest of each model first."""

    model: str = fields.text_key("Name of the model")
    term: str = fields.text_key("Term as the model sees it")
    features: str = fields.text("Features behind the term, joined by commas")
    coefficient: float = fields.number("Coefficient per unit of the term")
    odds_ratio: float = fields.amount(
        "Factor of the odds per standard deviation of the term", missing="where the score is no log-odds"
    )


class OddsRatios(StoredTable):
    """One row per model and feature that it uses: how the odds of decline change when it moves."""

    model: str = fields.text_key("Name of the model")
    feature: str = fields.text_key("Feature")
    from_value: float = fields.number("From the lower quartile, or 0 of a flag", missing="for categories")
    to_value: float = fields.number("To the upper quartile, or 1 of a flag", missing="for categories")
    from_level: str = fields.text("From the most frequent value of a category", missing="for numbers")
    to_level: str = fields.text("To the value with the highest odds", missing="for numbers")
    odds_ratio: float = fields.amount("Factor of the odds of a typical client")
    odds_low: float = fields.amount("10 % quantile of the factor over all clients")
    odds_high: float = fields.amount("90 % quantile of the factor over all clients")
    sentence_ru: str = fields.text("The row as a sentence, in Russian")
    sentence_en: str = fields.text("The row as a sentence, in English")


class TreeRules(StoredTable):
    """One row per leaf of each candidate that is a tree, the likeliest to decline first, in raw units."""

    model: str = fields.text_key("Name of the model")
    leaf: int = fields.key("Number of the leaf in the tree")
    rule_ru: str = fields.text("Rule in Russian")
    rule_en: str = fields.text("Rule in English")
    conditions: str = fields.text("JSON list of [feature, low, high, levels]: low < value <= high")
    depth: int = fields.whole("Questions on the way to the leaf")
    clients: int = fields.whole("Training clients in the leaf", unit="clients")
    declined: int = fields.whole("Declined ones among them", unit="clients")
    declined_share: float = fields.share("Their share", missing="of a leaf without clients")
    probability: float = fields.share("Probability of the leaf, which weights of classes may shift")


class Counterfactuals(StoredTable):
    """One row per client at risk and changed feature: the smallest change under the threshold."""

    client_id: int = fields.key()
    changes: int = fields.whole("Features changed; 0 if no change lowers the probability")
    feature: str = fields.text_key("Changed feature; empty without one")
    value: float = fields.number("Value of the client", missing="without a change")
    new_value: float = fields.number("Value after the change", missing="without a change")
    effort: float = fields.amount("Size of the whole change", missing="without a change")
    probability_before: float = fields.share("Probability of decline as it is")
    probability_after: float = fields.share("Probability of decline after the whole change")
    reached: bool = fields.flag("Whether that is under the threshold")
    support: float = fields.share(
        "Share of the base that lies at least as far in the direction", missing="without a change"
    )
    sentence_ru: str = fields.text("The whole change as a sentence, in Russian")
    sentence_en: str = fields.text("The whole change as a sentence, in English")


class ChangeSummary(StoredTable):
    """One row per feature and direction, the most frequent first: changes that are enough."""

    feature: str = fields.text_key("Feature")
    direction: str = fields.one_of("up", "down", what="Direction of the change", is_key=True)
    clients: int = fields.whole("Clients who have the change", unit="clients")
    share: float = fields.share("Share of the clients whose change is enough")
    median_effort: float = fields.amount("Median size of their whole changes")
    median_fall: float = fields.number("Median fall of their probabilities")
