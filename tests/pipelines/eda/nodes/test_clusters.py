"""Clusters are called natural where they are planted, and nowhere else."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.parameters import Eda
from one_click.pipelines.eda.nodes import summaries as nodes
from one_click.pipelines.eda.nodes.clusters import (
    assign_clusters,
    map_clients,
    measure_stability,
    profile_clusters,
)

Make = Callable[..., pd.DataFrame]
NUMBERS = [name for name in BASE_FEATURES if COLUMNS[name].kind not in ("category", "flag")]


def _store(make_unrelated: Make, kinds: int) -> pd.DataFrame:
    """Return 600 clients of so many kinds, each with its own typical numbers; the last kind declines."""
    generator = np.random.default_rng(3)
    shuffled = make_unrelated(600, generator)
    kind = np.arange(600) % kinds
    centres = generator.choice([-2.0, 2.0], size=(kinds, len(NUMBERS)))
    numbers = pd.DataFrame(centres[kind] + generator.normal(size=(600, len(NUMBERS))), columns=NUMBERS)
    declined = np.where(generator.random(600) < 0.1, kind != kinds - 1, kind == kinds - 1)
    return nodes.select_labelled(shuffled.assign(**numbers, activity_declined=declined.astype("float64")))


@pytest.mark.parametrize("kinds", [2, 3])
def test_planted_clusters_are_found(make_unrelated: Make, options: Eda, kinds: int) -> None:
    labelled = _store(make_unrelated, kinds)
    stability = measure_stability(labelled, options)
    assert stability.loc[stability["chosen"], "clusters"].to_list() == [kinds]
    assert stability.set_index("clusters").loc[kinds, "stability"] > 0.95
    found = assign_clusters(labelled, stability, options)
    agreement = pd.crosstab(found["cluster"], np.arange(600) % kinds)
    assert (agreement.max(axis=1) > 0.97 * 600 / kinds).all()
    profiles = profile_clusters(labelled, found)
    risks = profiles.drop_duplicates("cluster")["declined_share"]
    assert risks.is_monotonic_increasing
    assert risks.iloc[-1] > 0.8


def test_no_clusters_where_there_are_none(make_unrelated: Make, options: Eda) -> None:
    labelled = _store(make_unrelated, kinds=1)
    stability = measure_stability(labelled, options)
    assert not stability["natural"].any()
    found = assign_clusters(labelled, stability, options)
    assert (found["cluster"] == 1).all()
    assert profile_clusters(labelled, found)["effect"].isna().all()


def test_one_long_cloud_is_not_divided(make_unrelated: Make, options: Eda) -> None:
    generator = np.random.default_rng(2)
    shuffled = make_unrelated(900, generator)
    common = generator.normal(size=(900, 1))
    numbers = pd.DataFrame(0.6 * common + 0.8 * generator.normal(size=(900, len(NUMBERS))), columns=NUMBERS)
    stability = measure_stability(
        nodes.select_labelled(shuffled.assign(**numbers)), options.model_copy(update={"null_samples": 20})
    )
    assert stability["stability"].max() > 0.8  # always cut at the same place
    assert not stability["natural"].any()


def test_profiles_by_hand() -> None:
    clients = pd.DataFrame({name: [1.0, 1.0, 1.0, 1.0] for name in NUMBERS})
    clients = clients.assign(client_id=range(4), activity_declined=[0, 1, 1, 1], service_errors=[1, 2, 3, 4])
    clusters = pd.DataFrame({"client_id": range(4), "cluster": [1, 1, 2, 2]})
    profiles = profile_clusters(clients, clusters)
    first = profiles.iloc[0]
    assert (first["cluster"], first["feature"], first["effect"]) == (1, "service_errors", -1)
    assert (first["n"], first["share"], first["declined_share"]) == (2, 0.5, 0.5)


def test_map_keeps_what_differs_most(make_unrelated: Make) -> None:
    labelled = _store(make_unrelated, kinds=2)
    client_map, axes = map_clients(labelled)
    means = client_map.groupby(TARGET)["x"].mean()
    assert means[1] > means[0] + 2
    explained = axes.drop_duplicates("axis").set_index("axis")["explained"]
    assert 0.2 < explained["x"] < 1
    assert explained["y"] < explained["x"]
    loadings = axes[axes["axis"] == "x"]["loading"]
    assert (loadings**2).sum() == pytest.approx(1)


def test_shift_along_the_second_axis_has_no_interval(make_unrelated: Make) -> None:
    _, axes = map_clients(_store(make_unrelated, kinds=2))
    ends = axes.drop_duplicates("axis").set_index("axis")[["shift", "low", "high"]]
    assert ends.loc["x", "low"] < ends.loc["x", "shift"] < ends.loc["x", "high"]
    assert ends.loc["y"].notna().tolist() == [True, False, False]


def test_direction_of_the_map_turns_with_the_classes(make_unrelated: Make) -> None:
    labelled = _store(make_unrelated, kinds=2)
    swapped = labelled.assign(activity_declined=1 - labelled[TARGET])
    before, after = (map_clients(clients)[0]["x"] for clients in (labelled, swapped))
    assert after.to_list() == pytest.approx((-before).to_list())


def test_a_single_moving_column_makes_a_line(make_clients: Make) -> None:
    still = dict.fromkeys(NUMBERS, 1.0) | {"allows_messages": True}
    still |= {"service_type": "стандарт", "popular_category": "Кухонная посуда", "service_errors": range(60)}
    client_map, axes = map_clients(nodes.select_labelled(make_clients(**still)))
    assert (client_map["y"] == 0).all()
    assert axes["axis"].unique().tolist() == ["x"]
