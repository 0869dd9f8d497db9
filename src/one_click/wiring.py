"""How nodes are wired: inputs by the names of arguments, and each pipeline as a namespace of its own."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from kedro.pipeline import Node, Pipeline

from one_click.columns import LANGUAGES
from one_click.presentation.exhibits import SIZE_OF, gather_exhibits

NEW_MONTH = "new_month"  # tag of the nodes that a month to be scored passes, too


def step(
    function: Callable[..., Any],
    outputs: str | list[str],
    *,
    name: str = "",
    tags: str | None = None,
    **others: str,
) -> Node:
    """Return a node that reads, for each argument of a function, the data set of the same name.

    Parameters
    ----------
    function : callable
    outputs : str or list of str
        Data sets that it returns, in order.
    name : str, optional
        Name of the node; that of the function without one.
    tags : str, optional
        Tag of the node.
    **others : str
        Arguments that read a data set of another name, such as ``options="params:eda"``.
    """
    arguments = inspect.signature(function).parameters.values()
    inputs = {one.name: one.name for one in arguments if one.kind is not one.VAR_KEYWORD} | others
    return Node(function, inputs, outputs, name=name or function.__name__, tags=tags)


def figure(function: Callable[..., Any], **others: str) -> Node:
    """Return a node that draws a figure in every language; the data sets have the name of its function."""
    return step(function, [f"{function.__name__}_{language}" for language in LANGUAGES], **others)


def exhibits(*, figures: Iterable[str] = (), tables: Iterable[str] = (), others: Iterable[str] = ()) -> Node:
    """Return the node that hands on what a pipeline shows on the page, and counts what else it has made.

    Parameters
    ----------
    figures, tables : iterable of str
        What the page shows; tables may be records, too.
    others : iterable of str
        What only people read, of which the size is told: kedro-viz would show a data set without a reader
        outside the pipeline's box.
    """
    drawn = [f"{name}_figure_{language}" for name in figures for language in LANGUAGES]
    inputs = {name: name for name in (*drawn, *tables)} | {f"{SIZE_OF}{name}": name for name in others}
    return Node(gather_exhibits, inputs, "exhibits", name="gather_exhibits")


def namespace(name: str, parts: Iterable[Node | Pipeline], *, public: Iterable[str]) -> Pipeline:
    """Return a pipeline whose nodes and private data sets carry its name.

    Parameters
    ----------
    name : str
        Name of the pipeline.
    parts : iterable of Node or Pipeline
        A pipeline among them is a namespace inside this one.
    public : iterable of str
        Data sets made here that other pipelines or people read: they keep their names, as all inputs do.
    """
    whole = Pipeline(parts)
    inside = {node.namespace for node in whole.nodes if node.namespace}
    read = whole.inputs()
    parameters = {one for one in read if one.startswith("params:")}
    # What a namespace inside this one reads under its own name is private, and gets the prefix as well.
    inputs = {one for one in read - parameters if one.partition(".")[0] not in inside}
    return Pipeline(whole, namespace=name, inputs=inputs, outputs=set(public), parameters=parameters)
