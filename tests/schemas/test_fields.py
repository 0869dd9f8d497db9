import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.schemas import fields
from one_click.schemas.base import StoredTable, described


class Shops(
    StoredTable,
    columns=fields.optional(fields.vocabulary("pages_per_visit"))
    | fields.per_feature(["days_registered"], "Weight of “{}”", fields.number, unit="points"),
):
    """One row per shop."""

    shop: str = fields.text_key("Name")
    city: str = fields.text("Where it is", missing="of an online shop")
    size: str = fields.one_of("", "small", "large", what="Size")


def _shops() -> pd.DataFrame:
    rows = {
        "days_registered": [0.5, -1.0],
        "shop": ["a", "b"],
        "city": ["Псков", None],
        "size": ["", "small"],
    }
    return pd.DataFrame(rows)


def test_cells_may_be_missing_only_where_it_is_said_when() -> None:
    assert len(Shops.validate(_shops())) == 2
    for column in ("shop", "size", "days_registered"):
        with pytest.raises(DataError, match=rf"column: {column}\n.*rows:   1 "):
            Shops.validate(_shops().assign(**{column: [_shops()[column][0], None]}))


def test_column_of_which_each_cell_is_missing_needs_no_type() -> None:
    for nothing in (None, float("nan")):
        shops = _shops().assign(city=pd.Series([nothing, nothing], dtype=object))
        assert Shops.validate(shops) is shops
    with pytest.raises(DataError, match="column: shop\n"):
        Shops.validate(_shops().assign(shop=pd.Series([None, None], dtype=object)))


def test_column_of_objects_is_checked_as_it_will_be_stored() -> None:
    weights = pd.Series([0.5, -1.0], dtype=object)
    assert len(Shops.validate(_shops().assign(days_registered=weights))) == 2
    with pytest.raises(DataError, match="column: days_registered\n"):
        Shops.validate(_shops().assign(days_registered=pd.Series([0.5, "much"], dtype=object)))


def test_optional_columns_are_checked_where_they_are() -> None:
    assert len(Shops.validate(_shops().assign(pages_per_visit=3))) == 2
    with pytest.raises(DataError, match="column: pages_per_visit\n"):
        Shops.validate(_shops().assign(pages_per_visit=-3))


def test_meaning_tells_the_label_of_a_feature_and_when_cells_are_missing() -> None:
    told = described(Shops).set_index("column")
    assert told.loc["days_registered"].to_list() == [
        "numbers",
        "points",
        "Weight of “Days since registration”",
    ]
    assert told.loc["city"].to_list() == ["text or nothing", "", "Where it is; missing of an online shop"]
    assert told.loc["size", "type"] == "one of empty text, small, large"


@pytest.mark.parametrize("share", [-1e-12, 1 + 1e-12])
def test_rounding_error_at_the_end_of_a_range_is_no_fault(share: float) -> None:
    class Shares(StoredTable):
        """One row per share."""

        share: float = fields.share("Share")

    assert len(Shares.validate(pd.DataFrame({"share": [share]}))) == 1
    with pytest.raises(DataError, match="from 0 to 1"):
        Shares.validate(pd.DataFrame({"share": [1.001]}))
