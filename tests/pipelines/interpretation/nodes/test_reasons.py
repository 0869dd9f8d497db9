import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from one_click.columns import BASE_FEATURES, COLUMNS, LANGUAGES, Language, translate
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.reasons import give_reasons, typical_value

MakeClients = Callable[..., pd.DataFrame]
FEATURES = list(BASE_FEATURES)
COLUMNS_OF_THE_TABLE = [
    *("client_id", "direction", "rank", "feature", "contribution", "error", "certainty", "stability"),
    *("value", "typical_value", "changeable", "sentence_ru", "sentence_en"),
]
PAGES, PROMO, ERRORS, DAYS = "pages_per_visit", "promo_purchase_share", "service_errors", "days_registered"


@pytest.fixture(scope="module")
def three(options: Interpretation) -> Interpretation:
    changes = {"reasons": 3, "certain_from": 0.9, "stable_from": 0.5}
    return options.model_copy(update=changes)


def table(*clients: dict[str, float]) -> pd.DataFrame:
    """Return what is given of each client, by feature, and 0 elsewhere."""
    rows = [
        {"client_id": 7 + number, **dict.fromkeys(FEATURES, 0.0), **own} for number, own in enumerate(clients)
    ]
    return pd.DataFrame(rows)


def refits(*models: pd.DataFrame) -> pd.DataFrame:
    numbered = [own.assign(refit=number) for number, own in enumerate(models)]
    return pd.concat(numbered, ignore_index=True)


