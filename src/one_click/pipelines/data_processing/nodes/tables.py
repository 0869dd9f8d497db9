"""Nodes from raw text to the clients that models learn from."""

from typing import Any

import narwhals as nw
import pandas as pd
from sklearn.model_selection import train_test_split

from one_click.columns import CLIENT_ID, COLUMNS, LINE, TABLES, TARGET, TWIN_GROUP
from one_click.errors import DataError, OneClickError
from one_click.features import join_clients, make_features, months_to_columns
from one_click.parameters import DataProcessing

from .audit import audit, stop_at_blocking
from .mapping import tell_mapping
from .parsing import parse_table, without_lines
from .row_rules import excluded_by_rule, fit_revenue_limit, stop_at_faulty_tables, with_all_rows_of_clients

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "": "cells"}
_DECIMALS = {".": "decimal_point", ",": "decimal_comma"}

_FEW_CLIENTS = 4  # of a class: no share of them could be held out

Parsed = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def describe_dialects(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    label_file: pd.DataFrame,
    options: DataProcessing,
) -> pd.DataFrame:
    """Tabulate how each file is written; the last one is where the labels come from.

    Returns
    -------
    DataFrame, one row per file: table, file, encoding, separator, decimal, thousands, rows, other_store
        The last tells which headers and words of another store are read as which of ours.
    """
    raw = {
        "market_file": market_file,
        "market_money": market_money,
        "market_time": market_time,
        "money": money,
        "label_file": label_file,
    }
    return pd.DataFrame(
        [
            {
                "table": name,
                "file": rows.attrs["file"],
                **rows.attrs["dialect"],
                "rows": len(rows),
                "other_store": tell_mapping(rows, TABLES[name], options.other_store),
            }
            for name, rows in raw.items()
        ]
    )


