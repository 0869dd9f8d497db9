import json
from typing import Any

import pytest

from one_click.modelling.fingerprint import fingerprint
from one_click.parameters import FAMILIES, ModelSelection
from one_click.pipelines.model_selection.nodes.manifest import write_manifest
from one_click.schemas.records import Manifest

LEFT_OUT = "logistic_regression"  # of the vote: the one with splines speaks for it

PARTS = ("features", "leaderboard", "tuned_models", "calibrations")


def _manifest(made: dict[str, Any], options: ModelSelection, **changes: Any) -> dict[str, Any]:
    return _plain(write_manifest(**({part: made[part] for part in PARTS} | changes), options=options))


def _plain(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json", by_alias=True)


def test_manifest_survives_json(made: dict[str, Any]) -> None:
    text = made["manifest"].model_dump_json(by_alias=True)
    assert json.loads(text, parse_constant=pytest.fail) == _plain(made["manifest"])
    assert Manifest.read(text, "manifest.json") == made["manifest"]


def test_manifest_holds_data_parameters_and_libraries(made: dict[str, Any], options: ModelSelection) -> None:
    manifest = _plain(made["manifest"])
    declined = int(made["features"]["activity_declined"].sum())
    told = json.dumps([manifest["data"][name] for name in ("clients", "labelled", "declined")])
    assert told == f"[170, 160, {declined}]"
    assert len(manifest["data"]["sha256"]) == 64
    assert ModelSelection.model_validate(manifest["parameters"]) == options
    assert {"python", "scikit-learn", "optuna", "numpy"} <= set(manifest["versions"])


@pytest.mark.parametrize("name", ["svc", "voting", "extra_trees"])
def test_champion_is_described_by_all_that_it_takes_to_build_it(
    made: dict[str, Any], options: ModelSelection, name: str
) -> None:
    board = made["leaderboard"].assign(champion=made["leaderboard"]["model"] == name)
    champion = _manifest(made, options, leaderboard=board)["champion"]
    assert champion["model"] == name
    chosen = made["calibrations"].query("model == @name and chosen")["method"].item()
    assert champion["calibration"] == chosen
    if name == "voting":
        assert champion["built_from"] == {
            member: json.loads(made[f"{member}.tuned"].to_json()) for member in FAMILIES if member != LEFT_OUT
        }
    elif name == "svc":
        assert champion["built_from"] == json.loads(made["svc.tuned"].to_json())
    else:
        assert champion["built_from"]["family"]["class"] == "sklearn.ensemble.ExtraTreesClassifier"


def test_hash_changes_with_every_value_name_and_order_of_clients(
    made: dict[str, Any], options: ModelSelection
) -> None:
    features = made["features"]
    first = features.index[0]
    nudged = features.copy()
    nudged.loc[first, "minutes_current"] += 1
    changed = {
        "same": features,
        "value": nudged,
        "name": features.rename(columns={"minutes_current": "minutes_previous_too"}),
        "label": features.assign(activity_declined=1 - features["activity_declined"]),
        "fewer": features.iloc[1:],
        "order": features.iloc[::-1],
        "columns": features[features.columns[::-1]],
    }
    hashes = {
        key: _manifest(made, options, features=table)["data"]["sha256"] for key, table in changed.items()
    }
    assert len(set(hashes.values())) == len(changed)
    assert hashes["same"] == made["manifest"].data.sha256 == fingerprint(features)


def test_index_of_the_table_does_not_matter(made: dict[str, Any], options: ModelSelection) -> None:
    features = made["features"]
    for table in (
        features.copy(),
        features.set_axis(range(500, 670)),
        features.set_axis(features["client_id"]),
    ):
        assert _manifest(made, options, features=table) == _plain(made["manifest"])
