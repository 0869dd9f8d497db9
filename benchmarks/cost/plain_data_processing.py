"""What `data_processing` does, as a plain script: the same functions, without kedro.

The yardstick for what the framework costs:
``python -m benchmarks plain_data_processing RAW_FOLDER OUTPUT_FOLDER``.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import FILES
from one_click.datasets.raw_table import RawTableDataset
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes.clients import make_clients, select_features, spread_months
from one_click.pipelines.data_processing.nodes.dialects import describe_dialects
from one_click.pipelines.data_processing.nodes.log_rows import collect_log
from one_click.pipelines.data_processing.nodes.parsing import parse_file, parse_labels
from one_click.pipelines.data_processing.nodes.quality import summarise_quality
from one_click.pipelines.data_processing.nodes.rejection import accept_rows, fit_cleaning_limits, reject_rows
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.data_processing.texts import audit_clients
from one_click.schemas.records import CleaningLimits


def main(raw_folder: str, output_folder: str) -> None:
    """Read, clean, join and split; write every table that the pipeline writes."""
    options = read_section("data_processing", DataProcessing)
    raw = {name: RawTableDataset(filepath=f"{raw_folder}/{name}.csv").load() for name in FILES}
    tables = process(raw, options)
    output = Path(output_folder)
    output.mkdir(parents=True, exist_ok=True)
    limits: CleaningLimits = tables.pop("cleaning_limits")
    (output / "cleaning_limits.json").write_text(limits.model_dump_json(), encoding="utf-8")
    for name, table in tables.items():
        table.to_parquet(output / f"{name}.parquet")


def process(raw: dict[str, pd.DataFrame], options: DataProcessing) -> dict[str, Any]:
    """Call the pipeline's functions in order."""
    dialects = describe_dialects(**raw, label_file=raw["market_file"], options=options)
    parts = {name: parse_file(rows, options) for name, rows in raw.items()}
    labels = parse_labels(raw["market_file"], options)
    parsed = {name: part[0] for name, part in parts.items()}
    repairs, faults = (
        collect_log(*(part[place] for part in parts.values()), labels[place]) for place in (1, 2)
    )
    limits = fit_cleaning_limits(parsed["market_money"], options)
    rejected = reject_rows(
        **parsed, faults=faults, dialects=dialects, cleaning_limits=limits, options=options
    )
    profiles, revenue, minutes, profits = accept_rows(**parsed, rejected_rows=rejected, dialects=dialects)
    by_month = spread_months(revenue, minutes)
    clients = make_clients(profiles, *by_month, profits, labels[0])
    features = select_features(clients, options)
    audit = audit_clients(clients, profiles, dialects, options)
    train, test = split_clients(features, audit, options)
    quality = summarise_quality(dialects, repairs, rejected)
    return {
        "raw_dialects": dialects,
        "labels": labels[0],
        **{f"parsed_{name}": part[0] for name, part in parts.items()},
        **{f"repairs_in_{name}": part[1] for name, part in parts.items()},
        **{f"faults_in_{name}": part[2] for name, part in parts.items()},
        "repairs": repairs,
        "faults": faults,
        "rejected_rows": rejected,
        "cleaning_limits": limits,
        "profiles": profiles,
        "revenue_rows": revenue,
        "minutes_rows": minutes,
        "revenue_by_month": by_month[0],
        "minutes_by_month": by_month[1],
        "profits": profits,
        "clients": clients,
        "features": features,
        "train_clients": train,
        "test_clients": test,
        "audit": audit,
        "data_quality": quality,
    }
