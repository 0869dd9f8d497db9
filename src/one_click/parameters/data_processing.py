"""Parameters of `data_processing`."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from one_click.columns import ENGINEERED_FEATURES, TABLES, plain
from one_click.errors import DeclarationError, nearest
from one_click.parameters.base import Parameters, Seed, Share
from one_click.parameters.other_store import THIS_STORE, OtherStore


class DataProcessing(Parameters):
    """Parameters of `data_processing`.

    Attributes
    ----------
    spellings : dict
        Known misspellings: column -> wrong spelling -> right spelling.
    other_store : OtherStore
        Headers and words of another store, and what they are read as; empty for this store's files.
    missing_marks : tuple of str
        What stands in a cell that holds nothing; in any case.
    unreadable_numbers : {"stop", "reject"}
        What a cell that should be a number and is not does: stop the run, or exclude the client.
    max_rejected_share : float
        Share of a table's rows that may be rejected before the whole table counts as faulty.
    exclude_without_purchases : bool
        Whether clients without revenue in some month are excluded.
    implausible_revenue_iqr : float
        A monthly revenue further above the upper quartile than this many interquartile ranges is
        implausible and excludes its client.
    engineered_features : tuple of str
        Engineered features handed to the models beside the base columns.
    leak_roc_auc : float
        A single feature whose ROC-AUC reaches this with the lower end of its 95 % interval stops the run: it
        was probably written after the label.
    enough_clients, enough_of_class, enough_of_value : int
        Fewer labelled clients, clients of the rarer class, or clients with a value of a category than this
        are a finding.
    accept_findings : tuple of str
        Blocking findings of the audit that do not stop the run.
    test_share : float
        Share of twin groups held out.
    training_rows : int
        At most this many labelled clients, twins counted once, are used for training and testing.
    seed : int
        Seed of the split.
    """

    file: ClassVar[str] = "conf/base/parameters_data_processing.yml"
    spellings: dict[str, dict[str, str]]
    other_store: OtherStore = THIS_STORE
    missing_marks: tuple[str, ...]
    unreadable_numbers: Literal["stop", "reject"]
    max_rejected_share: Share
    exclude_without_purchases: bool
    implausible_revenue_iqr: float = Field(gt=0)
    engineered_features: tuple[str, ...]
    leak_roc_auc: float = Field(gt=0.5, le=1)
    enough_clients: int = Field(ge=0)
    enough_of_class: int = Field(ge=0)
    enough_of_value: int = Field(ge=0)
    accept_findings: tuple[Literal["single_feature"], ...]
    test_share: float = Field(gt=0, lt=1)
    training_rows: int = Field(ge=100)
    seed: int = Seed

    @model_validator(mode="after")
    def _known_features(self) -> Self:
        for name in self.engineered_features:
            if name not in ENGINEERED_FEATURES:
                raise ValueError(f"unknown engineered feature '{name}'; {nearest(name, ENGINEERED_FEATURES)}")
        return self

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        known = {column.name for table in TABLES.values() for column in table.columns}
        for name in self.spellings:
            if name not in known:
                raise ValueError(f"spellings: there is no column '{name}'; {nearest(name, known)}")
        return self

    @model_validator(mode="after")
    def _words_that_are_still_there(self) -> Self:
        """Refuse another store's word that an earlier rule would have blanked or respelt."""
        for name, words in self.other_store.words.items():
            for word in words:
                gone = {
                    "missing_marks": self.missing_marks,
                    f"spellings.{name}": self.spellings.get(name, ()),
                }
                for rule, taken in gone.items():
                    if plain(word) in map(plain, taken):
                        raise DeclarationError(
                            f"'{word}' stands in {rule}, too, which comes first. Remedy: take it out there",
                            *("other_store", "words", name, word),
                        )
        return self
