"""Wiring of `scoring`: a new month passes the very nodes that the snapshot passed."""

from kedro.pipeline import Pipeline

from one_click.pipelines import campaign, data_processing, interpretation, segmentation
from one_click.wiring import NEW_MONTH, step

from . import nodes

_OF_THE_SNAPSHOT = {
    *("cleaning_limits", "known_categories", "out_of_fold_scores", "undecided_band"),
    *("champion", "champion_refits", "explanation_base", "explanation_background", "rule_thresholds"),
}


def create_pipeline() -> Pipeline:
    """Return the pipeline; all that it learns from was fitted on the snapshot."""
    reused = sum(
        (
            pipeline.create_pipeline().only_nodes_with_tags(NEW_MONTH)
            for pipeline in (data_processing, interpretation, segmentation, campaign)
        ),
        Pipeline([]),
    )
    own = [
        step(nodes.predict_clients, "client_scores"),
        step(nodes.measure_drift, "drift", features="features_of_the_snapshot", new_features="features"),
    ]
    whole = reused + Pipeline(own)
    return Pipeline(
        whole,
        namespace="scoring",
        inputs={name: name for name in _OF_THE_SNAPSHOT} | {"features_of_the_snapshot": "features"},
        parameters={name for name in whole.inputs() if name.startswith("params:")},
    )
