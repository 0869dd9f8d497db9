"""Tables of the pipeline data_processing: from the store's files to model input."""

from one_click.columns import (
    BASE_FEATURES,
    CLIENT_ID,
    ENGINEERED_FEATURES,
    MONTHS,
    PROFIT,
    TABLES,
    TARGET,
)

from . import fields
from .base import StoredTable

_UNLABELLED = "where the client has no label"
_PROFILE = [column.name for column in TABLES["market_file"].columns]
_REVENUE = [name for name in BASE_FEATURES if name in {f"revenue_{month}" for month in MONTHS.values()}]
_MINUTES = [name for name in BASE_FEATURES if name in {f"minutes_{month}" for month in MONTHS.values()}]


class RawDialects(StoredTable):
    """One row per file of the store: how it is written; the last one is where the labels come from."""

    table: str = fields.text_key("Name of the file in the catalog")
    file: str = fields.text("The file, inside the folder of snapshots")
    encoding: str = fields.text("Encoding, such as utf-8")
    separator: str = fields.text("Sign between the columns")
    decimal: str = fields.text("Decimal sign")
    thousands: str = fields.text("Sign between thousands; empty without one")
    rows: int = fields.whole("Rows of the file", unit="rows")
    other_store: str = fields.text("Which headers and words of another store are read as which of ours")


class Parsed(
    StoredTable,
    columns=fields.optional(
        fields.vocabulary(*_PROFILE[1:], PROFIT)
        | {
            TARGET: (float, fields.outcome(missing=_UNLABELLED)),
            "period": (str, fields.one_of(*MONTHS.values(), what="Month of the row")),
            "revenue": (float, fields.number("Revenue of the month", unit="revenue units")),
            "minutes": (int, fields.whole("Time on site in the month", unit="min")),
        }
    ),
):
    """One row per row without a fault of one of the store's files, with the columns of that file."""

    client_id: int = fields.client()
    line: int = fields.key("Line of the file")


class _LogRows(StoredTable):
    """One row per cell or row that a rule was applied to."""

    table: str = fields.text("Name of the file in the catalog")
    line: int = fields.whole("Line of the file")
    client_id: str = fields.text("Number of the client as written; empty in the header")
    column: str = fields.text("Column; empty where the whole row is meant")
    old_value: str = fields.text("Value in the file")
    new_value: str = fields.text("Value that is used instead; empty without one")
    rule: str = fields.text("Code of the rule")


class Repairs(_LogRows):
    """One row per repaired cell, of one file or of all."""


class Faults(_LogRows):
    """One row per cell that cannot be read, of one file or of all."""


class RejectedRows(_LogRows):
    """One row per row that is left out; the other rows of its client have the rule ``client_left_out``."""


class Labels(StoredTable):
    """One row per client of the file of labels."""

    client_id: int = fields.client()
    activity_declined: float = fields.outcome(missing=_UNLABELLED)
    line: int = fields.key("Line of the file")


class Profiles(StoredTable, columns=fields.vocabulary(*_PROFILE, is_key=True)):
    """One row per client that is kept, of market_file."""


class RevenueRows(StoredTable):
    """One row per client and month: the revenue that is used."""

    client_id: int = fields.key()
    period: str = fields.one_of(*MONTHS.values(), what="Month", is_key=True)
    revenue: float = fields.number("Revenue of the month", unit="revenue units")


class MinutesRows(StoredTable):
    """One row per client and month: the time on site that is used."""

    client_id: int = fields.key()
    period: str = fields.one_of(*MONTHS.values(), what="Month", is_key=True)
    minutes: int = fields.whole("Time on site in the month", unit="min")


class RevenueByMonth(StoredTable, columns=fields.vocabulary(CLIENT_ID, *_REVENUE, is_key=True)):
    """One row per client: the revenue of each month."""


class MinutesByMonth(StoredTable, columns=fields.vocabulary(CLIENT_ID, *_MINUTES, is_key=True)):
    """One row per client: the time on site of each month."""


class Profits(StoredTable, columns=fields.vocabulary(CLIENT_ID, PROFIT, is_key=True)):
    """One row per client that is kept, of money."""


class Clients(StoredTable, columns=fields.vocabulary(CLIENT_ID, *BASE_FEATURES, PROFIT, is_key=True)):
    """One row per client: every column of the vocabulary that comes from the store."""

    activity_declined: float = fields.outcome(missing=_UNLABELLED)


class Audit(StoredTable):
    """One row per finding that would make conclusions wrong."""

    finding: str = fields.text("Code of the finding")
    subject: str = fields.text("Column or file that it is about; empty without one")
    strength: float = fields.amount("A ROC-AUC, or a number of clients, as the finding has it")
    low: float = fields.share("Lower end of the ROC-AUC's 95 % interval", missing="without a ROC-AUC")
    high: float = fields.share("Upper end of the ROC-AUC's 95 % interval", missing="without a ROC-AUC")
    clients: int = fields.whole("Clients that it concerns", unit="clients")
    level: str = fields.one_of("note", "warning", "blocking", what="Severity")
    meaning_ru: str = fields.text("What it means, in Russian")
    action_ru: str = fields.text("What is done about it, in Russian")
    meaning_en: str = fields.text("What it means, in English")
    action_en: str = fields.text("What is done about it, in English")


class Features(
    StoredTable,
    columns=fields.vocabulary(CLIENT_ID, *BASE_FEATURES, is_key=True)
    | fields.optional(fields.vocabulary(*ENGINEERED_FEATURES)),
    closed=True,
):
    """One row per client: what a model may see."""

    twin_group: int = fields.signed("Number of a client with the same features; twins share it")
    activity_declined: float = fields.outcome(missing=_UNLABELLED)


class TrainClients(Features):
    """One row per labelled client that models are fitted on; twins stay on one side."""

    activity_declined: int = fields.outcome()


class TestClients(TrainClients):
    """One row per labelled client that is held out."""

    __test__ = False  # pytest


class DataQuality(StoredTable):
    """One row per file and subject: how it was read, and how many rows were repaired or left out."""

    table: str = fields.text_key("Name of the file in the catalog")
    subject: str = fields.text_key("What is counted: form, rows_in, repair, rejection, rows_out")
    detail: str = fields.text_key("Form of the file, or code of the rule")
    count: float = fields.amount("How many there are")
