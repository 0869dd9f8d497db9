from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from one_click.columns import LANGUAGES
from one_click.pipelines.interpretation.nodes.odds_ratios import measure_odds_ratios
from one_click.pipelines.interpretation.texts.odds_ratios import (
    describe_odds_ratios,
    odds_text,
    tell_odds_ratio,
)

Fit = Callable[..., Pipeline]
SPACE = "\u00a0"


def _row(feature: str, start: Any, end: Any, ratios: tuple[float, float, float]) -> dict[str, Any]:
    moved = "level" if isinstance(start, str) else "value"
    names = ("odds_ratio", "odds_low", "odds_high")
    return {
        "feature": feature,
        f"from_{moved}": start,
        f"to_{moved}": end,
        **dict(zip(names, ratios, strict=True)),
    }


@pytest.mark.parametrize(
    ("row", "russian", "english"),
    [
        pytest.param(
            _row("pages_per_visit", 5.0, 11.0, (0.25, 0.25, 0.25)),
            "Страниц за визит, 5 стр. → 11 стр.: шансы снижения активности в 4,0 раза ниже",
            "Pages per visit, 5 pages → 11 pages: the odds of decline are 4.0-fold lower",
            id="the-same-for-all-clients",
        ),
        pytest.param(
            _row("allows_messages", 0.0, 1.0, (1.5, 1.01, 12.0)),
            "Разрешает сообщения, нет → да: шансы снижения активности в 1,5 раза выше "
            "(у 80 % клиентов от «почти те же» до «в 12 раз выше»)",
            "Allows messages, no → yes: the odds of decline are 1.5-fold higher "
            "(for 80% of clients between almost the same and 12-fold higher)",
            id="differs-from-client-to-client",
        ),
        pytest.param(
            _row("service_type", "премиум", "премиум", (1.0, 1.0, 1.0)),
            "Тип сервиса: у большинства клиентов премиум, сравнивать не с чем",
            "Service type: for most clients premium, there is nothing to compare it with",
            id="nothing-to-compare-with",
        ),
    ],
)
def test_sentence_tells_the_move_the_change_and_its_spread(
    row: dict[str, Any], russian: str, english: str
) -> None:
    assert tell_odds_ratio(row, "ru").replace(SPACE, " ") == russian
    assert tell_odds_ratio(row, "en") == english


@pytest.mark.parametrize(
    ("ratio", "russian", "english"),
    [
        pytest.param(1.0, "почти те же", "almost the same", id="one"),
        pytest.param(1 / 1.04, "почти те же", "almost the same", id="nearly-one"),
        pytest.param(2.0, "в 2,0 раза выше", "2.0-fold higher", id="double"),
        pytest.param(0.5, "в 2,0 раза ниже", "2.0-fold lower", id="half"),
        pytest.param(9.97, "в 10 раз выше", "10-fold higher", id="rounded-to-ten"),
        pytest.param(1 / 21, "в 21 раз ниже", "21-fold lower", id="twenty-one"),
        pytest.param(22.4, "в 22 раза выше", "22-fold higher", id="twenty-two"),
        pytest.param(112.0, "в 112 раз выше", "112-fold higher", id="hundred-and-twelve"),
        pytest.param(5e7, "более чем в 1 000 раз выше", "more than 1,000-fold higher", id="enormous"),
        pytest.param(0.0, "более чем в 1 000 раз ниже", "more than 1,000-fold lower", id="none-left"),
    ],
)
def test_change_of_odds_in_words(ratio: float, russian: str, english: str) -> None:
    assert odds_text(ratio, "ru").replace(SPACE, " ") == russian
    assert odds_text(ratio, "en") == english


def test_sentences_stand_beside_their_rows(fit: Fit, clients: pd.DataFrame) -> None:
    models = {
        "plain": fit("logistic_regression", clients),
        "bent": fit("logistic_regression", clients, select__k=3, expand="curves_and_products"),
    }
    told, rows = describe_odds_ratios(clients, **models), measure_odds_ratios(clients, **models)
    sentences = [f"sentence_{language}" for language in LANGUAGES]
    assert told.columns.tolist() == [*rows.columns, *sentences]
    pd.testing.assert_frame_equal(told[rows.columns], rows)
    for language in LANGUAGES:
        expected = [tell_odds_ratio(row, language) for row in rows.to_dict("records")]
        assert told[f"sentence_{language}"].tolist() == expected
    assert not told[sentences].map(lambda text: "nan" in text or "None" in text).any(axis=None)
    empty = describe_odds_ratios(clients, neighbours=fit("k_nearest_neighbours", clients))
    assert empty.dtypes.to_dict() == told.dtypes.to_dict()
