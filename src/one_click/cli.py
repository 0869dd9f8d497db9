"""The project's command line: kedro's commands, with known errors as one readable message."""

import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import click
import yaml
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.io.core import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from one_click import pipelines
from one_click.errors import OneClickError, ParameterError, nearest

KNOWN_ERRORS = (
    OneClickError,
    ParameterValidationError,
    DatasetError,
    MissingConfigException,
    yaml.YAMLError,
)


@click.group(name=__file__)
def cli() -> None:
    """Command line of one_click."""


@cli.command(name="run", params=kedro_run.params, help=kedro_run.help)
def run(**options: Any) -> None:
    """Run pipelines as `kedro run` does; a known error ends with its message and exit code 1."""
    try:
        _refuse_unknown_pipelines(options["pipelines"] or [options["pipeline"]])
        kedro_run.callback(**options)
    except KNOWN_ERRORS as error:
        raise click.ClickException(readable(error)) from error


def readable(error: BaseException) -> str:
    """Return the message of the first of our own errors behind `error`, else its own message.

    Kedro wraps what goes wrong inside a data set, a validator or a parameter in errors of its own.
    """
    text = next((str(cause) for cause in _causes(error) if isinstance(cause, OneClickError)), str(error))
    return re.sub(r"Failed to instantiate \w+ for parameter '[\w.]+': ", "", text)


def _refuse_unknown_pipelines(names: list[str | None]) -> None:
    known = ["__default__", *(module.name for module in pkgutil.iter_modules(pipelines.__path__))]
    for name in names:
        if name and name not in known:
            raise ParameterError(f"Unknown pipeline '{name}': {nearest(name, known)}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
