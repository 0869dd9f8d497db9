"""Wiring of `data_processing`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import NEW_MONTH, namespace, step

from . import texts
from .nodes import clients, dialects, log_rows, parsing, quality, rejection, split

_TABLES = ("market_file", "market_money", "market_time", "money")
_PARSED = {table: f"parsed_{table}" for table in _TABLES}
_OPTIONS = "params:data_processing"
_PUBLIC = (
    *("audit", "cleaning_limits", "clients", "data_quality", "features", "minutes_by_month", "profiles"),
    *("profits", "raw_dialects", "rejected_rows", "repairs", "revenue_by_month"),
    *("test_clients", "train_clients"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline; scoring reuses the nodes that a new month passes."""
    parts = (_intake(), _rejection(), _clients(), _quality())
    return namespace("data_processing", (node for part in parts for node in part), public=_PUBLIC)


def _intake() -> list[Node]:
    return [
        step(dialects.describe_dialects, "raw_dialects", tags=NEW_MONTH, options=_OPTIONS),
        *(
            step(
                parsing.parse_file,
                [f"parsed_{table}", f"repairs_in_{table}", f"faults_in_{table}"],
                name=f"parse_{table}",
                tags=NEW_MONTH,
                raw=table,
                options=_OPTIONS,
            )
            for table in _TABLES
        ),
        step(
            parsing.parse_labels,
            ["labels", "repairs_in_label_file", "faults_in_label_file"],
            tags=NEW_MONTH,
            raw="label_file",
            options=_OPTIONS,
        ),
    ]


def _rejection() -> list[Node]:
    logs = {
        log: {table: f"{log}_in_{table}" for table in (*_TABLES, "label_file")}
        for log in ("repairs", "faults")
    }
    return [
        *(
            step(log_rows.collect_log, log, name=f"collect_{log}", tags=NEW_MONTH, **of_tables)
            for log, of_tables in logs.items()
        ),
        step(
            rejection.fit_cleaning_limits,
            "cleaning_limits",
            market_money="parsed_market_money",
            options=_OPTIONS,
        ),
        step(
            rejection.reject_rows,
            "rejected_rows",
            tags=NEW_MONTH,
            dialects="raw_dialects",
            options=_OPTIONS,
            **_PARSED,
        ),
        step(
            rejection.accept_rows,
            ["profiles", "revenue_rows", "minutes_rows", "profits"],
            tags=NEW_MONTH,
            dialects="raw_dialects",
            **_PARSED,
        ),
    ]


def _clients() -> list[Node]:
    return [
        step(clients.spread_months, ["revenue_by_month", "minutes_by_month"], tags=NEW_MONTH),
        step(clients.make_clients, "clients", tags=NEW_MONTH),
        step(clients.select_features, "features", tags=NEW_MONTH, options=_OPTIONS),
        step(split.split_clients, ["train_clients", "test_clients"], options=_OPTIONS),
    ]


def _quality() -> list[Node]:
    return [
        step(texts.audit_clients, "audit", tags=NEW_MONTH, dialects="raw_dialects", options=_OPTIONS),
        step(quality.summarise_quality, "data_quality", tags=NEW_MONTH, dialects="raw_dialects"),
    ]
