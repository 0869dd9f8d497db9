import pickle
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest
from kedro.validation.core import ValidatorSpec, resolve_validator

from one_click.chunks import Chunks
from one_click.columns import BASE_FEATURES
from one_click.errors import DataError
from one_click.schemas import TableCheck

from .examples import table_of

SEGMENTS = TableCheck("one_click.schemas.segmentation.Segments", "segments.parquet")


def test_frames_of_other_engines_pass_unchecked() -> None:
    check = TableCheck("one_click.schemas.data_processing.Features", "features.parquet")
    frame = pl.LazyFrame({"client_id": [1], **{name: [1] for name in BASE_FEATURES}})
    assert check.validate(frame) is frame


def test_pieces_are_checked_as_they_pass_and_on_each_pass() -> None:
    good = table_of("segments")
    pieces = SEGMENTS.validate(Chunks(lambda: iter([good, good.drop(columns="segment")])))
    for _ in range(2):
        passing = iter(pieces)
        assert next(passing) is good
        with pytest.raises(DataError, match="column: segment\n"):
            next(passing)


def test_check_goes_to_other_processes_before_and_after_its_first_table() -> None:
    for _ in range(2):
        assert len(pickle.loads(pickle.dumps(SEGMENTS)).validate(table_of("segments"))) == 3


def test_pandera_is_imported_with_the_first_table() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from one_click.schemas import TableCheck\n"
        "check = TableCheck('one_click.schemas.eda.ClientClusters', 'x.parquet')\n"
        "check.validate(1)\n"
        "assert 'pandera' not in sys.modules\n"
        "check.validate(pd.DataFrame({'client_id': [1], 'cluster': [1]}))\n"
        "assert 'pandera' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_table_is_returned_unchanged() -> None:
    table = table_of("segments")
    before = table.copy()
    assert SEGMENTS.validate(table) is table
    pd.testing.assert_frame_equal(table, before)


def test_kedros_own_adapter_takes_the_class_too() -> None:
    validator = resolve_validator(ValidatorSpec("one_click.schemas.segmentation.Segments"))
    with pytest.raises(DataError, match="file:   segments\n"):
        validator.validate(table_of("segments").drop(columns="segment"))
