"""Clients on whom the families of models disagree, and what they see differently."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, LANGUAGES, Language, label, model_label
from one_click.explain.shapley import explain
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.scores import raw_features
from one_click.modelling.selection import calibration_of
from one_click.parameters import FAMILIES, Interpretation
from one_click.presentation.wording import chance, percent, value_text

_FEATURES = list(BASE_FEATURES)
_COLUMNS = ["spread", "highest", "lowest", "feature", "value", "weight_highest", "weight_lowest"]


def find_disputes(
    features: pd.DataFrame,
    all_fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    explanation_background: pd.DataFrame,
    options: Interpretation,
    **candidates: Any,
) -> pd.DataFrame:
    """Find the training clients on whom the families disagree most, and what parts them.

    Returns
    -------
    DataFrame, one row per client, largest spread first
        client_id, target, one calibrated out-of-fold probability per family, spread, highest and lowest
        (families), feature (that speaks most for the higher and against the lower one), value,
        weight_highest, weight_lowest (its contribution as a share of all absolute ones), sentence_ru,
        sentence_en. Empty if fewer than two families could be fitted. The candidates that explain
        have seen these clients, the probabilities have not.
    """
    probabilities = _family_probabilities(all_fold_scores, calibrations)
    names = [name for name in FAMILIES if name in probabilities]
    if len(names) < 2:
        return pd.DataFrame(columns=[CLIENT_ID, "target", *names, *_COLUMNS, "sentence_ru", "sentence_en"])
    table = probabilities.assign(
        spread=probabilities[names].max(axis=1) - probabilities[names].min(axis=1),
        highest=probabilities[names].idxmax(axis=1),
        lowest=probabilities[names].idxmin(axis=1),
    )
    table = table.sort_values(["spread", CLIENT_ID], ascending=[False, True], ignore_index=True)
    table = table[table["spread"] > 0].head(options.disputed_clients)
    disputed = features.set_index(CLIENT_ID).loc[table[CLIENT_ID]].reset_index()
    weights = {}
    for name in names:
        is_party = (table[["highest", "lowest"]] == name).any(axis=1).to_numpy()
        if is_party.any():
            weights[name] = _weights(candidates[name], disputed[is_party], explanation_background, options)
    return _explain_dispute(table, weights, disputed)


def _family_probabilities(all_fold_scores: pd.DataFrame, calibrations: pd.DataFrame) -> pd.DataFrame:
    """Return one calibrated out-of-fold probability per client and family, mean over the repeats."""
    columns = {}
    for name, scores in all_fold_scores[all_fold_scores["model"].isin(FAMILIES)].groupby("model", sort=True):
        calibrated = calibrate_out_of_fold(scores.reset_index(drop=True), calibration_of(calibrations, name))
        columns[name] = pd.Series(calibrated, index=scores[CLIENT_ID]).groupby(level=0).mean()
    target = all_fold_scores.groupby(CLIENT_ID)["target"].first()
    return pd.DataFrame({"target": target, **columns}).rename_axis(CLIENT_ID).reset_index()


def _weights(
    candidate: Any, clients: pd.DataFrame, background: pd.DataFrame, options: Interpretation
) -> pd.DataFrame:
    """Return each feature's contribution as a share of all absolute ones, so that scales compare."""
    contributions = explain(candidate, raw_features(clients), raw_features(background), options).contributions
    total = np.abs(contributions).sum(axis=1, keepdims=True)
    shares = contributions / np.where(total > 0, total, 1)
    return pd.DataFrame(shares, columns=_FEATURES, index=clients.index)


def _explain_dispute(
    table: pd.DataFrame, weights: dict[str, pd.DataFrame], clients: pd.DataFrame
) -> pd.DataFrame:
    rows = []
    for place, row in enumerate(table.to_dict("records")):
        high, low = (weights[row[side]].loc[place] for side in ("highest", "lowest"))
        feature = str((high - low).idxmax())  # what speaks most for the higher and against the lower one
        own = {
            "feature": feature,
            "value": clients[feature].iloc[place],
            "weight_highest": high[feature],
            "weight_lowest": low[feature],
        }
        sentences = {f"sentence_{language}": _sentence(row | own, language) for language in LANGUAGES}
        rows.append(row | own | sentences)
    return pd.DataFrame(rows).astype({"value": "str"})


def _sentence(row: dict[str, Any], language: Language) -> str:
    words = {
        "high": model_label(row["highest"], language),
        "low": model_label(row["lowest"], language),
        "p_high": chance(row[row["highest"]], language),
        "p_low": chance(row[row["lowest"]], language),
        "name": label(row["feature"], language),
        "value": value_text(row["feature"], row["value"], language),
        "w_high": _signed(row["weight_highest"], language),
        "w_low": _signed(row["weight_lowest"], language),
    }
    if language == "ru":
        text = (
            "{high}: {p_high}, {low}: {p_low}. Больше всего разницы даёт признак «{name}» ({value}): "
            "его доля в объяснении {w_high} и {w_low}."
        )
    else:
        text = (
            "{high}: {p_high}, {low}: {p_low}. What parts them most is “{name}” ({value}): "
            "its share of the explanation is {w_high} and {w_low}."
        )
    return text.format(**words)


def _signed(share: float, language: Language) -> str:
    text = percent(share, 0, language)
    return text if share <= 0 or text == percent(0, 0, language) else f"+{text}"
