"""Checks of the explanations against the champion's own answers."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from one_click.columns import BASE_FEATURES
from one_click.explain.explanation import SAMPLED
from one_click.explain.perturbation import Score, mix, moving_features
from one_click.explain.shapley import explain
from one_click.modelling.scores import innermost, raw_features, uncalibrated_score
from one_click.parameters import Interpretation

from .refits import stack_refits

Values = NDArray[np.float64]
_FEATURES = list(BASE_FEATURES)
_ADDS_UP = 1e-6
_CLIENTS = 300  # whose features are deleted, and who are explained again: bounds the cost
_DRAWS = 5  # of the values that replace a client's deleted ones
_Z = 1.959964  # 97.5 % quantile of the normal distribution


def check_faithfulness(
    features: pd.DataFrame,
    champion: Any,
    shap_values: pd.DataFrame,
    shap_refits: pd.DataFrame,
    explanation_background: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Return additivity, deletion and stability checks of the explanations.

    Returns
    -------
    DataFrame of `schemas.interpretation.Faithfulness`
        ``additivity``: largest distance of base value + contributions from the champion's score (all clients;
        sampled contributions add up by construction).
        ``deletion_top``, ``deletion_random``: mean absolute change of the score when the strongest reasons,
        or as many random ones of the features that the champion uses, take values of drawn background rows;
        ``deletion_ahead``: the difference, with a 95 % interval; ``deletion_share``: share of the clients
        whose score changes more by the strongest.
        ``reasons_refits``: mean share of a client's first reasons that a refit gives, too;
        ``importance_refits``: mean rank correlation of the global importance with that of a refit; their low
        and high are the least and the most of the refits.
        ``reasons_seeds``: share of the first reasons that another seed gives, too (1 where they are exact).
    """
    contributions = shap_values[_FEATURES].to_numpy()
    score = partial(uncalibrated_score, champion)
    gaps = shap_values["base_value"] + contributions.sum(axis=1) - _scores(score, features, shap_values)
    chosen = np.random.default_rng(options.seed).permutation(len(features))[:_CLIENTS]
    clients, background = raw_features(features.iloc[chosen]), raw_features(explanation_background)
    rows = [
        {
            "check": "additivity",
            "value": gaps.abs().max(),
            "n": len(gaps),
            "passed": bool(gaps.abs().max() <= _ADDS_UP),
        },
        *delete_reasons(score, clients, contributions[chosen], background, options),
        *_stability(contributions, stack_refits(shap_refits), options.reasons),
        _seeds(clients, champion, contributions[chosen], background, options),
    ]
    return pd.DataFrame(rows, columns=["check", "value", "low", "high", "n", "passed"]).astype(
        {"passed": "boolean"}
    )


def _scores(score: Score, features: pd.DataFrame, shap_values: pd.DataFrame) -> Values:
    """Return the champion's own scores; of sampled explanations those that were explained."""
    # Those of nearest neighbours leave out the client's own row, which the champion's own scores do not.
    if (shap_values["method"] == SAMPLED).any():
        return shap_values["output"].to_numpy()
    return score(raw_features(features))


def first_reasons(contributions: Values, count: int) -> NDArray[np.intp]:
    """Return the features with the largest contributions, of either sign, shape (n_clients, count)."""
    return np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :count]


def overlap(one: Values, other: Values, count: int) -> Values:
    """Return the share of each client's first reasons that two explanations have in common.

    Features that contribute nothing are no reasons; two explanations without reasons agree.
    """
    alike = []
    for first, second in zip(_named(one, count), _named(other, count), strict=True):
        most = max(len(first), len(second))
        alike.append(len(first & second) / most if most else 1.0)
    return np.array(alike)


def _named(contributions: Values, count: int) -> list[set[int]]:
    order = first_reasons(contributions, count)
    return [
        {int(feature) for feature in row if own[feature] != 0}
        for row, own in zip(order, contributions, strict=True)
    ]


def delete_reasons(
    score: Score,
    clients: pd.DataFrame,
    contributions: Values,
    background: pd.DataFrame,
    options: Interpretation,
) -> list[dict[str, Any]]:
    """Return the rows ``deletion_…`` of `check_faithfulness` for these clients."""
    # A stream of its own: the clients themselves were drawn with the bare seed.
    generator = np.random.default_rng((options.seed, 1))
    top = first_reasons(contributions, options.reasons)
    # Chance would be too easy to beat with features that the champion does not use.
    used = _used(score, clients)
    chance = generator.permuted(np.tile(used, (len(clients), 1)), axis=1)
    by_top, by_chance = (
        _change_without(score, clients, deleted, background, generator)
        for deleted in (top, chance[:, : options.reasons])
    )
    ahead = by_top - by_chance
    half = _Z * ahead.std(ddof=1) / np.sqrt(len(ahead))
    count = len(clients)
    return [
        {"check": "deletion_top", "value": by_top.mean(), "n": count},
        {"check": "deletion_random", "value": by_chance.mean(), "n": count},
        {
            "check": "deletion_ahead",
            "value": ahead.mean(),
            "low": ahead.mean() - half,
            "high": ahead.mean() + half,
            "n": count,
            "passed": bool(ahead.mean() - half > 0),
        },
        {"check": "deletion_share", "value": (ahead > 0).mean(), "n": count},
    ]


def _used(score: Score, clients: pd.DataFrame) -> NDArray[np.intp]:
    """Return the positions of the features that change some client's score, or of all if none does."""
    used = moving_features(score, clients) or list(BASE_FEATURES)
    return np.array([BASE_FEATURES.index(name) for name in used])


def _change_without(
    score: Score,
    clients: pd.DataFrame,
    deleted: NDArray[np.intp],
    background: pd.DataFrame,
    generator: np.random.Generator,
) -> Values:
    """Return the mean absolute change of each client's score when features take drawn rows' values."""
    is_kept = ~(deleted[:, :, None] == np.arange(len(_FEATURES))).any(axis=1)
    after = np.zeros(len(clients))
    for _ in range(_DRAWS):
        drawn = background.iloc[generator.integers(len(background), size=len(clients))]
        after += score(mix(clients, drawn, is_kept)) / _DRAWS
    return np.abs(after - score(clients))


def _stability(contributions: Values, by_refit: Values, count: int) -> list[dict[str, Any]]:
    alike = [overlap(contributions, refit, count).mean() for refit in by_refit]
    sizes = np.abs(contributions).mean(axis=0)
    correlations = [stats.spearmanr(sizes, np.abs(refit).mean(axis=0)).statistic for refit in by_refit]
    return [
        {
            "check": name,
            "value": np.mean(values),
            "low": np.min(values),
            "high": np.max(values),
            "n": len(values),
        }
        for name, values in (("reasons_refits", alike), ("importance_refits", correlations))
    ]


def _seeds(
    clients: pd.DataFrame,
    champion: Any,
    contributions: Values,
    background: pd.DataFrame,
    options: Interpretation,
) -> dict[str, Any]:
    other = options.model_copy(update={"seed": options.seed + 1})
    again = explain(innermost(champion), clients, background, other)
    shares = overlap(contributions, again.contributions, options.reasons)
    return {"check": "reasons_seeds", "value": shares.mean(), "n": len(clients)}
