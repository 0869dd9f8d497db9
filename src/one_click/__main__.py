"""Run the chain on the current snapshot, then score the new month, and say where the results are."""

import time
from pathlib import Path

import click
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.runner import SequentialRunner

from one_click.cli import KNOWN_ERRORS, readable

RESULTS = {
    "Report (Russian)": "report_ru",
    "Report (English)": "report_en",
    "Client list": "client_list",
    "Client list of the new month": "scoring.client_list",
}


@click.command()
def main() -> None:
    """Run the chain, then scoring; a known error ends with its message and exit code 1."""
    started = time.monotonic()
    project = Path.cwd()
    bootstrap_project(project)
    try:
        for pipeline in ("__default__", "scoring"):
            with KedroSession.create(project) as session:
                session.run(pipeline_names=[pipeline], runner=SequentialRunner())
    except KNOWN_ERRORS as error:
        raise click.ClickException(readable(error)) from error
    with KedroSession.create(project) as session:
        catalog = session.load_context().config_loader["catalog"]
    click.echo(f"Done in {time.monotonic() - started:.0f} seconds.")
    for title, data_set in RESULTS.items():
        click.echo(f"{title + ':':<30}{project / catalog[data_set]['filepath']}")


if __name__ == "__main__":
    main()