def give(
    clients: pd.DataFrame,
    shap_values: pd.DataFrame,
    options: Interpretation,
    errors: pd.DataFrame | None = None,
    by_refit: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the reasons of the first clients, exact and the same in the only refit unless said otherwise."""
    features = clients.head(len(shap_values)).assign(client_id=shap_values["client_id"])
    exact = shap_values.assign(**dict.fromkeys(FEATURES, 0.0))
    same = refits(shap_values)
    return give_reasons(
        shap_values,
        exact if errors is None else errors,
        same if by_refit is None else by_refit,
        features,
        clients,
        options,
    )


def told(reasons: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(reasons[["client_id", "direction", "rank", "feature"]].itertuples(index=False, name=None))


# Which ---------------------------------------------------------------------------------------------


def test_the_strongest_of_both_directions_in_order(clients: pd.DataFrame, three: Interpretation) -> None:
    shap_values = table(
        {PAGES: -0.1, PROMO: 0.2, ERRORS: 0.3, DAYS: -0.4, "minutes_current": 0.1, "revenue_current": 0.05},
        {PAGES: 0.1},
        {PAGES: -0.1, PROMO: -0.2},
    )
    reasons = give(clients, shap_values.iloc[::-1], three)
    assert reasons.columns.tolist() == COLUMNS_OF_THE_TABLE
    assert told(reasons) == [
        (7, "raises", 1, ERRORS),
        (7, "raises", 2, PROMO),
        (7, "raises", 3, "minutes_current"),
        (7, "lowers", 1, DAYS),
        (7, "lowers", 2, PAGES),
        (8, "raises", 1, PAGES),
        (9, "lowers", 1, PROMO),
        (9, "lowers", 2, PAGES),
    ]
    assert reasons["contribution"].tolist() == [0.3, 0.2, 0.1, -0.4, -0.1, 0.1, -0.2, -0.1]
    assert (reasons[["error", "certainty", "stability"]] == [0, 1, 1]).all(axis=None)
    assert reasons.index.tolist() == list(range(8))


@pytest.mark.parametrize("count", [1, 2, 16])
def test_as_many_as_are_asked_for(clients: pd.DataFrame, three: Interpretation, count: int) -> None:
    shap_values = table({name: 0.1 + place for place, name in enumerate(FEATURES)})
    reasons = give(clients, shap_values, three.model_copy(update={"reasons": count}))
    assert reasons["feature"].tolist() == FEATURES[::-1][:count]
    assert set(reasons["direction"]) == {"raises"}


def test_of_equal_contributions_the_first_of_the_vocabulary(
    clients: pd.DataFrame, three: Interpretation
) -> None:
    shap_values = table({DAYS: 0.2, PAGES: 0.2, "revenue_current": -0.1, "minutes_current": -0.1})
    assert give(clients, shap_values, three)["feature"].tolist() == [
        *(PAGES, DAYS, "minutes_current", "revenue_current")
    ]


def test_what_rounding_alone_may_make_is_no_reason(clients: pd.DataFrame, three: Interpretation) -> None:
    lenient = three.model_copy(update={"stable_from": 0.0})
    reasons = give(clients, table({DAYS: 1e-16, PAGES: -1e-16}, {}), lenient)
    assert reasons.empty
    assert reasons.columns.tolist() == COLUMNS_OF_THE_TABLE


# Certainty -----------------------------------------------------------------------------------------


def test_certainty_by_hand(clients: pd.DataFrame, three: Interpretation) -> None:
    two = three.model_copy(update={"reasons": 2, "certain_from": 0.5})
    shap_values = table({PAGES: 1.0, PROMO: 0.5, ERRORS: 0.4, DAYS: -0.2})
    errors = table({PAGES: 0.3, PROMO: 0.06, ERRORS: 0.08, DAYS: 0.1})
    reasons = give(clients, shap_values, two, errors).set_index("feature")
    # Ahead of the third, ERRORS: .6 / √(.3² + .08²) and .1 / √(.06² + .08²); above 0: 1 / .3 and .5 / .06.
    assert reasons.loc[PAGES, "certainty"] == pytest.approx(norm.cdf(0.6 / np.hypot(0.3, 0.08)))
    assert reasons.loc[PROMO, "certainty"] == pytest.approx(norm.cdf(1))
    # Nothing else lowers: the first left out contributes nothing, exactly.
    assert reasons.loc[DAYS, "certainty"] == pytest.approx(norm.cdf(2))
    assert reasons["error"].tolist() == [0.3, 0.06, 0.1]


@pytest.mark.parametrize(
    ("certain_from", "left"),
    [
        pytest.param(0.84, [(1, PAGES), (2, PROMO), (1, DAYS)], id="all"),
        pytest.param(0.85, [(1, PAGES), (1, DAYS)], id="without-the-second"),
        pytest.param(0.975, [(1, DAYS)], id="against-alone"),
        pytest.param(0.98, [], id="none"),
    ],
)
def test_uncertain_reasons_are_not_given(
    clients: pd.DataFrame, three: Interpretation, certain_from: float, left: list[tuple[int, str]]
) -> None:
    two = three.model_copy(update={"reasons": 2, "certain_from": certain_from})
    shap_values = table({PAGES: 1.0, PROMO: 0.5, ERRORS: 0.4, DAYS: -0.2})
    errors = table({PAGES: 0.3, PROMO: 0.06, ERRORS: 0.08, DAYS: 0.1})  # .973, .841 and .977
    reasons = give(clients, shap_values, two, errors)
    assert list(reasons[["rank", "feature"]].itertuples(index=False, name=None)) == left


def test_behind_an_uncertain_reason_the_next_moves_up(clients: pd.DataFrame, three: Interpretation) -> None:
    two = three.model_copy(update={"reasons": 2, "certain_from": 0.95})
    shap_values = table({PAGES: 1.0, PROMO: 0.5, ERRORS: 0.4})
    reasons = give(clients, shap_values, two, table({PAGES: 0.4, PROMO: 0.01, ERRORS: 0.01}))
    assert told(reasons) == [(7, "raises", 1, PROMO)]


# Stability -----------------------------------------------------------------------------------------


def test_stability_is_counted_over_the_refits(clients: pd.DataFrame, three: Interpretation) -> None:
    two = three.model_copy(update={"reasons": 2, "stable_from": 0.0})
    shap_values = table({PAGES: 0.5, PROMO: 0.4, DAYS: -0.3}, {ERRORS: -0.2, PROMO: 0.1})
    by_refit = refits(
        table({PAGES: 0.9, PROMO: 0.1, DAYS: -0.1}, {ERRORS: -0.2, PROMO: 0.1}),  # all of them
        table({PAGES: 0.1, ERRORS: 0.2, PROMO: 0.3, DAYS: -0.3}, {PROMO: 0.2}),  # PAGES is third
        table({PAGES: -0.5, PROMO: 0.2, DAYS: 0.1}, {ERRORS: 0.2}),  # PAGES and DAYS the other way
        table({ERRORS: 0.2, PAGES: 0.1, DAYS: -0.1, "minutes_current": -0.2}, {DAYS: 0.1}),  # no PROMO
    )
    reasons = give(clients, shap_values, two, by_refit=by_refit)
    assert told(reasons) == [
        (7, "raises", 1, PAGES),
        (7, "raises", 2, PROMO),
        (7, "lowers", 1, DAYS),
        (8, "raises", 1, PROMO),
        (8, "lowers", 1, ERRORS),
    ]
    assert reasons["stability"].tolist() == [0.5, 0.75, 0.75, 0.5, 0.25]


@pytest.mark.parametrize(
    ("stable_from", "left"),
    [
        pytest.param(0.5, [(1, PAGES), (2, PROMO)], id="half-is-enough"),
        pytest.param(0.51, [(1, PROMO)], id="the-second-moves-up"),
        pytest.param(0.8, [], id="none"),
    ],
)
def test_unstable_reasons_are_not_given(
    clients: pd.DataFrame, three: Interpretation, stable_from: float, left: list[tuple[int, str]]
) -> None:
    own = {PAGES: 0.5, PROMO: 0.4}
    models = [own, own, {PROMO: 0.1}, {ERRORS: 0.1, PROMO: 1e-12}]
    reasons = give(
        clients,
        table(own),
        three.model_copy(update={"stable_from": stable_from}),
        by_refit=refits(*(table(model) for model in models)),
    )
    assert list(reasons[["rank", "feature"]].itertuples(index=False, name=None)) == left
    assert reasons["stability"].tolist() == [{PAGES: 0.5, PROMO: 0.75}[feature] for _, feature in left]


def test_clients_keep_their_own_refits(clients: pd.DataFrame, three: Interpretation) -> None:
    shap_values = table({PAGES: 0.5}, {PROMO: 0.5})
    by_refit = refits(table({PAGES: 0.5}, {DAYS: 0.5}), table({PAGES: 0.4}, {DAYS: 0.1}))
    assert told(give(clients, shap_values, three, by_refit=by_refit)) == [(7, "raises", 1, PAGES)]


# What is said --------------------------------------------------------------------------------------


def test_typical_values_are_medians_and_most_frequent_ones() -> None:
    def column(name: str, values: list[Any]) -> pd.Series:
        return pd.Series(values, name=name)

    assert typical_value(column(PAGES, [1, 9, 2, 4])) == 3.0
    assert typical_value(column(PROMO, [0.1, 0.9, 0.2])) == 0.2
    assert typical_value(column("allows_messages", [True, False, False])) == False  # noqa: E712
    assert typical_value(column("service_type", ["б", "а", "б"])) == "б"
    assert typical_value(column("popular_category", ["в", "а", "б"])) == "а"  # of equals, by name


def test_value_typical_value_and_what_the_store_can_change(
    clients: pd.DataFrame, three: Interpretation
) -> None:
    base = clients.assign(pages_per_visit=[2, *[8] * 119], allows_messages=[False, *[True] * 119])
    base = base.assign(service_errors=3, service_type=["премиум", *["стандарт"] * 119])
    own = {PAGES: 0.5, "allows_messages": 0.4, "service_type": 0.3, ERRORS: 0.2}
    reasons = give(base, table(own), three.model_copy(update={"reasons": 4})).set_index("feature")
    assert reasons["value"].tolist() == ["2", "False", "премиум", "3"]
    assert reasons["typical_value"].tolist() == ["8.0", "True", "стандарт", "3.0"]
    assert reasons["changeable"].tolist() == [False, False, False, True]
    assert reasons["sentence_en"].tolist() == [
        "Views 2 pages per visit, below the typical 8, which raises the risk estimate.",
        "Does not allow messages (typically allowed), which raises the risk estimate.",
        "Uses the “premium” service (“standard” is the most common choice), which raises the risk estimate.",
        "Ran into 3 service errors, as is typical, which raises the risk estimate.",
    ]


SUBJECTS: dict[str, tuple[str, str]] = {
    "allows_messages": ("зрешает сообщения", "llow"),
    "marketing_contacts_6m": ("За полгода", "half a year"),
    "marketing_contacts_current": ("В текущем месяце", "Received"),
    "minutes_previous": ("Время на сайте в прошлом месяце", "site last month"),
    "minutes_current": ("Время на сайте в текущем месяце", "site this month"),
    PAGES: ("за визит", "page"),
    ERRORS: ("ошиб", "service error"),
    PROMO: ("по акции", "on promotion"),
    "popular_category": ("Предпочитает категорию", "Prefers the category"),
    "category_views_per_visit": ("товаров за визит", "product categor"),
    "unpaid_items_quarter": ("В корзине за квартал", "unpaid in the quarter"),
    "revenue_two_months_ago": ("Выручка позапрошлого месяца", "revenue two months ago"),
    "revenue_previous": ("Выручка прошлого месяца", "revenue last month"),
    "revenue_current": ("Выручка текущего месяца", "revenue this month"),
    "service_type": ("Пользуется сервисом", "Uses the"),
    DAYS: ("с момента регистрации", "Has been registered"),
}
NUMBER: dict[Language, str] = {
    "ru": r"−?\d{1,3}(?:\u00a0\d{3})*(?:,\d)?",
    "en": r"−?\d{1,3}(?:,\d{3})*(?:\.\d)?",
}
RELATIONS = {"<": ("меньше", "а обычно у клиентов", "below"), ">": ("больше", "above")}
USUAL = ("как обычно у клиентов", "as is typical")
COMMON = {
    "ru": r"\(самый частый выбор клиентов(?: — «(.+?)»)?\)",
    "en": r"\((?:“(.+?)” is )?the most common choice\)",
}
NOTHING = re.compile(r"\bнет\b|\bНе встречает\b|\bno\b")


def parse_number(sentence: str, language: Language) -> tuple[float, float, str]:
    """Return the client's number, the typical one and how they are said to compare."""
    plain = (
        found.replace("\u00a0", "").replace(",", "." if language == "ru" else "").replace("−", "-")
        for found in re.findall(NUMBER[language], sentence)
    )
    numbers = [0.0] * bool(NOTHING.search(sentence)) + [float(text) for text in plain]
    said = [sign for sign, words in RELATIONS.items() if any(word in sentence for word in words)]
    said += ["="] * any(words in sentence for words in USUAL)
    (relation,) = said
    assert len(numbers) == (1 if relation == "=" else 2), sentence
    return numbers[0], numbers[-1], relation


def parse_category(sentence: str, language: Language) -> tuple[str, str]:
    """Return the client's category and the most frequent one."""
    own = re.findall("«(.+?)»" if language == "ru" else "“(.+?)”", sentence)[0]
    (common,) = re.findall(COMMON[language], sentence)
    return own, common or own


def parse_flag(sentence: str) -> tuple[bool, bool]:
    """Return the client's consent and what is usual."""
    own = not re.search("^Не |Does not", sentence)
    if any(words in sentence for words in USUAL):
        return own, own
    return own, not re.search("обычно не|not allowed", sentence)


def _check_sentence(row: Any, value: Any, typical: Any, language: Language) -> None:
    sentence = getattr(row, f"sentence_{language}")
    raises = "повышает" in sentence or "raises" in sentence
    assert raises != ("снижает" in sentence or "lowers" in sentence)
    assert raises == (row.contribution > 0) == (row.direction == "raises")
    assert SUBJECTS[row.feature][language == "en"] in sentence, (row.feature, sentence)
    kind = COLUMNS[row.feature].kind
    if kind == "flag":
        assert parse_flag(sentence) == (value, typical), sentence
    elif kind == "category":
        expected = (translate(value, language), translate(typical, language))
        assert parse_category(sentence, language) == expected, sentence
    else:
        _check_numbers(sentence, language, float(value), float(typical), 100 if kind == "share" else 1)


def _check_numbers(sentence: str, language: Language, value: float, typical: float, unit: int) -> None:
    own, usual, relation = parse_number(sentence, language)
    for shown, true in ((own, unit * value), (usual, unit * typical)):
        half = 0.5 if unit == 100 or abs(true) >= 99.95 else 0.05
        assert shown == pytest.approx(true, abs=2 * half if relation == "=" else half + 1e-6), sentence
    assert relation == ("<" if own < usual else ">" if own > usual else "="), sentence
    if abs(value - typical) * unit > 1:
        assert relation == ("<" if value < typical else ">"), sentence


def test_every_sentence_of_every_client_is_true(make_clients: MakeClients, three: Interpretation) -> None:
    generator = np.random.default_rng(0)
    clients = make_clients(61, seed=9)
    spread = {name: generator.lognormal(6, 2, 61).round(1) for name in FEATURES if name.startswith("revenue")}
    clients = clients.assign(**spread, days_registered=generator.integers(0, 3000, 61))
    clients.loc[:3, ["service_errors", "unpaid_items_quarter", "marketing_contacts_current"]] = 0
    clients.loc[4, "popular_category"] = "Товары для детей"
    clients.loc[5, FEATURES] = pd.Series({name: typical_value(clients[name]) for name in FEATURES})
    clients = clients.astype({name: clients[name].dtype for name in FEATURES})
    sizes = generator.choice([-1.0, 1.0], (61, 16)) * generator.uniform(0.1, 1, (61, 16))
    shap_values = pd.DataFrame(sizes, columns=FEATURES).assign(client_id=clients["client_id"])
    reasons = give(clients, shap_values, three.model_copy(update={"reasons": 16}))
    assert len(reasons) == 61 * 16
    own = clients.set_index("client_id")
    typical = {name: typical_value(clients[name]) for name in FEATURES}
    for row in reasons.itertuples():
        value = own.loc[row.client_id, row.feature]
        assert (row.value, row.typical_value) == (str(value), str(typical[row.feature]))
        for language in LANGUAGES:
            _check_sentence(row, value, typical[row.feature], language)


def test_unknown_categories_are_told_as_they_are(clients: pd.DataFrame, three: Interpretation) -> None:
    unseen = clients.assign(popular_category=["Новая", *["Дом"] * 119])
    reasons = give(unseen, table({"popular_category": 0.3}), three)
    assert reasons["value"].tolist() == ["Новая"]
    assert parse_category(reasons["sentence_ru"].iloc[0], "ru") == ("Новая", "Дом")
    assert parse_category(reasons["sentence_en"].iloc[0], "en") == ("Новая", "Дом")


def test_inputs_stay(clients: pd.DataFrame, three: Interpretation) -> None:
    shap_values = table({PAGES: 0.5, DAYS: -0.2})
    errors, by_refit = table({PAGES: 0.1}), refits(shap_values)
    features = clients.head(1).assign(client_id=7)
    given = (shap_values, errors, by_refit, features, clients)
    before = [frame.copy() for frame in given]
    give_reasons(*given, three)
    for frame, copy in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
