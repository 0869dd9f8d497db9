"""Wiring of `data_processing`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import NEW_MONTH, namespace, step

from .nodes import tables

TABLES = ("market_file", "market_money", "market_time", "money")
_OPTIONS = "params:data_processing"
_PUBLIC = (
    *("audit", "cleaning_limits", "clients", "data_quality", "features", "minutes_by_month", "profiles"),
    *("profits", "raw_dialects", "rejected_rows", "repairs", "revenue_by_month"),
    *("test_clients", "train_clients"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline; scoring reuses the nodes that a new month passes."""
    parts = (_intake(), _faults(), _accepted_rows(), _one_row_per_client(), _training_only())
    return namespace("data_processing", (node for part in parts for node in part), public=_PUBLIC)


def _intake() -> list[Node]:
    parsers = {
        "market_file": tables.parse_market_file,
        "market_money": tables.parse_market_money,
        "market_time": tables.parse_market_time,
        "money": tables.parse_money,
    }
    return [
        step(tables.describe_dialects, "raw_dialects", tags=NEW_MONTH, options=_OPTIONS),
        *(
            step(
                function,
                [f"parsed_{table}", f"repairs_in_{table}", f"faults_in_{table}"],
                tags=NEW_MONTH,
                raw=table,
                dialects="raw_dialects",
                options=_OPTIONS,
            )
            for table, function in parsers.items()
        ),
        step(
            tables.parse_labels,
            ["labels", "repairs_in_label_file", "faults_in_label_file"],
            tags=NEW_MONTH,
            raw="label_file",
            options=_OPTIONS,
        ),
    ]


def _faults() -> list[Node]:
    parsed = {table: f"parsed_{table}" for table in TABLES}
    return [
        step(tables.collect_repairs, "repairs", tags=NEW_MONTH, **_of_all_tables("repairs_in")),
        step(tables.collect_faults, "faults", tags=NEW_MONTH, **_of_all_tables("faults_in")),
        step(
            tables.reject_rows,
            "rejected_rows",
            tags=NEW_MONTH,
            dialects="raw_dialects",
            options=_OPTIONS,
            **parsed,
        ),
    ]


def _of_all_tables(part: str) -> dict[str, str]:
    return {table: f"{part}_{table}" for table in TABLES} | {"labels": f"{part}_label_file"}


def _accepted_rows() -> list[Node]:
    accepted = {
        "market_file": (tables.accept_profiles, "profiles"),
        "market_money": (tables.accept_revenue, "revenue_rows"),
        "market_time": (tables.accept_minutes, "minutes_rows"),
        "money": (tables.accept_profits, "profits"),
    }
    return [
        *(
            step(function, output, tags=NEW_MONTH, parsed=f"parsed_{table}", dialects="raw_dialects")
            for table, (function, output) in accepted.items()
        ),
        step(tables.spread_revenue, "revenue_by_month", tags=NEW_MONTH, rows="revenue_rows"),
        step(tables.spread_minutes, "minutes_by_month", tags=NEW_MONTH, rows="minutes_rows"),
    ]


def _one_row_per_client() -> list[Node]:
    return [
        step(tables.make_clients, "clients", tags=NEW_MONTH),
        step(tables.select_features, "features", tags=NEW_MONTH, options=_OPTIONS),
        step(tables.audit_clients, "audit", tags=NEW_MONTH, dialects="raw_dialects", options=_OPTIONS),
        step(tables.summarise_quality, "data_quality", tags=NEW_MONTH, dialects="raw_dialects"),
    ]


def _training_only() -> list[Node]:
    return [
        step(
            tables.fit_cleaning_limits,
            "cleaning_limits",
            market_money="parsed_market_money",
            options=_OPTIONS,
        ),
        step(tables.split_clients, ["train_clients", "test_clients"], options=_OPTIONS),
    ]
