from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from one_click.parameters import Eda
from one_click.pipelines.eda.nodes import summaries as nodes
from one_click.pipelines.eda.nodes.groups import separation

Make = Callable[..., pd.DataFrame]
Run = Callable[..., dict[str, Any]]


def test_group_that_holds_the_difference_comes_first(make_clients: Make, run_eda: Run) -> None:
    groups = run_eda(make_clients(), "feature_groups")["feature_groups"].set_index("group")
    assert groups.index[0] == "site_behaviour"  # pages per visit tell the class
    assert groups.loc["site_behaviour", "strongest"] == "pages_per_visit"
    assert groups.loc["site_behaviour", "roc_auc"] > 0.99
    assert groups.loc["finance", "roc_auc"] < 0.75
    assert groups["features"].sum() == 16


def test_scores_are_out_of_fold(make_clients: Make, options: Eda) -> None:
    generator = np.random.default_rng(1)
    labelled = nodes.select_labelled(make_clients())
    noise = {f"promo_habit={number}": generator.normal(size=60) for number in range(40)}
    table = pd.concat([labelled.drop(columns="promo_habit"), pd.DataFrame(noise)], axis=1)
    fitted = LogisticRegression().fit(table[list(noise)], table["activity_declined"])
    assert fitted.score(table[list(noise)], table["activity_declined"]) > 0.9  # in-sample, noise tells all
    names = ["minutes_previous", "minutes_current", "service_errors", "days_registered"]
    random = labelled.assign(**{name: generator.normal(size=60) for name in names})
    assert separation(random, names, options.seed).size < 0.75


def test_unknown_where_nothing_moves_or_a_class_is_too_small(make_clients: Make, options: Eda) -> None:
    still = nodes.select_labelled(make_clients(service_errors=3))
    assert np.isnan(separation(still, ["service_errors"], options.seed).size)
    few = nodes.select_labelled(make_clients(activity_declined=[1.0] * 3 + [0.0] * 57))
    assert np.isnan(separation(few, ["pages_per_visit"], options.seed).size)
