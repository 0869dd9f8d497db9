"""Wiring of `data_processing`."""

from kedro.pipeline import Node, Pipeline

from .nodes import tables as nodes

TABLES = ("market_file", "market_money", "market_time", "money")
_OPTIONS = "params:data_processing"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline([*_intake(), *_faults(), *_accepted_rows(), *_one_row_per_client(), *_training_only()])


def _intake() -> list[Node]:
    parsers = {
        "market_file": nodes.parse_market_file,
        "market_money": nodes.parse_market_money,
        "market_time": nodes.parse_market_time,
        "money": nodes.parse_money,
    }
    return [
        Node(
            nodes.describe_dialects,
            [*TABLES, "label_file", _OPTIONS],
            "raw_dialects",
            name="data_processing.describe_dialects",
            tags=_NEW_MONTH,
        ),
        *(
            Node(
                function,
                {"raw": table, "dialects": "raw_dialects", "options": _OPTIONS},
                [f"parsed_{table}", f"repairs_in_{table}", f"faults_in_{table}"],
                name=f"data_processing.{function.__name__}",
                tags=_NEW_MONTH,
            )
            for table, function in parsers.items()
        ),
        Node(
            nodes.parse_labels,
            {"raw": "label_file", "options": _OPTIONS},
            ["labels", "repairs_in_label_file", "faults_in_label_file"],
            name="data_processing.parse_labels",
            tags=_NEW_MONTH,
        ),
    ]


def _faults() -> list[Node]:
    return [
        Node(
            nodes.collect_repairs,
            _of_all_tables("repairs_in"),
            "repairs",
            name="data_processing.collect_repairs",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.collect_faults,
            _of_all_tables("faults_in"),
            "faults",
            name="data_processing.collect_faults",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.reject_rows,
            {table: f"parsed_{table}" for table in TABLES}
            | {
                "faults": "faults",
                "dialects": "raw_dialects",
                "cleaning_limits": "cleaning_limits",
                "options": _OPTIONS,
            },
            "rejected_rows",
            name="data_processing.reject_rows",
            tags=_NEW_MONTH,
        ),
    ]


def _of_all_tables(part: str) -> list[str]:
    return [f"{part}_{table}" for table in (*TABLES, "label_file")]


def _accepted_rows() -> list[Node]:
    accepted = {
        "market_file": (nodes.accept_profiles, "profiles"),
        "market_money": (nodes.accept_revenue, "revenue_rows"),
        "market_time": (nodes.accept_minutes, "minutes_rows"),
        "money": (nodes.accept_profits, "profits"),
    }
    return [
        *(
            Node(
                function,
                {"parsed": f"parsed_{table}", "rejected_rows": "rejected_rows", "dialects": "raw_dialects"},
                output,
                name=f"data_processing.{function.__name__}",
                tags=_NEW_MONTH,
            )
            for table, (function, output) in accepted.items()
        ),
        Node(
            nodes.spread_revenue,
            "revenue_rows",
            "revenue_by_month",
            name="data_processing.spread_revenue",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.spread_minutes,
            "minutes_rows",
            "minutes_by_month",
            name="data_processing.spread_minutes",
            tags=_NEW_MONTH,
        ),
    ]


def _one_row_per_client() -> list[Node]:
    return [
        Node(
            nodes.make_clients,
            ["profiles", "revenue_by_month", "minutes_by_month", "profits", "labels"],
            "clients",
            name="data_processing.make_clients",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.select_features,
            ["clients", _OPTIONS],
            "features",
            name="data_processing.select_features",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.audit_clients,
            ["clients", "profiles", "raw_dialects", _OPTIONS],
            "audit",
            name="data_processing.audit_clients",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.summarise_quality,
            ["raw_dialects", "repairs", "rejected_rows"],
            "data_quality",
            name="data_processing.summarise_quality",
            tags=_NEW_MONTH,
        ),
    ]


def _training_only() -> list[Node]:
    return [
        Node(
            nodes.fit_cleaning_limits,
            ["parsed_market_money", _OPTIONS],
            "cleaning_limits",
            name="data_processing.fit_cleaning_limits",
        ),
        Node(
            nodes.split_clients,
            ["features", "audit", _OPTIONS],
            ["train_clients", "test_clients"],
            name="data_processing.split_clients",
        ),
    ]
