"""Counts of rows that were read, repaired and rejected."""

import pandas as pd

from one_click.columns import LINE

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "": "cells"}
_DECIMALS = {".": "decimal_point", ",": "decimal_comma"}


def summarise_quality(
    dialects: pd.DataFrame, repairs: pd.DataFrame, rejected_rows: pd.DataFrame
) -> pd.DataFrame:
    """Count for each file the rows that were read, repaired and rejected, beside how it is written.

    Returns
    -------
    DataFrame of `schemas.data_processing.DataQuality`
        The detail of a `form` names encoding, separator, decimal and thousands signs.
    """
    signs = dialects["separator"].map(_SEPARATORS) + " " + dialects["decimal"].map(_DECIMALS)
    grouped = dialects["thousands"].map(lambda sign: " thousands" if sign else "")
    form = dialects.assign(detail=dialects["encoding"] + " " + signs + grouped)
    files = dialects.set_index("table")["file"]
    if files["label_file"] == files["market_file"]:
        dialects = dialects[dialects["table"] != "label_file"]
        form = form[form["table"] != "label_file"]
        # The same rows, read twice: they must not be counted twice.
        repairs = repairs.replace({"table": {"label_file": "market_file"}})
    rejected = rejected_rows.drop_duplicates(["table", LINE]).groupby("table").size()
    rows_out = dialects["rows"] - dialects["table"].map(rejected).fillna(0)
    parts = [
        form[["table", "detail"]].assign(subject="form", count=dialects["rows"]),
        dialects[["table"]].assign(subject="rows_in", detail="", count=dialects["rows"]),
        _count_rules(repairs, "repair"),
        _count_rules(rejected_rows, "rejection"),
        dialects[["table"]].assign(subject="rows_out", detail="", count=rows_out),
    ]
    joined = pd.concat(parts, ignore_index=True)[["table", "subject", "detail", "count"]]
    return joined.astype({"count": "float64"})


def _count_rules(listed: pd.DataFrame, subject: str) -> pd.DataFrame:
    counts = listed.groupby(["table", "rule"])[LINE].nunique().reset_index()
    return counts.rename(columns={"rule": "detail", LINE: "count"}).assign(subject=subject)
