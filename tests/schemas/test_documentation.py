import doctest
import importlib

import pandas as pd
import pytest

from one_click.errors import ParameterError
from one_click.schemas import document, find
from one_click.schemas.documentation import tables


def test_document_lists_what_the_class_says() -> None:
    table = document("scoring.client_scores").set_index("column")
    assert list(table.index) == ["client_id", "probability", "probability_sd", "source", "verdict"]
    assert table.loc["probability"].to_dict() == {
        "type": "numbers from 0 to 1",
        "unit": "",
        "meaning": "Calibrated probability of decline",
    }
    assert table.loc["source", "type"] == "one of out_of_fold, predicted"


def test_features_are_documented_from_the_vocabulary() -> None:
    table = document("clients").set_index("column")
    assert table.loc["minutes_current"].to_list() == [
        "whole numbers from 0",
        "min",
        "Time on site this month",
    ]
    assert table.loc["activity_declined", "meaning"].endswith("missing where the client has no label")


@pytest.mark.parametrize("name", list(tables()))
def test_every_table_and_column_has_a_meaning(name: str) -> None:
    assert str(find(name).__doc__).startswith("One row per ")
    described = document(name)
    assert isinstance(described, pd.DataFrame)
    assert (described["meaning"] != "").all()


def test_unknown_table_gets_the_nearest_name() -> None:
    with pytest.raises(ParameterError, match="did you mean 'segments'"):
        document("segment")


@pytest.mark.parametrize("module", ["documentation", "errors"])
def test_examples_of_the_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"one_click.schemas.{module}"))
    assert result.attempted
    assert result.failed == 0
