"""Run the chain on the current snapshot, and score the new month; the run ends by naming its results."""

from pathlib import Path

import click
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.runner import SequentialRunner

from one_click.cli import KNOWN_ERRORS, readable
from one_click.errors import ParameterError


@click.command()
def main() -> None:
    """Run both in one session; a known error ends with its message and exit code 1."""
    try:
        bootstrap_project(Path.cwd())
    except RuntimeError as error:
        remedy = "put pyproject.toml back as it was shipped"
        raise click.ClickException(str(ParameterError(str(error).rstrip("."), remedy=remedy))) from error
    try:
        with KedroSession.create(Path.cwd()) as session:
            session.run(pipeline_names=["__default__", "scoring"], runner=SequentialRunner())
    except KNOWN_ERRORS as error:
        raise click.ClickException(readable(error)) from error


if __name__ == "__main__":
    main()
