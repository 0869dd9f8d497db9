"""The smallest plausible change of what the store can change that would bring a client under the threshold.

It is the model's answer to other values, never a promise: whether changing a value changes the client, only a
campaign can show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, decimals
from one_click.explain.perturbation import Score, is_possible, with_values
from one_click.modelling.profit import is_at_risk
from one_click.modelling.scores import decline_probability, raw_features
from one_click.parameters import Interpretation, WhatIf
from one_click.schemas.records import DecisionThreshold

Values = NDArray[np.float64]
Positions = NDArray[np.intp]

_ROWS = 200_000  # rows scored at a time: bounds the memory of the search
_ROUNDING = 9  # decimals, behind which probabilities and efforts differ by rounding alone
_CHANGEABLE = [name for name in BASE_FEATURES if COLUMNS[name].changeable]


@dataclass(frozen=True)
class _Moves:
    """Values that one feature of the clients may be changed to.

    Attributes
    ----------
    new_values : ndarray, shape (n_values,)
    efforts : ndarray, shape (n_clients, n_values)
    allowed : ndarray of bool, shape (n_clients, n_values)
        False where the client has the value already, or one that reads the same, and upwards where the store
        would only ever lower it.
    """

    new_values: Values
    efforts: Values
    allowed: NDArray[np.bool_]


@dataclass(frozen=True)
class _Search:
    """Clients at risk, by position, and how they may be changed."""

    score: Score
    clients: pd.DataFrame
    threshold: float
    moves: dict[str, _Moves]


def find_changes(
    features: pd.DataFrame,
    champion: Any,
    decision_threshold: DecisionThreshold,
    explanation_base: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Find for each client at risk the smallest change that brings the champion's answer under the threshold.

    Only features that the store can change are changed, to values that clients of the base have between two
    quantiles. Fewer changed features come before less effort, and less effort before a lower probability; of
    what is still equal, the first in the order of the columns is taken. Effort is the percentile shift of
    Ustun, Spangher and Liu (2019), "Actionable recourse in linear classification", summed over the features:
    how far, from 0 to 1, the client moves among the base by mid-ranks.

    Parameters
    ----------
    features : DataFrame, one row per client
    champion : fitted classifier
    decision_threshold : DecisionThreshold
        A client is at risk from the probability `threshold`, by the fitted champion, which has seen the
        labelled clients; `client_scores` may differ a little.
    explanation_base : DataFrame
        Clients whose values define what is plausible.
    options : Interpretation
        Its `what_if`.

    Returns
    -------
    DataFrame of `schemas.interpretation.Counterfactuals`, without sentences
        Where no allowed change is enough, the one that lowers the probability most, with `reached` False;
        where none lowers it, one row with 0 changes, an empty `feature`, and no values and support. Effort
        and support are those of the whole change. Support is the share of the base whose values of all
        changed features lie at least as far in the direction of the change.
    """
    threshold = decision_threshold.threshold
    score = partial(decline_probability, champion)
    before = score(raw_features(features))
    called = is_at_risk(before, threshold)
    at_risk = features[called].reset_index(drop=True)
    moves = {name: _moves(at_risk[name], explanation_base[name], options.what_if) for name in _CHANGEABLE}
    search = _Search(score, raw_features(at_risk), threshold, moves)
    own = before[called]
    plans = _smallest_plans(search, own, options.what_if.most_changes).assign(before=own)
    return _rows(plans, at_risk, explanation_base)


def _moves(own: pd.Series, base: pd.Series, what_if: WhatIf) -> _Moves:
    values = plausible_values(base, what_if)
    shifts = _mid_ranks(values, base)[None, :] - _mid_ranks(own, base)[:, None]
    as_read, own_as_read = (_as_read(str(base.name), some) for some in (values, own))
    allowed = (as_read[None, :] != own_as_read[:, None]).any(axis=2)
    if COLUMNS[str(base.name)].only_less:
        allowed &= shifts < 0
    return _Moves(values, np.abs(shifts), allowed)


