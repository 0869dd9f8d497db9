"""Wiring of `scoring`: a new month passes the very nodes that the snapshot passed."""

from kedro.pipeline import Node, Pipeline

from one_click.pipelines import campaign, data_processing, interpretation, segmentation

from . import nodes

_OF_THE_SNAPSHOT = {
    *("cleaning_limits", "known_categories"),
    *("champion", "champion_refits", "explanation_base", "explanation_background", "rule_thresholds"),
}


def create_pipeline() -> Pipeline:
    """Return the pipeline; all that it learns from was fitted on the snapshot."""
    reused = sum(
        (
            pipeline.create_pipeline().only_nodes_with_tags("new_month")
            for pipeline in (data_processing, interpretation, segmentation, campaign)
        ),
        Pipeline([]),
    )
    parameters = {name for name in reused.inputs() if name.startswith("params:")}
    new_month = Pipeline(
        reused,
        namespace="scoring",
        inputs=_OF_THE_SNAPSHOT,
        parameters=parameters,
    )
    return new_month + Pipeline(
        [
            Node(
                nodes.predict_clients,
                ["scoring.features", "champion", "out_of_fold_scores", "undecided_band"],
                "scoring.client_scores",
                name="predict_clients",
                namespace="scoring",
            ),
            Node(
                nodes.measure_drift,
                {"features": "features", "new_features": "scoring.features"},
                "scoring.drift",
                name="measure_drift",
                namespace="scoring",
            ),
        ]
    )