def parse_market_file(raw: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Return the typed profiles with their repairs and faults."""
    return parse_table(raw, TABLES["market_file"], _signs(dialects, "market_file"), options)


def parse_market_money(raw: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Return the typed revenue by client and month with its repairs and faults."""
    return parse_table(raw, TABLES["market_money"], _signs(dialects, "market_money"), options)


def parse_market_time(raw: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Return the typed minutes by client and month with their repairs and faults."""
    return parse_table(raw, TABLES["market_time"], _signs(dialects, "market_time"), options)


def parse_money(raw: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Return the typed profits with their repairs and faults."""
    return parse_table(raw, TABLES["money"], _signs(dialects, "money"), options)


def parse_labels(raw: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Return the known labels (`client_id`, `activity_declined`) with their repairs and faults.

    Clients whose label is blank stay unlabelled; a month to be scored has no labels at all.

    Raises
    ------
    DataError
        If more than `max_rejected_share` of the labels break a rule.
    """
    dialect = raw.attrs["dialect"]  # the labels may come from another snapshot than `dialects` tells of
    signs = dialect["decimal"], dialect["thousands"]
    parsed, repairs, faults = parse_table(raw, TABLES["label_file"], signs, options)
    file = raw.attrs.get("file", TABLES["label_file"].file)
    labels = pd.DataFrame({"table": ["label_file"], "file": [file], "rows": [len(raw)]})
    stop_at_faulty_tables(faults, labels, options.max_rejected_share, options.other_store)
    return parsed.dropna(subset=[TARGET], ignore_index=True), repairs, faults


def _signs(dialects: pd.DataFrame, table: str) -> tuple[str, str]:
    decimal, thousands = dialects.set_index("table").loc[table, ["decimal", "thousands"]]
    return str(decimal), str(thousands)


def fit_cleaning_limits(market_money: pd.DataFrame, options: DataProcessing) -> dict[str, float]:
    """Fit the limits of plausible values once, as scalars; scoring a new month reuses them.

    Returns
    -------
    dict
        ``revenue_max``, in revenue units per month.
    """
    return {"revenue_max": fit_revenue_limit(market_money["revenue"], options.implausible_revenue_iqr)}


def collect_repairs(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    labels: pd.DataFrame,
) -> pd.DataFrame:
    """Join the repairs of all tables."""
    return pd.concat([market_file, market_money, market_time, money, labels], ignore_index=True)


def collect_faults(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    labels: pd.DataFrame,
) -> pd.DataFrame:
    """Join the faulty cells and rows of all tables."""
    return pd.concat([market_file, market_money, market_time, money, labels], ignore_index=True)


def reject_rows(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    faults: pd.DataFrame,
    dialects: pd.DataFrame,
    cleaning_limits: dict[str, float],
    options: DataProcessing,
) -> pd.DataFrame:
    """List every row that is left out, with the rule.

    Parameters
    ----------
    market_file, market_money, market_time, money : DataFrame
        The typed tables.
    faults : DataFrame
        Faulty cells and rows of all tables.
    dialects : DataFrame
        One row per file, with its number of rows.
    cleaning_limits : dict
        Fitted limits.
    options : DataProcessing
        The rules.

    Returns
    -------
    DataFrame: table, line, client_id, column, old_value, new_value, rule
        A row at fault has the rule it breaks; the other rows of its client have `client_left_out`. A fault of
        a label leaves its client unlabelled, not out.

    Raises
    ------
    DataError
        If more than `max_rejected_share` of a table's rows break a rule.
    """
    parsed = {
        "market_file": market_file,
        "market_money": market_money,
        "market_time": market_time,
        "money": money,
    }
    of_labels = faults["table"] == "label_file"
    # A table's own faults first: the clients they take out of the other tables would hide where they are.
    limits = options.max_rejected_share, options.other_store
    stop_at_faulty_tables(faults[~of_labels], dialects, *limits)
    causes = pd.concat(
        [faults[~of_labels], excluded_by_rule(parsed, cleaning_limits, options)], ignore_index=True
    )
    stop_at_faulty_tables(causes, dialects, *limits)
    return pd.concat([faults[of_labels], with_all_rows_of_clients(causes, parsed)], ignore_index=True)


def accept_profiles(
    parsed: pd.DataFrame, rejected_rows: pd.DataFrame, dialects: pd.DataFrame
) -> pd.DataFrame:
    """Return the profiles of the clients that stay."""
    return _accept(parsed, rejected_rows, dialects, "market_file")


def accept_revenue(parsed: pd.DataFrame, rejected_rows: pd.DataFrame, dialects: pd.DataFrame) -> pd.DataFrame:
    """Return the revenue rows of the clients that stay."""
    return _accept(parsed, rejected_rows, dialects, "market_money")


def accept_minutes(parsed: pd.DataFrame, rejected_rows: pd.DataFrame, dialects: pd.DataFrame) -> pd.DataFrame:
    """Return the minutes rows of the clients that stay."""
    return _accept(parsed, rejected_rows, dialects, "market_time")


def accept_profits(parsed: pd.DataFrame, rejected_rows: pd.DataFrame, dialects: pd.DataFrame) -> pd.DataFrame:
    """Return the profits of the clients that stay."""
    return _accept(parsed, rejected_rows, dialects, "money")


def _accept(
    parsed: pd.DataFrame, rejected_rows: pd.DataFrame, dialects: pd.DataFrame, table: str
) -> pd.DataFrame:
    """Drop the rejected rows; rows in the file = rows accepted + rows rejected, or the run stops."""
    rejected = rejected_rows.loc[rejected_rows["table"] == table, LINE]
    accepted = without_lines(parsed, rejected)
    rows_in = int(dialects.set_index("table").loc[table, "rows"])
    if rows_in != len(accepted) + rejected.nunique():
        raise OneClickError(
            f"{table}: {rows_in} rows came in, but {len(accepted)} were accepted and "
            f"{rejected.nunique()} rejected. This is a fault of the program: please report it."
        )
    return accepted.drop(columns=LINE).reset_index(drop=True)


def spread_revenue(rows: Any) -> Any:
    """Return one row per client with the revenue of each month (any engine)."""
    return months_to_columns(rows, "revenue", TABLES["market_money"].months)


def spread_minutes(rows: Any) -> Any:
    """Return one row per client with the minutes of each month (any engine)."""
    return months_to_columns(rows, "minutes", TABLES["market_time"].months)


def make_clients(
    profiles: Any, revenue_by_month: Any, minutes_by_month: Any, profits: Any, labels: Any
) -> Any:
    """Return one row per client with every column of the vocabulary (any engine)."""
    return join_clients(profiles, revenue_by_month, minutes_by_month, profits, labels)


def select_features(clients: Any, options: DataProcessing) -> Any:
    """Return the columns that models see, with twin group and target (any engine)."""
    return make_features(clients, options.engineered_features)


def split_clients(
    features: Any, audit: pd.DataFrame, options: DataProcessing
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold out a stratified part of the labelled clients; twins stay on one side.

    Parameters
    ----------
    features : native frame, one row per client
    audit : DataFrame
        Findings; nothing is learned from data with a blocking one that is not accepted.
    options : DataProcessing
        `test_share`, `training_rows`, `seed` and `accept_findings`.

    Returns
    -------
    train_clients, test_clients : DataFrame
        In pandas, sorted by client, with the target as whole number.

    Raises
    ------
    DataError
        If a finding blocks, or there are too few labelled twin groups to put both classes on both sides.
    """
    stop_at_blocking(audit, options.accept_findings, options.other_store)
    frame = nw.from_native(features).lazy().collect(backend="pandas").to_native()
    labelled = frame.dropna(subset=[TARGET]).astype({TARGET: "int64"})
    groups = labelled.drop_duplicates(TWIN_GROUP)
    _stop_at_too_few(labelled[TARGET], groups[TARGET], options)
    sampled = _sample(groups[[TWIN_GROUP, TARGET]], options)
    train, test = train_test_split(
        sampled[TWIN_GROUP],
        stratify=sampled[TARGET],
        test_size=options.test_share,
        random_state=options.seed,
    )
    parts = (labelled[labelled[TWIN_GROUP].isin(part)] for part in (train, test))
    train_clients, test_clients = (part.sort_values(CLIENT_ID, ignore_index=True) for part in parts)
    return train_clients, test_clients


def _stop_at_too_few(target: pd.Series, of_groups: pd.Series, options: DataProcessing) -> None:
    """Stop where too few groups of twins are there to be parted; told are clients."""
    of_class, groups = (labels.value_counts().reindex([0, 1], fill_value=0) for labels in (target, of_groups))
    sampled_share = min(1.0, options.training_rows / max(1, len(of_groups)))
    smaller_side = min(options.test_share, 1 - options.test_share)
    if groups.min() * sampled_share * smaller_side < 1:
        labels = "export the column with the labels, or name a snapshot that has labels of these clients in "
        scored = "label_snapshot; a month without labels is only scored: kedro run --pipelines scoring"
        once = f" ({groups[1]} and {groups[0]}, twins counted once)" if len(of_groups) < len(target) else ""
        raise DataError(
            f"There are {of_class[1]} declined and {of_class[0]} other clients{once}, too few to hold out "
            f"{options.test_share:.1%} of them.",
            file="market_file.csv (or that of label_snapshot)",
            column=options.other_store.header("label_file", COLUMNS[TARGET]),
            rule="training and testing need clients of both classes",
            remedy=f"{labels}{scored} --params new_snapshot=<folder>"
            if groups.min() < _FEW_CLIENTS
            else f"bring data_processing.test_share, {options.test_share}, nearer to 0.25",
        )


def _sample(groups: pd.DataFrame, options: DataProcessing) -> pd.DataFrame:
    if len(groups) <= options.training_rows:
        return groups
    size = min(options.training_rows, len(groups) - 2)  # at least one client of each class stays out
    kept, _ = train_test_split(groups, train_size=size, stratify=groups[TARGET], random_state=options.seed)
    return kept


def audit_clients(
    clients: pd.DataFrame, profiles: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing
) -> pd.DataFrame:
    """Look for what would make conclusions wrong; see `audit.audit`."""
    files = dialects.set_index("table")["file"]
    return audit(clients, profiles[CLIENT_ID], (files["market_file"], files["label_file"]), options)


def summarise_quality(
    dialects: pd.DataFrame, repairs: pd.DataFrame, rejected_rows: pd.DataFrame
) -> pd.DataFrame:
    """Summarise for readers how each file was read and what was mended or left out.

    Returns
    -------
    DataFrame: table, subject, detail, count
        Subjects are `form` (encoding, separator, decimal and thousands signs, by name), `rows_in`, `repair`,
        `rejection` and `rows_out`.
    """
    signs = dialects["separator"].map(_SEPARATORS) + " " + dialects["decimal"].map(_DECIMALS)
    grouped = dialects["thousands"].map(lambda sign: " thousands" if sign else "")
    form = dialects.assign(detail=dialects["encoding"] + " " + signs + grouped)
    files = dialects.set_index("table")["file"]
    if files["label_file"] == files["market_file"]:
        dialects = dialects[dialects["table"] != "label_file"]
        form = form[form["table"] != "label_file"]
        repairs = repairs.replace({"table": {"label_file": "market_file"}})  # the same rows, read twice
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
