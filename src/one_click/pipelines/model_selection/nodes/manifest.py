"""The manifest: data, parameters and versions of libraries that a champion was made from."""

import platform
from importlib.metadata import version

import pandas as pd

from one_click.columns import BASE_FEATURES, TARGET
from one_click.features import engineered_columns
from one_click.modelling.fingerprint import fingerprint
from one_click.modelling.selection import calibration_of, champion_name, winner
from one_click.parameters import ModelSelection
from one_click.schemas.records import Champion, FittedData, Manifest

_LIBRARIES = ("kedro", "numpy", "optuna", "pandas", "scikit-learn", "scipy", "skops")


def write_manifest(
    features: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
) -> Manifest:
    """Return from which data, parameters and versions of libraries the champion was made."""
    name = champion_name(leaderboard)
    tuned = winner(leaderboard, tuned_models)
    labels = features[TARGET].dropna()
    return Manifest(
        champion=Champion(
            model=name, calibration=calibration_of(calibrations, name), built_from=tuned.members or tuned
        ),
        data=FittedData(
            clients=len(features),
            labelled=len(labels),
            declined=int(labels.sum()),
            features=[*BASE_FEATURES, *engineered_columns(features)],
            sha256=fingerprint(features),
        ),
        parameters=options.model_dump(mode="json", by_alias=True),
        versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
    )
