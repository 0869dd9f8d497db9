"""The story of the months, reckoned from hand-made truths."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import NUMERIC_FEATURES
from one_click.pipelines.demo_store.nodes import history
from one_click.pipelines.demo_store.nodes import months as nodes

Options = Callable[..., DemoStore]
TWO_MONTHS = {"months": ["a", "b"], "unlabelled": [], "drifts": []}


def truth(month: str, **columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"month": month, **columns})


def test_shares_of_a_month_whatever_its_pieces(make_options: Options) -> None:
    options = make_options(**TWO_MONTHS, label_noise={"missed_declines": 0.0, "false_declines": 0.0})
    whole = truth(
        "a",
        probability=[0.9, 0.5, 0.2, 0.2],
        declined=[True, False, False, True],
        activity_declined=[1, 1, 0, 1],
    )
    other = truth("b", probability=[0.1, 0.6], declined=[False, True], activity_declined=[0, 1])
    table = history.summarise_months([other, whole.iloc[:1], whole.iloc[1:]], options).set_index("month")
    assert table.index.tolist() == ["a", "b"]
    first = table.loc["a"]
    assert first["clients"] == 4
    assert first["declined_share"] == 0.5
    assert first["recorded_share"] == 0.75
    assert first["wrong_labels"] == 0.25
    assert first["probability"] == pytest.approx(0.45)
    # b: pairs (declined, kept) weigh .6 * .9 the right way round and .1 * .4 the wrong way round
    assert table.loc["b", "ceiling"] == pytest.approx(0.54 / 0.58)


def test_ceiling_is_what_the_true_probabilities_reach(
    make_options: Options, population: DemoPopulation
) -> None:
    options = make_options(clients=40_000, months=["only"], unlabelled=[], drifts=[])
    pieces = nodes.make_months(options, population)
    clients = pd.concat(pieces)
    reached = roc_auc_score(clients["activity_declined"], clients["probability"])
    assert history.summarise_months(pieces, options)["ceiling"].item() == pytest.approx(reached, abs=0.004)


def features(month: str, clients: int, **means: float) -> pd.DataFrame:
    """Return clients whose features have spread 1 about their means."""
    around = np.resize([-1.0, 1.0], clients)
    return truth(month, **{name: list(means.get(name, 5.0) + around) for name in NUMERIC_FEATURES})


def test_shift_is_measured_against_the_month_before_the_first_drift(make_options: Options) -> None:
    drift = {"column": "service_errors", "month": 3, "size": 2.0}
    options = make_options(months=["a", "b", "c"], unlabelled=[], drifts=[drift])
    pieces = [
        features("a", 4, service_errors=4.0),
        features("b", 4),
        features("c", 2, service_errors=7.0),
        features("c", 6, service_errors=7.0),
    ]
    table = history.summarise_features(pieces, options)
    errors = table[table["feature"] == "service_errors"]
    assert errors["month"].tolist() == ["a", "b", "c"]
    assert errors["mean"].tolist() == [4.0, 5.0, 7.0]
    assert errors["spread"].tolist() == [1.0, 1.0, 1.0]
    assert errors["shift"].tolist() == [-1.0, 0.0, 2.0]
    assert errors["drift"].tolist() == [0.0, 0.0, 2.0]
    assert (table.loc[table["feature"] != "service_errors", ["shift", "drift"]] == 0).all(axis=None)


def test_arms_of_a_campaign_month_by_month(make_options: Options) -> None:
    shares = {"probability": [0.2, 0.4, 0.6, 0.1], "declined_without_offer": [True, True, False, False]}
    offers = {"offer": ["x", "x", "x", ""], "arm": ["treated", "treated", "control", ""]}
    pieces = [
        truth(month, **offers, **shares, declined=[False, True, False, False], activity_declined=[0, 1, 1, 0])
        for month in ("b", "a")
    ]
    table = history.summarise_campaigns(pieces, make_options(**TWO_MONTHS))
    assert table[["arm", "month", "clients"]].to_numpy().tolist() == [
        ["control", "a", 1],
        ["control", "b", 1],
        ["treated", "a", 2],
        ["treated", "b", 2],
    ]
    treated = table[table["arm"] == "treated"].iloc[0]
    assert treated["declined_share"] == 0.5
    assert treated["share_without_offer"] == 1.0
    assert treated["probability"] == pytest.approx(0.3)
    assert table["recorded_share"].tolist() == [1.0, 1.0, 0.5, 0.5]


def test_year_with_a_drift_and_a_campaign(make_options: Options, population: DemoPopulation) -> None:
    options = make_options(
        clients=6_000,
        months=[f"m{number:02}" for number in range(1, 13)],
        unlabelled=[],
        drifts=[{"column": "service_errors", "month": 7, "size": 1.0}],
        campaigns=[
            {
                "offer": "reminder",
                "month": 5,
                "eligible": [{"column": "allows_messages", "is": True}],
                "treated_share": 0.5,
                "effects": [{"prevents": 0.5}],
            }
        ],
        dirt={},
    )
    pieces = nodes.make_months(options, population)
    table = history.summarise_features(pieces, options)
    planted = table[table["feature"] == "service_errors"]
    assert planted["shift"].iloc[:6].abs().max() < 0.05
    assert (planted["shift"] - planted["drift"]).iloc[6:].abs().max() < 0.05
    assert planted["drift"].iloc[-1] > 0.4
    settled = table[(table["month"] > "m03") & ~table["feature"].isin(["service_errors", "days_registered"])]
    assert settled["shift"].abs().max() < 0.1
    arms = history.summarise_campaigns(pieces, options).set_index(["arm", "month"])["declined_share"]
    works, over = ["m06", "m07", "m08"], ["m05", "m09", "m10", "m11", "m12"]
    assert (arms["treated"][works] / arms["control"][works]).to_numpy() == pytest.approx(0.5, abs=0.08)
    assert (arms["treated"][over] / arms["control"][over]).to_numpy() == pytest.approx(1.0, abs=0.12)


def test_drift_that_was_always_there_is_no_shift(make_options: Options) -> None:
    drift = {"column": "service_errors", "month": 1, "size": 2.0}
    options = make_options(months=["a", "b"], unlabelled=[], drifts=[drift])
    table = history.summarise_features([features("a", 4), features("b", 4)], options)
    assert (table[["shift", "drift"]] == 0).all(axis=None)


def test_store_that_everybody_left_is_refused(make_options: Options) -> None:
    only_first = truth("a", probability=[0.5, 0.4], declined=[True, False], activity_declined=[1, 0])
    with pytest.raises(ParameterError, match="no client is left in 'b'"):
        history.summarise_months([only_first], make_options(**TWO_MONTHS))
