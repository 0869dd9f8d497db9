"""One small run of the pipeline in memory, shared by the tests."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.datasets.study import StudyDataset
from one_click.parameters import Family, ModelSelection, Offers, Segmentation
from one_click.pipelines.model_selection import create_pipeline

OWN = "model_selection."  # of the names of data sets that only this pipeline reads


@pytest.fixture(scope="session")
def options(selection_options: ModelSelection) -> ModelSelection:
    return selection_options


@pytest.fixture(scope="session")
def segmentation(read_shipped: Callable[..., Any]) -> Segmentation:
    """Return the shipped parameters with three months of half the profit that count."""
    return read_shipped(Segmentation, horizon_months=3, profit_lost_share=0.5)


@pytest.fixture(scope="session")
def offers(shipped_offers: Offers) -> Offers:
    return shipped_offers


@pytest.fixture(scope="session")
def inputs(
    make_clients: Callable[..., pd.DataFrame],
    families: dict[str, Family],
    options: ModelSelection,
    segmentation: Segmentation,
    offers: Offers,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Return what the pipeline needs: 160 labelled clients, a quarter of them held out, and 10 unlabelled."""
    features = make_clients(170, seed=4)
    features.loc[features.sample(10, random_state=0).index, "activity_declined"] = float("nan")
    labelled = features.dropna().astype({"activity_declined": "int64"})
    test = labelled.groupby("activity_declined").sample(frac=0.25, random_state=1).sort_values("client_id")
    train = labelled.drop(test.index)
    studies = tmp_path_factory.mktemp("models") / "studies.log"
    profit = np.random.default_rng(5).uniform(1, 9, len(features)).round(2)
    return {
        "features": features,
        "clients": features.assign(monthly_profit=profit),
        "train_clients": train.reset_index(drop=True),
        "test_clients": test.reset_index(drop=True),
        "params:model_selection": options,
        "params:segmentation": segmentation,
        "params:offers": offers,
        **{f"params:{name}.family": family for name, family in families.items()},
        **{
            f"{name}.study": StudyDataset(filepath=studies.as_posix(), family=name).load()
            for name in families
        },
    }


@pytest.fixture(scope="session")
def made(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs and all that the pipeline makes of them."""
    data = dict(inputs)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="One or more dataset names contain '.'")
        pipeline = create_pipeline()
    for node in pipeline.nodes:
        outputs = purely(node.run)({name: data[name.removeprefix(OWN)] for name in node.inputs})
        data |= {name.removeprefix(OWN): output for name, output in outputs.items()}
    return data
