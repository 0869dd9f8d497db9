"""Fit of a synthetic population to a real extract; it keeps statistics only, never rows."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, ndtri
from scipy.stats import norm

from one_click.columns import CATEGORICAL_FEATURES, COLUMNS, KNOWN_VALUES, PROFIT, TARGET
from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import NUMERIC_FEATURES, Cause, LabelNoise
from one_click.simulation.mechanism import Floats, Typical, log_odds, product, recorded_probability, score
from one_click.simulation.months import simulate
from one_click.simulation.population import DECIMALS

from .comparison import cross_validate

RIDGE = 0.3  # penalty on the sizes of drivers; a log-odds of 1.8 costs half a unit of log-likelihood
SHARPNESS = (1.0, 1.1, 1.2, 1.3, 1.4)
_ENDS = (0.001, 0.999)  # normal scores of the extreme values


def match_sharpness(
    clients: pd.DataFrame, structure: DemoPopulation, options: DemoStore, seeds: tuple[int, ...]
) -> DemoPopulation:
    """Summarise an extract so that a logistic regression does on stores as it does on the extract.

    Parameters
    ----------
    clients : DataFrame, one row per client
        Typed and labelled.
    structure : DemoPopulation
        See `summarise_population`.
    options : DemoStore
        Size and noise of the stores.
    seeds : tuple of int
        Seeds of the stores that are tried; the ROC-AUC of each sharpness is their mean.

    Returns
    -------
    DemoPopulation
        With the sharpness, found by interpolation between the ends of `SHARPNESS`, at which the two
        cross-validated ROC-AUC are equal.
    """
    goal = cross_validate(clients, "logistic_regression", seeds)
    options = options.model_copy(update={"clients": max(len(clients), 30)})  # the ROC-AUC depends on it
    reached = [
        _reached(summarise_population(clients, structure, options.label_noise, sharpness), options, seeds)
        for sharpness in SHARPNESS
    ]
    sharpness = np.interp(goal, np.maximum.accumulate(reached), SHARPNESS)
    return summarise_population(clients, structure, options.label_noise, float(sharpness))


def _reached(population: DemoPopulation, options: DemoStore, seeds: tuple[int, ...]) -> float:
    stores = (draw_store(options.model_copy(update={"seed": seed}), population) for seed in seeds)
    return float(np.mean([cross_validate(store, "logistic_regression", (0,)) for store in stores]))


def draw_store(options: DemoStore, population: DemoPopulation) -> pd.DataFrame:
    """Return the whole first month of a store that fits into memory."""
    one_month = options.model_copy(update={"months": options.months[:1], "futures": 0})
    return pd.concat(simulate(one_month, population), ignore_index=True)


def summarise_population(
    clients: pd.DataFrame, structure: DemoPopulation, noise: LabelNoise, sharpness: float = 1.0
) -> DemoPopulation:
    """Summarise labelled clients as a population with a mechanism of decline.

    The causes are fitted by maximum likelihood with the wrong labels that `noise` declares; the two habits
    are clients with and without the first cause, weighted by its probability.

    Parameters
    ----------
    clients : DataFrame, one row per client
        Typed and labelled.
    structure : DemoPopulation
        Which causes there are and what drives them; the names of the habits, the struck one first; the
        probabilities of the quantiles.
    noise : LabelNoise
        Share of wrong labels.
    sharpness : float
        Factor on the fitted log-odds; above 1 it makes up for the penalty and for the correlations that a
        summary loses.

    Raises
    ------
    ParameterError
        If the structure has not two habits, or no cause.
    """
    _stop_at_other_structures(structure)
    typical = {name: _typical(clients[name]) for name in NUMERIC_FEATURES}
    causes = fit_causes(clients, structure.causes, typical, noise)
    struck = expit(log_odds(clients, next(iter(causes.values())), typical))
    habits = {
        name: _habit(clients, weights, structure.probabilities)
        for name, weights in zip(structure.habits, (struck, 1 - struck), strict=True)
    }
    return DemoPopulation.model_validate(
        {
            "probabilities": structure.probabilities,
            "habits": habits,
            "correlations": _correlations(clients, struck, structure.columns),
            "typical": typical,
            "causes": {name: _sharpen(cause, sharpness) for name, cause in causes.items()},
        }
    )


def _stop_at_other_structures(structure: DemoPopulation) -> None:
    if len(structure.habits) != 2 or not structure.causes:
        raise ParameterError(
            f"(file {structure.file})\n  {len(structure.habits)} habits and {len(structure.causes)} causes. "
            "Rule: an extract is summarised as two habits: whom the first cause strikes, and the others"
        )


def _typical(values: pd.Series) -> tuple[float, float]:
    """Return mean and standard deviation; a feature that is the same for all has the spread 1."""
    return _significant(values.mean()), _significant(values.std()) or 1.0


def _significant(value: float) -> float:
    return float(f"{value:.3g}")


def fit_causes(
    clients: pd.DataFrame, causes: dict[str, Cause], typical: Typical, noise: LabelNoise
) -> dict[str, Cause]:
    """Fit the sizes of all drivers and interactions by penalised maximum likelihood.

    Parameters
    ----------
    clients : DataFrame, one row per client
        Labelled.
    causes : dict
        What drives each cause; the declared sizes are where the search starts.
    typical : dict
        Feature -> (typical value, spread).
    noise : LabelNoise
        Share of wrong labels.
    """
    causes = {name: _with_values_of(cause, clients) for name, cause in causes.items()}
    designs = [_design(clients, cause, typical) for cause in causes.values()]
    declined = clients[TARGET].to_numpy(dtype="float64")
    start = np.concatenate([_sizes(cause) for cause in causes.values()])
    found = minimize(
        _cost, start, args=(designs, declined, noise), jac=True, method="L-BFGS-B", options={"maxiter": 5000}
    )
    parts = np.split(found.x, np.cumsum([design.shape[1] for design in designs])[:-1])
    return {
        name: _with_sizes(cause, sizes) for (name, cause), sizes in zip(causes.items(), parts, strict=True)
    }


def _with_values_of(cause: Cause, clients: pd.DataFrame) -> Cause:
    """Return the cause with drivers for the categories that the extract has, new ones among them."""
    drivers = {
        name: {
            value: size.get(value, 0.0)
            for value in sorted(clients[name].unique())
            if value in size or value not in KNOWN_VALUES[name]
        }
        if isinstance(size, dict)
        else size
        for name, size in cause.drivers.items()
    }
    return Cause(intercept=cause.intercept, drivers=drivers, interactions=cause.interactions)


def _design(clients: pd.DataFrame, cause: Cause, typical: Typical) -> Floats:
    columns = [np.ones(len(clients))]
    for name, size in cause.drivers.items():
        if isinstance(size, dict):
            columns += [(clients[name] == value).to_numpy(dtype="float64") for value in size]
        else:
            columns.append(score(clients, name, typical))
    columns += [product(clients, name, typical) for name in cause.interactions]
    return np.column_stack(columns)


def _sizes(cause: Cause) -> Floats:
    sizes = [cause.intercept]
    for size in cause.drivers.values():
        sizes += size.values() if isinstance(size, dict) else [size]
    return np.array([*sizes, *cause.interactions.values()])


def _with_sizes(cause: Cause, sizes: Floats) -> Cause:
    left = iter(round(float(size), 3) for size in sizes)
    intercept = next(left)
    drivers = {
        name: {value: next(left) for value in size} if isinstance(size, dict) else next(left)
        for name, size in cause.drivers.items()
    }
    return Cause(
        intercept=intercept, drivers=drivers, interactions={name: next(left) for name in cause.interactions}
    )


def _sharpen(cause: Cause, sharpness: float) -> Cause:
    return _with_sizes(cause, _sizes(cause) * sharpness)


def _cost(sizes: Floats, designs: list[Floats], declined: Floats, noise: LabelNoise) -> tuple[float, Floats]:
    """Return the penalised negative log-likelihood and its gradient."""
    parts = np.split(sizes, np.cumsum([design.shape[1] for design in designs])[:-1])
    struck = [expit(design @ part) for design, part in zip(designs, parts, strict=True)]
    spared = np.prod([1 - one for one in struck], axis=0)
    recorded = recorded_probability(1 - spared, noise).clip(1e-9, 1 - 1e-9)
    slope = (declined / recorded - (1 - declined) / (1 - recorded)) * (
        1 - noise.missed_declines - noise.false_declines
    )
    penalised = [np.concatenate([[0.0], part[1:]]) for part in parts]
    gradient = [
        RIDGE * penalty - design.T @ (slope * spared * one)
        for design, one, penalty in zip(designs, struck, penalised, strict=True)
    ]
    likelihood = (declined * np.log(recorded) + (1 - declined) * np.log(1 - recorded)).sum()
    return RIDGE / 2 * sum(float(one @ one) for one in penalised) - likelihood, np.concatenate(gradient)


def _habit(clients: pd.DataFrame, weights: Floats, probabilities: tuple[float, ...]) -> dict[str, Any]:
    columns = (*NUMERIC_FEATURES, PROFIT)
    return {
        "share": round(float(weights.mean()), 4),
        "allows_messages": round(float(np.average(clients["allows_messages"], weights=weights)), 3),
        "shares": {name: _shares(clients[name], weights) for name in CATEGORICAL_FEATURES},
        "quantiles": {
            name: tuple(map(_significant, spread_quantiles(clients[name], weights, probabilities)))
            for name in columns
        },
    }


def _shares(values: pd.Series, weights: Floats) -> dict[str, float]:
    totals = pd.Series(weights, index=values.index).groupby(values).sum()
    return {str(value): round(float(total / weights.sum()), 3) for value, total in totals.items()}


def spread_quantiles(values: pd.Series, weights: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Return weighted quantiles of a column, each value spread evenly over what is rounded to it.

    Parameters
    ----------
    values : Series of shape (n_clients,)
    weights : ndarray of shape (n_clients,)
    probabilities : tuple of float

    Returns
    -------
    ndarray of shape (n_probabilities,)
        A number drawn between these quantiles and rounded has the weighted distribution of `values`, as
        closely as the probabilities lie together.
    """
    name = str(values.name)
    half = 0.5 if COLUMNS[name].kind == "whole" else 0.5 * 10 ** -DECIMALS.get(name, 1)
    known, place = np.unique(values.to_numpy(dtype="float64"), return_inverse=True)
    above = np.bincount(place, weights).cumsum() / weights.sum()
    below = np.concatenate([[0.0], above[:-1]])
    ranks, edges = np.column_stack([below, above]), np.column_stack([known - half, known + half])
    return np.asarray(np.interp(probabilities, ranks.ravel(), edges.ravel()))