def _as_read(name: str, values: Any) -> Values:
    """Return each value's decimals and amount as readers see them, shape (n_values, 2)."""
    scale = 100 if COLUMNS[name].kind == "share" else 1
    digits = [decimals(name, value) for value in values]
    # Only Python's own `round` rounds as formatting does; that of numpy multiplies first.
    amounts = [round(float(scale * value), places) for value, places in zip(values, digits, strict=True)]
    return np.array([digits, amounts], dtype="float64").T


def plausible_values(base: pd.Series, what_if: WhatIf) -> Values:
    """Return the values, in order, that a feature may be changed to.

    All values of the base between the two quantiles where they are no more than `steps`, else at most so many
    of them, evenly spaced by quantile.

    Parameters
    ----------
    base : Series
        Values of one feature in the base; its name is that of the feature.
    what_if : WhatIf
        Quantiles and steps.
    """
    values = base.astype("float64")
    possible = np.array([value for value in values if is_possible(str(base.name), value)])
    low, high = np.quantile(possible, [what_if.low, what_if.high], method="inverted_cdf")
    inside = possible[(possible >= low) & (possible <= high)]
    distinct = np.unique(inside)
    if len(distinct) <= what_if.steps:
        return distinct
    return np.unique(np.quantile(inside, np.linspace(0, 1, what_if.steps), method="inverted_cdf"))


def _mid_ranks(values: Any, base: pd.Series) -> Values:
    """Return the share of the base below each value, plus half the share that equals it."""
    ordered = np.sort(base.to_numpy(dtype="float64"))
    sides = [np.searchsorted(ordered, values, side) for side in ("left", "right")]
    return np.mean(sides, axis=0) / len(ordered)


def _smallest_plans(search: _Search, before: Values, most_changes: int) -> pd.DataFrame:
    """Return one plan per client: position, new values (missing: unchanged), effort, changes, probability."""
    plans = pd.DataFrame(
        {"position": np.arange(len(before)), **dict.fromkeys(_CHANGEABLE, np.nan), "effort": 0.0}
    ).assign(changes=0, probability=before, reached=False)
    # One change is preferred to two: clients who are under the threshold with it are not tried further.
    for changes in range(1, most_changes + 1):
        still_at_risk = plans.loc[~plans["reached"], "position"].to_numpy()
        tried = [
            _best_per_client(_try_plans(search, names, positions, choices))
            for names in combinations(_CHANGEABLE, changes)
            for positions, choices in _batches(still_at_risk, _all_choices(search, names))
        ]
        plans = _best_per_client(pd.concat([plans, *tried], ignore_index=True))
    return plans


def _all_choices(search: _Search, names: tuple[str, ...]) -> Positions:
    """Return every way to take one value of each feature, shape (n_choices, n_features)."""
    counts = [len(search.moves[name].new_values) for name in names]
    return np.indices(counts).reshape(len(counts), -1).T


def _batches(positions: Positions, choices: Positions) -> Iterator[tuple[Positions, Positions]]:
    """Cut clients × choices into parts of at most `_ROWS` rows; each client's choices stay in order."""
    for first in range(0, len(choices), _ROWS):
        some = choices[first : first + _ROWS]
        clients_at_a_time = _ROWS // len(some)
        for start in range(0, len(positions), clients_at_a_time):
            yield positions[start : start + clients_at_a_time], some


def _try_plans(
    search: _Search, names: tuple[str, ...], positions: Positions, choices: Positions
) -> pd.DataFrame:
    """Ask the champion about every allowed choice for every client of a batch."""
    moves = [search.moves[name] for name in names]
    by_client = [np.ix_(positions, choice) for choice in choices.T]
    allowed = np.all([move.allowed[at] for move, at in zip(moves, by_client, strict=True)], axis=0)
    efforts = np.sum([move.efforts[at] for move, at in zip(moves, by_client, strict=True)], axis=0)
    client, choice = np.nonzero(allowed)
    values = {
        name: move.new_values[choices[choice, column]]
        for column, (name, move) in enumerate(zip(names, moves, strict=True))
    }
    probability = _ask_many(search, positions[client], values)
    plans = pd.DataFrame({"position": positions[client], **values, "effort": efforts[allowed]})
    return plans.assign(changes=len(names), probability=probability, reached=probability < search.threshold)


