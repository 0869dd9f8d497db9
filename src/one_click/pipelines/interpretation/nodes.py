"""Nodes that say what the champion looks at, for the whole base and for each client."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, LANGUAGES, TARGET, Language, label
from one_click.parameters import Interpretation
from one_click.scores import feature_columns, innermost, score_scale, uncalibrated_score
from one_click.wording import value_text

from .explainers import explain

_NEGLIGIBLE = 1e-9  # a contribution that rounding alone may make

_COUNTED = ("category", "flag")  # kinds whose typical value is the most frequent one, else the median
_COMPARISONS: dict[tuple[Language, bool], tuple[str, str]] = {
    ("ru", False): ("обычное значение", "обычно"),
    ("ru", True): ("самое частое значение", "чаще всего"),
    ("en", False): ("a typical value", "typically"),
    ("en", True): ("the most frequent value", "most often"),
}


def permute_features(
    test_clients: pd.DataFrame, champion_on_train: Any, options: Interpretation
) -> pd.DataFrame:
    """Measure on held-out clients what the champion loses when a feature is shuffled.

    Parameters
    ----------
    test_clients : DataFrame
        Clients that it was not fitted on.
    champion_on_train : fitted classifier
        The champion as it was fitted on the training clients.
    options : Interpretation
        Repeats and seed.

    Returns
    -------
    DataFrame, one row per feature, most important first: feature, group, importance, low, high, rank
        Importance is the mean loss of ROC-AUC; the interval spans 95 % of the repeats.
    """
    features = test_clients[feature_columns(test_clients)]
    losses = permutation_importance(
        champion_on_train,
        features,
        test_clients[TARGET],
        scoring="roc_auc",
        n_repeats=options.permutation_repeats,
        random_state=options.seed,
    ).importances
    low, high = np.quantile(losses, [0.025, 0.975], axis=1)
    table = pd.DataFrame(
        {"feature": features.columns, "importance": losses.mean(axis=1), "low": low, "high": high}
    )
    table["group"] = [COLUMNS[feature].group for feature in table["feature"]]
    table = table.sort_values(["importance", "feature"], ascending=[False, True], ignore_index=True)
    return table.assign(rank=table.index + 1)


def choose_base(train_clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    """Draw the clients who stand for the base in explanations.

    Returns
    -------
    DataFrame, at most `base_clients` rows, sorted by client
    """
    size = min(options.base_clients, len(train_clients))
    drawn = train_clients.sample(size, random_state=options.seed).sort_values(CLIENT_ID, ignore_index=True)
    return drawn[[CLIENT_ID, *feature_columns(drawn)]]


def explain_clients(
    features: pd.DataFrame, champion: Any, explanation_base: pd.DataFrame, options: Interpretation
) -> pd.DataFrame:
    """Return the Shapley values of every client's uncalibrated score.

    Returns
    -------
    DataFrame, one row per client: client_id, one column per raw feature, base_value, output, scale, method
        base_value + contributions = output.
    """
    model = innermost(champion)
    columns = feature_columns(features)
    base = explanation_base[feature_columns(explanation_base)]
    explanation = explain(model, features[columns], base, options.permutations, options.seed)
    output = uncalibrated_score(champion, features[columns])
    table = pd.DataFrame(explanation.contributions, columns=list(BASE_FEATURES))
    table.insert(0, CLIENT_ID, features[CLIENT_ID].to_numpy())
    return table.assign(
        base_value=explanation.base_value,
        output=output,
        scale=score_scale(champion),
        method=explanation.method,
    )


def summarise_shap(shap_values: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Rank the features by their mean absolute contribution.

    Returns
    -------
    DataFrame, one row per raw feature, most important first: feature, group, mean_absolute, share, direction,
    rank
        Direction is the rank correlation of value and contribution: above 0, larger values raise the risk;
        missing for categories and constant columns.
    """
    contributions, values = (
        table.set_index(CLIENT_ID)[list(BASE_FEATURES)] for table in (shap_values, features)
    )
    sizes = contributions.abs().mean()
    table = pd.DataFrame({"feature": sizes.index, "mean_absolute": sizes.to_numpy()})
    total = table["mean_absolute"].sum()
    table["share"] = table["mean_absolute"] / total if total > 0 else 0.0
    table["group"] = [COLUMNS[feature].group for feature in table["feature"]]
    table["direction"] = [_direction(values[name], contributions[name]) for name in table["feature"]]
    table = table.sort_values(["mean_absolute", "feature"], ascending=[False, True], ignore_index=True)
    return table.assign(rank=table.index + 1)


def _direction(values: pd.Series, contributions: pd.Series) -> float:
    if COLUMNS[str(values.name)].kind == "category" or values.nunique() < 2 or contributions.nunique() < 2:
        return float("nan")
    return float(values.astype("float64").corr(contributions, method="spearman"))


def give_reasons(
    shap_values: pd.DataFrame,
    features: pd.DataFrame,
    explanation_base: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Return each client's strongest reasons towards decline.

    Returns
    -------
    DataFrame: client_id, rank, feature, value, typical_value, contribution, changeable, sentence_ru,
    sentence_en
        Only contributions that raise the score; a client may have none. The typical value is the base's
        median, for categories its most frequent value.
    """
    strongest = _strongest(shap_values, options.reasons)
    typical = {name: _typical(explanation_base[name]) for name in BASE_FEATURES}
    values = _look_up(strongest, features)
    reasons = strongest.assign(
        value=[str(value) for value in values],
        typical_value=strongest["feature"].map(typical).astype("str"),
        changeable=[COLUMNS[name].changeable for name in strongest["feature"]],
    )
    for language in LANGUAGES:
        reasons[f"sentence_{language}"] = [
            _sentence(name, value, typical[name], language)
            for name, value in zip(strongest["feature"], values, strict=True)
        ]
    return reasons


def _strongest(shap_values: pd.DataFrame, count: int) -> pd.DataFrame:
    contributions = shap_values[list(BASE_FEATURES)].to_numpy()
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :count]
    table = pd.DataFrame(
        {
            CLIENT_ID: np.repeat(shap_values[CLIENT_ID].to_numpy(), order.shape[1]),
            "rank": np.tile(np.arange(1, order.shape[1] + 1), len(order)),
            "feature": np.array(BASE_FEATURES, dtype=object)[order.ravel()],
            "contribution": np.take_along_axis(contributions, order, axis=1).ravel(),
        }
    )
    return table[table["contribution"] > _NEGLIGIBLE].astype({"feature": "str"}).reset_index(drop=True)


def _look_up(pairs: pd.DataFrame, features: pd.DataFrame) -> list[Any]:
    """Return each listed client's value of the feature beside it."""
    by_feature = features.set_index(CLIENT_ID)[list(BASE_FEATURES)].to_dict("dict")
    return [by_feature[name][client] for client, name in zip(pairs[CLIENT_ID], pairs["feature"], strict=True)]


def _typical(values: pd.Series) -> Any:
    kind = COLUMNS[str(values.name)].kind
    return values.mode().iloc[0] if kind in _COUNTED else float(values.median())


def _sentence(name: str, value: Any, typical: Any, language: Language) -> str:
    own, usual = (value_text(name, one, language) for one in (value, typical))
    alike, unlike = _COMPARISONS[language, COLUMNS[name].kind in _COUNTED]
    comparison = alike if own == usual else f"{unlike} {usual}"
    ending = " — повышает оценку риска" if language == "ru" else ", which raises the risk score"
    return f"{label(name, language)}: {own} ({comparison}){ending}"