def _correlations(clients: pd.DataFrame, struck: Floats, columns: tuple[str, ...]) -> list[list[float]]:
    """Return correlations of normal scores within the habits, below the diagonal."""
    names = [*columns, "allows_messages"]
    within = sum(
        _covariance(np.column_stack([_normal_scores(clients[name], weights) for name in names]), weights)
        for weights in (struck, 1 - struck)
    )
    spread = np.sqrt(np.diag(within))
    spread[spread == 0] = 1.0  # what is the same for all is correlated with nothing
    correlations = within / np.outer(spread, spread)
    correlations[-1] = (correlations[-1] * _biserial(clients["allows_messages"].mean())).clip(-0.95, 0.95)
    correlations = _shrink(correlations)
    return [[round(float(value), 2) for value in correlations[row, :row]] for row in range(1, len(names))]


def _shrink(correlations: Floats) -> Floats:
    """Shrink correlations towards zero until the matrix is positive definite, rounding included."""
    lower = np.tril(correlations, -1)
    while np.linalg.eigvalsh(np.eye(len(lower)) + lower + lower.T).min() < 0.02:
        lower *= 0.98
    return np.asarray(lower + lower.T + np.eye(len(lower)))


def _biserial(share: float) -> float:
    """Return the factor from a point-biserial to a biserial correlation."""
    if share in (0, 1):
        return 1.0
    return float(np.sqrt(share * (1 - share)) / norm.pdf(ndtri(share)))


def _normal_scores(values: pd.Series, weights: Floats) -> Floats:
    _, place = np.unique(values.to_numpy(), return_inverse=True)
    totals = np.bincount(place, weights)
    return np.asarray(ndtri(((totals.cumsum() - totals / 2) / weights.sum()).clip(*_ENDS))[place])


def _covariance(scores: Floats, weights: Floats) -> NDArray[np.float64]:
    centred = scores - np.average(scores, axis=0, weights=weights)
    return np.asarray((centred * weights[:, None]).T @ centred)
