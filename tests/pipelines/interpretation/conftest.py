"""Parameters of a quick interpretation, a champion that is a plain function, and tables to interpret."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.parameters import Interpretation, WhatIf

CATEGORIES = {"popular_category": "Кухонная посуда", "service_type": "стандарт"}
USUAL = {"whole": 5, "number": 5.0, "share": 0.5, "flag": True}
GROUPS = ("communication", "site_behaviour", "product_preferences", "finance")


class _Scored:
    def __init__(self, score: Callable[[pd.DataFrame], Any]) -> None:
        self.score = score

    def predict_proba(self, features: pd.DataFrame) -> Any:
        declines = np.asarray(self.score(features), dtype="float64")
        return np.column_stack([1 - declines, declines])


@pytest.fixture(scope="session")
def options(interpretation_options: Interpretation) -> Interpretation:
    return interpretation_options


@pytest.fixture(scope="session")
def scored_by() -> Callable[..., Any]:
    """Return a function that makes a classifier of a function: features -> probabilities of decline."""
    return _Scored


@pytest.fixture(scope="session")
def make_curve() -> Callable[..., pd.DataFrame]:
    """Return a function that gives the curve of one feature over values or levels."""

    def make(name: str, places: list[Any], probabilities: list[float], **columns: Any) -> pd.DataFrame:
        category = COLUMNS[name].kind in ("flag", "category")
        curve = {
            "feature": name,
            "kind": "category" if category else "number",
            "value": np.nan if category else places,
            "level": [str(place) for place in places] if category else "",
            "probability": probabilities,
            "low": 0.0,
            "high": 1.0,
            "ale": probabilities,
            "clients_share": 1 / len(places),
            "rank": 1,
        }
        return pd.DataFrame(curve | columns)

    return make


def _losses(kind: str, names: list[str], metric: str = "roc_auc", members: str = "") -> pd.DataFrame:
    """Return losses of 0.10, 0.09, … of these units, each ± 0.05."""
    table = pd.DataFrame({"feature": names, "kind": kind, "metric": metric})
    loss = 0.10 - 0.01 * table.index.to_numpy()
    table = table.assign(importance=loss, low=loss - 0.05, high=loss + 0.05, rank=table.index + 1)
    return table.assign(members=members or table["feature"])


@pytest.fixture(scope="session")
def make_importances() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Return a function that gives both measures of all features, of which `pages_per_visit` is of interest.

    With `together`, it is shuffled with `service_errors` and `minutes_current`, which cost nothing alone.
    """
    asked, partners = "pages_per_visit", ["service_errors", "minutes_current"]

    def make(
        permutation_rank: int = 1,
        shap_rank: int = 1,
        shap: float = 0.3,
        loss: float = 0.05,
        low: float = 0.01,
        concentration: float = 0.2,
        together: float | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        others = [name for name in BASE_FEATURES if name != asked]
        by_loss, by_size = (
            [*others[: rank - 1], asked, *others[rank - 1 :]] for rank in (permutation_rank, shap_rank)
        )
        features = _losses("feature", by_loss)
        features.loc[features["feature"] == asked, ["importance", "low", "high"]] = [loss, low, loss + 0.02]
        parts = [features, _losses("group", list(GROUPS)), _losses("feature", by_loss[::-1], "f1_declined")]
        if together is not None:
            features.loc[features["feature"].isin(partners), "importance"] = 0.0
            unit, members = " + ".join([asked, *partners]), ", ".join([asked, *partners])
            parts.append(_losses("collinear", [unit], members=members).assign(importance=together))
            parts.append(_losses("collinear", [unit], "f1_declined", members).assign(importance=9.0))
        sizes = pd.DataFrame({"feature": by_size, "mean_absolute": 0.2, "concentration": 0.2})
        sizes.loc[sizes["feature"] == asked, ["mean_absolute", "concentration"]] = [shap, concentration]
        sizes["group"] = [COLUMNS[name].group for name in by_size]
        return pd.concat(parts, ignore_index=True), sizes.assign(rank=sizes.index + 1)

    return make


# Clients for whom a change is searched -------------------------------------------------------------


@pytest.fixture(scope="session")
def make_what_if(options: Interpretation) -> Callable[..., Interpretation]:
    """Return a function that gives parameters with other rules of plausible changes."""
    wide = {"most_changes": 2, "steps": 10, "low": 0, "high": 1}
    return lambda **rules: options.model_copy(update={"what_if": WhatIf(**wide | rules)})


@pytest.fixture(scope="session")
def clients_with() -> Callable[..., pd.DataFrame]:
    """Return a function that gives clients alike in everything but the columns given."""

    def make(**columns: list[Any]) -> pd.DataFrame:
        count = len(next(iter(columns.values())))
        usual = {
            name: [CATEGORIES.get(name, USUAL.get(COLUMNS[name].kind))] * count for name in BASE_FEATURES
        }
        return pd.DataFrame({"client_id": range(1, count + 1), **usual, **columns})

    return make


@pytest.fixture(scope="session")
def ten(clients_with: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return a base in which a step of 1 (of 0.1 for the share) is a tenth of the clients."""
    changeable = [name for name in BASE_FEATURES if COLUMNS[name].changeable]
    steps = {name: list(range(10)) for name in changeable if COLUMNS[name].kind == "whole"}
    numbers = {"marketing_contacts_6m": [float(step) for step in range(10)]}
    return clients_with(**steps, **numbers, promo_purchase_share=[step / 10 for step in range(10)])


# Families that disagree ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def weighing(fit: Callable[..., Any], clients: pd.DataFrame) -> Callable[..., Any]:
    """Return a function that gives a linear model of some features with these coefficients.

    Features are given in their order in the vocabulary.
    """

    def make(**coefficients: float) -> Any:
        risk = sum(clients[name].rank(pct=True) for name in coefficients)
        labelled = clients.assign(**{TARGET: (risk > risk.median()).astype("int64")})
        model = fit("logistic_regression", labelled, select__k=len(coefficients))
        assert list(model[1:-1].get_feature_names_out()) == list(coefficients)
        model[-1].coef_[:] = list(coefficients.values())
        return model

    return make


@pytest.fixture(scope="session")
def blinkered(fit: Callable[..., Any], clients: pd.DataFrame) -> dict[str, Any]:
    """Return models of which one looks at pages alone, one at promo purchases and one at both."""
    targets = {
        "logistic_regression": clients["pages_per_visit"] < 6,
        "decision_tree": clients["promo_purchase_share"] > 0.5,
    }
    models = {
        name: fit(name, clients.assign(**{TARGET: target.astype("int64")}), select__k=1)
        for name, target in targets.items()
    }
    return models | {"k_nearest_neighbours": fit("k_nearest_neighbours", clients, select__k=2)}


@pytest.fixture(scope="session")
def disputed(clients: pd.DataFrame, options: Interpretation) -> Callable[..., tuple[Any, ...]]:
    """Return a function that gives what `find_disputes` reads, with these scores of the first clients."""

    def inputs(
        scores: dict[str, list[float]], asked: pd.DataFrame = clients, most: int = 2
    ) -> tuple[Any, ...]:
        parts = [
            pd.DataFrame({"client_id": range(1001, 1001 + len(own)), "model": name, "probability": own})
            for name, own in scores.items()
        ]
        table = pd.concat(parts, ignore_index=True).assign(repeat=0, target=1.0)
        table = table.assign(fold=table["client_id"] % 2, score=table["probability"])
        methods = [(name, method, method == "none") for name in scores for method in ("none", "sigmoid")]
        calibrations = pd.DataFrame(methods, columns=["model", "method", "chosen"])
        base = clients[["client_id", *BASE_FEATURES]]
        return asked, table, calibrations, base, options.model_copy(update={"disputed_clients": most})

    return inputs
