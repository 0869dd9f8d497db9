"""Checks that kedro itself does not make."""

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines

from one_click.errors import ParameterError, nearest

SNAPSHOT_PARAMETERS = frozenset({"snapshot", "new_snapshot", "label_snapshot"})


class RefuseUnknownParameters:
    """Stop a run whose ``--params`` name something that nothing reads.

    Kedro ignores an unknown runtime parameter: ``--params snapshto=2026-10`` would run on the demo store.
    """

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Compare the runtime parameters with those that some node or data set reads.

        Raises
        ------
        ParameterError
            If a runtime parameter is unknown.
        """
        given = context._runtime_params or {}
        known = SNAPSHOT_PARAMETERS | _parameters_of_pipelines() if given else frozenset()
        for name in given:
            if name not in known:
                raise ParameterError(f"Unknown parameter '{name}' in --params: {nearest(name, known)}")


def _parameters_of_pipelines() -> frozenset[str]:
    """Return the top-level names of all parameters that the pipelines read."""
    names = (name for pipeline in pipelines.values() for name in pipeline.inputs())
    return frozenset(
        name.removeprefix("params:").split(".")[0] for name in names if name.startswith("params:")
    )
