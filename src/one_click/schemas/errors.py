"""The one error about a stored file that does not fit its schema."""

from pathlib import Path

from one_click.errors import DataError


def pipeline_of(module: str) -> str:
    """Return the pipeline that makes what a module of schemas describes.

    Examples
    --------
    >>> pipeline_of("one_click.schemas.eda")
    'eda'
    """
    return module.rpartition(".")[2]


def unfit(file: str, pipeline: str, *, rule: str, column: str, rows: str = "") -> DataError:
    """Return the error of a stored file that does not fit its schema.

    Parameters
    ----------
    file : str
        Where it is stored.
    pipeline : str
        What makes it, but for the folders of a scored month.
    rule, column, rows : str
        As of `DataError`; rows are counted from 0.
    """
    pipeline = "scoring" if "scored_by_" in file else pipeline
    return DataError(
        f"'{Path(file).stem}' does not fit its schema.",
        file=file,
        column=column,
        rows=rows and f"{rows} (counted from 0)",
        rule=rule,
        remedy="the file is older than the code or was changed by hand: make it again with "
        f"kedro run --pipelines {pipeline}",
    )
