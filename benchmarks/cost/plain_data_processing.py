"""What `data_processing` does, as a plain script: the same functions, without kedro.

The yardstick for what the framework costs:
``python -m benchmarks plain_data_processing RAW_FOLDER OUTPUT_FOLDER``.
"""

import json
from pathlib import Path

import pandas as pd

from benchmarks.shared.parameters import read_section
from one_click.datasets.raw_table import RawTableDataset
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes import tables as nodes
from one_click.pipelines.data_processing.pipeline import TABLES


def main(raw_folder: str, output_folder: str) -> None:
    """Read, clean, join and split; write every table that the pipeline writes."""
    options = read_section("data_processing", DataProcessing)
    raw = {name: RawTableDataset(filepath=f"{raw_folder}/{name}.csv").load() for name in TABLES}
    tables = process(raw, options)
    output = Path(output_folder)
    output.mkdir(parents=True, exist_ok=True)
    limits = tables.pop("cleaning_limits")
    (output / "cleaning_limits.json").write_text(json.dumps(limits), encoding="utf-8")
    for name, table in tables.items():
        table.to_parquet(output / f"{name}.parquet")


def process(raw: dict[str, pd.DataFrame], options: DataProcessing) -> dict[str, pd.DataFrame]:
    """Call the pipeline's functions in order."""
    dialects = nodes.describe_dialects(**raw, label_file=raw["market_file"], options=options)
    parsers = {
        "market_file": nodes.parse_market_file,
        "market_money": nodes.parse_market_money,
        "market_time": nodes.parse_market_time,
        "money": nodes.parse_money,
    }
    parts = {name: parse(raw[name], dialects, options) for name, parse in parsers.items()}
    labels = nodes.parse_labels(raw["market_file"], options)
    parsed = {name: part[0] for name, part in parts.items()}
    repairs = nodes.collect_repairs(*(part[1] for part in parts.values()), labels[1])
    faults = nodes.collect_faults(*(part[2] for part in parts.values()), labels[2])
    limits = nodes.fit_cleaning_limits(parsed["market_money"], options)
    rejected = nodes.reject_rows(
        **parsed, faults=faults, dialects=dialects, cleaning_limits=limits, options=options
    )
    profiles = nodes.accept_profiles(parsed["market_file"], rejected, dialects)
    revenue = nodes.accept_revenue(parsed["market_money"], rejected, dialects)
    minutes = nodes.accept_minutes(parsed["market_time"], rejected, dialects)
    profits = nodes.accept_profits(parsed["money"], rejected, dialects)
    by_month = nodes.spread_revenue(revenue), nodes.spread_minutes(minutes)
    clients = nodes.make_clients(profiles, *by_month, profits, labels[0])
    features = nodes.select_features(clients, options)
    audit = nodes.audit_clients(clients, profiles, dialects, options)
    train, test = nodes.split_clients(features, audit, options)
    quality = nodes.summarise_quality(dialects, repairs, rejected)
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
