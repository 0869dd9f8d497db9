from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.rules.declared import SEGMENTS_HEAD

from one_click.errors import ParameterError
from one_click.parameters import Offers, Segmentation
from one_click.rules.segments import Segment

SEGMENTS = f"""\
{SEGMENTS_HEAD}    - <<: *texts
      code: visitors
      conditions:
        - {{column: at_risk, is: true}}
        - column: pages_per_visit
          below: 4
    - <<: *texts
      code: valuable
      conditions:
        - {{column: valuable, is: true}}
    - <<: *texts
      code: rest
      conditions: []
"""
OPTIONS: dict[str, Any] = yaml.safe_load(SEGMENTS)["segmentation"]
SEGMENT = OPTIONS["segments"][0]
REST = SEGMENT | {"code": "rest", "conditions": []}


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        pytest.param([], "at least 1 item", id="none"),
        pytest.param([REST | {"code": "all"}, REST], "'all' has no conditions", id="takes-all"),
        pytest.param([REST | {"code": "Лояльные"}], "pattern", id="code"),
    ],
)
def test_faulty_lists_of_segments_are_refused(segments: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Segmentation.model_validate(OPTIONS | {"segments": segments})


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([{"column": "at_risk", "is": True}, {"column": "valuable", "is": True}], True),
        ([{"column": "at_risk", "is": False}], False),
        ([{"column": "valuable", "is": True}], False),
    ],
)
def test_segments_at_risk_ask_for_risk(conditions: list[dict[str, Any]], expected: bool) -> None:
    assert Segment.model_validate(SEGMENT | {"conditions": conditions}).at_risk is expected


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param(
            "          below: 4",
            "          below: 4\n        - {column: pages_per_visit, at_least: 6}",
            20,
            ("segments.1.conditions.2", "'visitors'", "at_least 6' contradicts 'pages_per_visit below 4'",
             "pages_per_visit from 0 to 3"),
            id="contradiction",
        ),
        pytest.param(
            "column: pages_per_visit", "column: page_per_visit", 18,
            ("segments.1.conditions.1.column", "did you mean 'pages_per_visit'"), id="column",
        ),
        pytest.param(
            "          below: 4", "          bellow: 4", 19,
            ("segments.1.conditions.1.bellow", "did you mean 'below'"), id="test",
        ),
        pytest.param(
            "          below: 4", "          below: 4\n          at_least: 6", 19,
            ("no 'pages_per_visit' is at least 6 and below 4", "below above 6"), id="empty-range",
        ),
        pytest.param(
            "          below: 4", "          below: 0", 18,
            ("'pages_per_visit below 0' holds for no value", "a whole number from 0", "below above 0"),
            id="below-all",
        ),
        pytest.param(
            "        - column: pages_per_visit\n          below: 4",
            "        - column: unpaid_items_quarter\n          at_least: 7", 16,
            ("nobody can get into 'visitors'", "taken by 'carts' before it",
             "at_risk is true; unpaid_items_quarter at_least 5", "put 'visitors' before 'carts'"),
            id="all-taken-before",
        ),
        pytest.param(
            "        - column: pages_per_visit\n          below: 4",
            "        - {column: unpaid_items_quarter, at_least: 4.5}", 16,
            ("nobody can get into 'visitors'", "the same conditions as 'carts'", "change one of them"),
            id="same-conditions",
        ),
        pytest.param(
            "{column: valuable, is: true}", "{column: promo_purchase_share, at_least: 0}", 22,
            ("'valuable' has conditions that everybody meets",), id="takes-all",
        ),
        pytest.param(
            "{column: valuable, is: true}", "{column: segment, one_of: carts}", 22,
            ("'valuable' asks for a segment", "only offers can"), id="segment-of-a-segment",
        ),
        pytest.param(
            "conditions: []", "conditions: [{column: at_risk, is: false}]", 26,
            ("the last segment, 'rest', takes all others",), id="no-rest",
        ),
        pytest.param(
            "code: visitors", "code: carts", 14, ("'carts' is declared more than once",), id="repeated",
        ),
        pytest.param("likely_from: 1", "likely_from: 3", 8, ("got 3", "at most firm_from (2)"), id="likely"),
        pytest.param("share: 1\n", "share: 1.5\n", 4, ("got 1.5", "Nearest valid value: 1"), id="above-1"),
        pytest.param("horizon_months", "horizon_month", 3, ("did you mean 'horizon_months'",), id="key"),
    ],
)  # fmt: skip
def test_bad_segments_are_refused_with_rule_remedy_and_line(
    refused: Callable[..., str], old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    message = refused(Segmentation, SEGMENTS, {old: new})
    for part in (f"(conf/base/parameters_segmentation.yml, line {line}) ", *words):
        assert part in message


@pytest.mark.parametrize("model", [Segmentation, Offers])
def test_shipped_rules_are_for_somebody(root: Path, model: type[Segmentation | Offers]) -> None:
    (raw,) = yaml.safe_load((root / model.file).read_text(encoding="utf-8")).values()
    assert isinstance(model.model_validate(raw), model)