def _ask_many(search: _Search, positions: Positions, values: dict[str, Values]) -> Values:
    if not len(positions):
        return np.empty(0)
    return search.score(with_values(search.clients.iloc[positions], values))


def _best_per_client(plans: pd.DataFrame) -> pd.DataFrame:
    """Return each client's best plan; of equal ones the first."""
    effort, probability = plans["effort"].round(_ROUNDING), plans["probability"].round(_ROUNDING)
    reached = plans["reached"]
    # The last key counts most. Of plans that are enough, effort comes before probability; else the reverse.
    order = np.lexsort(
        [
            effort,
            probability.where(reached, plans["changes"]),
            effort.where(reached, probability),
            ~reached,
            plans["position"],
        ]
    )
    return plans.iloc[order].drop_duplicates("position")


def _rows(plans: pd.DataFrame, clients: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Return the plans, one row per changed feature, or one without a feature."""
    new = plans[_CHANGEABLE].to_numpy()
    old = clients.loc[plans["position"], _CHANGEABLE].to_numpy(dtype="float64")
    of_base = base[_CHANGEABLE].to_numpy(dtype="float64")
    support = np.array([_support(*plan, of_base) for plan in zip(old, new, strict=True)], dtype="float64")
    is_changed = ~np.isnan(new)
    place, column = np.nonzero(np.column_stack([is_changed, ~is_changed.any(axis=1)]))
    nothing = np.full((len(plans), 1), np.nan)
    return pd.DataFrame(
        {
            CLIENT_ID: clients[CLIENT_ID].to_numpy()[plans["position"]][place],
            "changes": is_changed.sum(axis=1)[place],
            "feature": pd.Series(np.array([*_CHANGEABLE, ""])[column], dtype="str"),
            "value": np.hstack([old, nothing])[place, column],
            "new_value": np.hstack([new, nothing])[place, column],
            "effort": plans["effort"].to_numpy()[place],
            "probability_before": plans["before"].to_numpy()[place],
            "probability_after": plans["probability"].to_numpy()[place],
            "reached": plans["reached"].to_numpy()[place],
            "support": support[place],
        }
    )


def _support(old: Values, new: Values, base: Values) -> float:
    """Return the share of the base that lies, in every changed feature, at least as far as the change."""
    is_changed = ~np.isnan(new)
    if not is_changed.any():
        return float("nan")
    direction = np.sign(new - old)[is_changed]
    return float(np.mean(np.all(direction * base[:, is_changed] >= direction * new[is_changed], axis=1)))


def summarise_changes(counterfactuals: pd.DataFrame) -> pd.DataFrame:
    """Count which changes bring clients under the threshold.

    Parameters
    ----------
    counterfactuals : DataFrame of `schemas.interpretation.Counterfactuals`

    Returns
    -------
    DataFrame of `schemas.interpretation.ChangeSummary`
        Only of clients whose change is enough.
    """
    enough = counterfactuals[counterfactuals["reached"]]
    rises = enough["new_value"] > enough["value"]
    fall = enough["probability_before"] - enough["probability_after"]
    table = (
        enough.assign(direction=rises.map({True: "up", False: "down"}).astype("str"), fall=fall)
        .groupby(["feature", "direction"], as_index=False)
        .agg(clients=(CLIENT_ID, "size"), median_effort=("effort", "median"), median_fall=("fall", "median"))
    )
    table.insert(3, "share", table["clients"] / max(enough[CLIENT_ID].nunique(), 1))
    order = ["clients", "feature", "direction"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)
