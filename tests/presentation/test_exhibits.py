import json

import pandas as pd

from one_click.presentation.exhibits import gather_exhibits
from one_click.schemas.records import CleaningLimits


def test_exhibits_can_be_stored_as_json() -> None:
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    shown = gather_exhibits(
        picture=b"png",
        table=table,
        record=CleaningLimits(revenue_max=5.0),
        facts={"n": 1},
        size_of_more=table,
    )
    assert json.loads(json.dumps(shown)) == {
        "picture": "cG5n",
        "table": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        "record": {"revenue_max": 5.0},
        "facts": {"n": 1},
        "size_of_more": [2, 2],
    }
