"""The project's command line: kedro's commands, with known errors as one readable message."""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
import yaml
from kedro import runner as runners
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import KedroCliError
from kedro.framework.project import pipelines as registered
from kedro.io.core import DatasetError
from kedro.pipeline import Pipeline
from kedro.runner import AbstractRunner
from kedro.utils import load_obj
from kedro.validation.exceptions import ParameterValidationError

from one_click import pipelines
from one_click.errors import MAKE_ROOM, DataError, OneClickError, ParameterError, UnknownNameError

KNOWN_ERRORS = (
    OneClickError,
    ParameterValidationError,
    DatasetError,
    MissingConfigException,
    KedroCliError,
    yaml.YAMLError,
)
RUNNERS = ("SequentialRunner", "ParallelRunner", "ThreadRunner")

# Options that name parts of the pipelines, and what they can name.
_PARTS: dict[str, Callable[[Pipeline], Iterable[str]]] = {
    "node_names": lambda whole: (node.name for node in whole.nodes),
    "from_nodes": lambda whole: (node.name for node in whole.nodes),
    "to_nodes": lambda whole: (node.name for node in whole.nodes),
    "tags": lambda whole: (tag for node in whole.nodes for tag in node.tags),
    "namespaces": lambda whole: (name for node in whole.nodes for name in node.namespace_prefixes if name),
    "from_inputs": Pipeline.all_inputs,
    "to_outputs": Pipeline.all_outputs,
}
_FILTERS = {"namespaces": "node_namespaces"}  # where an argument is called otherwise than its option
# What kedro says of a data set that it cannot store.
_PLACE = r"Failed while saving .*?(?:filepath|folder)=\D*?|Cannot save .* to "
_NOT_STORED = rf"([\w.]+): (?:{_PLACE})'(.*?)(?:/YYYY|')"
_REASON = r"\[Errno \d+\] ([^:\n]*)"  # of the system


class RunCommand(click.Command):
    """`kedro run` with malformed options as one message and exit code 1, as all known errors."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options."""
        try:
            self._stop_at_repeated(ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise click.ClickException(error.format_message()) from error
        except KedroCliError as error:
            raise click.ClickException(readable(error)) from error
        except (AttributeError, KeyError, UnicodeError, yaml.YAMLError) as error:
            fault = ParameterError(
                f"--params or --config cannot be read: {' '.join(str(error).split())}",
                rule="values are those of YAML, and a file holds options under the word run, such as "
                "run: {pipelines: eda}",
            )
            raise click.ClickException(str(fault)) from error

    def _stop_at_repeated(self, ctx: click.Context, args: list[str]) -> None:
        """Stop at repeated options: of `--params a=1 --params b=2` click keeps the last alone."""
        values, _, order = self.make_parser(ctx).parse_args(list(args))
        names = [item.partition("=")[0].strip() for item in values.get("params", "").split(",")]
        given = [*(param.opts[0] for param in order), *filter(None, names)]
        for name in given:
            if given.count(name) > 1:
                rule = "each option and each parameter once, with commas between several values"
                fault = ParameterError(f"{name} is given twice", rule=f"{rule}: --params a=1,b=2")
                raise click.UsageError(str(fault))


@click.group(name=__file__)
def cli() -> None:
    """Command line of one_click."""


@cli.command(name="run", cls=RunCommand, params=kedro_run.params, help=kedro_run.help)
def run(**options: Any) -> None:
    """Run pipelines as `kedro run` does; a known error ends with its message and exit code 1."""
    try:
        names = options["pipelines"] or [options["pipeline"] or "__default__"]
        _stop_at_unknown_pipelines(names)
        _stop_at_unknown_parts(names, options)
        _stop_at_unknown_runner(options["runner"] or RUNNERS[0], options["runner_params"])
        kedro_run.callback(**options)
    except KNOWN_ERRORS as error:
        raise click.ClickException(readable(error)) from error


def readable(error: BaseException) -> str:
    """Return the message of the first of our own errors behind `error`, else its own message.

    Kedro wraps what goes wrong inside a data set, a validator or a parameter in errors of its own.
    """
    own = next((str(cause) for cause in _causes(error) if isinstance(cause, OneClickError)), None)
    text = str(error) if own is None else own
    stored, reasons = re.match(_NOT_STORED, text), [text, *map(str, _causes(error))]
    if stored and (why := re.search(_REASON, "\n".join(reasons))):
        rule = "a file is stored whole, or not at all"
        found = f"{stored[1]} cannot be stored: {why[1]}."
        return str(DataError(found, file=stored[2], rule=rule, remedy=MAKE_ROOM))
    return re.sub(r"Failed to instantiate \w+ for parameter '[\w.]+': ", "", text)


def _stop_at_unknown_pipelines(names: list[str]) -> None:
    known = ["__default__", *(module.name for module in pkgutil.iter_modules(pipelines.__path__))]
    for name in names:
        if name not in known:
            raise UnknownNameError("pipeline", name, known)


def _stop_at_unknown_parts(names: list[str], options: dict[str, Any]) -> None:
    """Stop at nodes, tags, data sets and namespaces that the pipelines do not have, or that leave no node."""
    given = {option: options[option] for option in _PARTS if options[option]}
    if not given:
        return
    registered.set_requested(None if names == ["__default__"] else names)  # as the session will
    whole = sum((registered[name] for name in names), Pipeline([]))
    for option, parts in given.items():
        known = set(_PARTS[option](whole))
        for name in parts:
            if name not in known:
                raise UnknownNameError("name", name, known, where=_flag(option))
    chosen = {_FILTERS.get(option, option): parts for option, parts in given.items()}
    try:
        whole.filter(**chosen)
    except ValueError as error:
        flags = ", ".join(map(_flag, given))
        raise ParameterError(f"{flags} leave no node of {', '.join(names)} to run: give fewer.") from error


def _flag(option: str) -> str:
    return next(param.opts[0] for param in kedro_run.params if param.name == option)


def _stop_at_unknown_runner(name: str, arguments: dict[str, Any]) -> None:
    try:
        runner = load_obj(name, runners.__name__)
    except (AttributeError, ImportError, ValueError):
        runner = None
    if not (inspect.isclass(runner) and issubclass(runner, AbstractRunner)) or inspect.isabstract(runner):
        raise UnknownNameError("runner", name, RUNNERS)
    known = inspect.signature(runner).parameters
    for argument in arguments:
        if argument not in known:
            raise UnknownNameError("name", argument, known, where="--runner-params")
    try:
        _ = runner(**arguments) if arguments else None
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} refuses --runner-params {arguments}: {error}") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
