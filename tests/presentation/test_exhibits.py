import base64
import json

import pandas as pd
from pydantic import BaseModel

from one_click.presentation.exhibits import SIZE_OF, gather_exhibits


class Fact(BaseModel):
    share: float


def test_exhibits_have_a_form_that_json_can_hold() -> None:
    table = pd.DataFrame({"client_id": [1, 2], "title": ["а", "б"]})
    shown = gather_exhibits(
        curve_figure_ru=b"png",
        titles=table,
        fact=Fact(share=0.5),
        facts={"clients": 2},
        **{f"{SIZE_OF}portraits": table, f"{SIZE_OF}study": "not a table"},
    )
    assert json.loads(json.dumps(shown)) == {
        "curve_figure_ru": base64.b64encode(b"png").decode(),
        "titles": [{"client_id": 1, "title": "а"}, {"client_id": 2, "title": "б"}],
        "fact": {"share": 0.5},
        "facts": {"clients": 2},
        f"{SIZE_OF}portraits": [2, 2],
        f"{SIZE_OF}study": [],
    }
