"""The project's command line: kedro's commands, with known errors as one readable message."""

from collections.abc import Iterator
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.io.core import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from one_click.errors import OneClickError

KNOWN_ERRORS = (OneClickError, ParameterValidationError, DatasetError)


@click.group(name=__file__)
def cli() -> None:
    """Command line of one_click."""


@cli.command(name="run", params=kedro_run.params, help=kedro_run.help)
def run(**options: Any) -> None:
    """Run pipelines as `kedro run` does; a known error ends with its message and exit code 1."""
    try:
        kedro_run.callback(**options)
    except KNOWN_ERRORS as error:
        raise click.ClickException(readable(error)) from error


def readable(error: BaseException) -> str:
    """Return the message of the first of our own errors behind `error`, else its own message.

    Kedro wraps what goes wrong inside a data set or a validator in errors of its own.
    """
    return next((str(cause) for cause in _causes(error) if isinstance(cause, OneClickError)), str(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
