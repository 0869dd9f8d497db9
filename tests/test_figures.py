"""What holds for every figure: both languages, nothing beyond the canvas, and marks that equal the tables."""

import itertools
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Node
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.marks import DATA, colours_of_legends, overlapping_bars, read_marks

from one_click.columns import BASE_FEATURES, COLUMNS, GROUP_LABELS, LANGUAGES, TARGET, label, model_label
from one_click.pipeline_registry import register_pipelines
from one_click.presentation.drawing import ACCENT, DECLINED, KEPT, NEUTRAL, PALETTE
from one_click.schemas.records import PlanSummary

CLASSES = {"declined": DECLINED, "kept": KEPT}
CLASS_NAMES = {
    **dict.fromkeys(("снизили активность", "снизившиеся", "declined"), DECLINED),
    **dict.fromkeys(("сохранили уровень", "прежний уровень", "kept buying", "kept their level"), KEPT),
}
BLACK = "#000000"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
KEY = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
FILES = re.compile(r"\bmarket_(?:file|money|time)\b")  # people know them by these names
MARGIN = 0.08  # inch, less than a letter

Place = str | float | None
Words = Callable[[str, str], str]


@dataclass(frozen=True)
class Number:
    """A number that a figure shows.

    Attributes
    ----------
    value : float
    place : str or float, optional
        The label of the tick there (or a part of it), or the number on the other axis.
    colour : str, optional
    required : bool
        Whether it must be there; else it may.
    """

    value: float
    place: Place = None
    colour: str | None = None
    required: bool = True


Numbers = Iterable[Number]
Shows = Callable[..., Numbers]


def numbers(
    table: pd.DataFrame, value: str, place: str | None = None, colour: str | None = None, **others: Any
) -> Iterator[Number]:
    """Yield the numbers of a column; `place` is a column, too."""
    places = table[place] if place else [None] * len(table)
    for one, there in zip(table[value], places, strict=True):
        if pd.notna(one):
            yield Number(float(one), there, colour, **others)


def intervals(table: pd.DataFrame, place: str, low: str = "low", high: str = "high") -> Iterator[Number]:
    for column in (low, high):
        yield from numbers(table, column, place)


def placed(table: pd.DataFrame, words: Callable[[str, Any], str], column: str, language: str) -> pd.DataFrame:
    """Add the words of a column's values as ``place``."""
    return table.assign(place=[words(name, language) for name in table[column]])


def coloured(table: pd.DataFrame, colours: Any, value: str, place: str = "place") -> Iterator[Number]:
    for colour, rows in table.groupby(np.asarray(colours, "object")):
        yield from numbers(rows, value, place, colour)


# --- what each figure shows ---------------------------------------------------------------------------


def class_portrait(language: str, class_portrait: pd.DataFrame) -> Numbers:
    table = placed(class_portrait, label, "feature", language)
    looks = table["direction"].map({"higher": DECLINED, "lower": KEPT, "none": NEUTRAL})
    unsigned = (table["kind"] == "category") & (table["direction"] != "none")
    yield from coloured(table, looks.mask(unsigned, ACCENT), "effect")
    yield from intervals(table, "place")


def distributions(
    language: str, distributions: pd.DataFrame, category_shares: pd.DataFrame, **_: Any
) -> Numbers:
    bins = distributions.assign(middle=(distributions["left"] + distributions["right"]) / 2)
    yield from coloured(bins, bins["class"].map(CLASSES), "share", "middle")
    for name, rows in category_shares.groupby("class"):
        yield from numbers(rows, "share", colour=CLASSES[str(name)])


def pairs(
    language: str,
    sampled_clients: pd.DataFrame,
    distributions: pd.DataFrame,
    class_portrait: pd.DataFrame,
    **_: Any,
) -> Numbers:
    is_number = ~class_portrait["kind"].isin(["category", "flag"]) & (class_portrait["direction"] != "none")
    names = [name for name in class_portrait.loc[is_number, "feature"] if name in BASE_FEATURES][:4]
    bins = distributions[distributions["feature"].isin(names)]
    bins = bins.assign(middle=(bins["left"] + bins["right"]) / 2)
    yield from coloured(bins, bins["class"].map(CLASSES), "share", "middle")
    colours = sampled_clients[TARGET].map({1: DECLINED, 0: KEPT})
    for across, down in itertools.combinations(names, 2):
        yield from coloured(sampled_clients, colours, down, across)


def correlations(language: str, correlations: pd.DataFrame) -> Numbers:
    yield from numbers(placed(correlations, label, "left", language), "phik", "place", required=False)


def feature_groups(language: str, feature_groups: pd.DataFrame) -> Numbers:
    table = feature_groups.assign(place=[GROUP_LABELS[name][language] for name in feature_groups["group"]])
    yield from numbers(table, "roc_auc", "place", KEPT)
    yield from intervals(table, "place")


def interactions(language: str, interactions: pd.DataFrame) -> Numbers:
    yield from numbers(interactions, "share")


def clusters(language: str, cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame) -> Numbers:
    yield from numbers(cluster_stability, "stability", "clusters", KEPT)
    yield from numbers(cluster_stability, "null_stability", "clusters", NEUTRAL)
    yield from intervals(cluster_stability, "clusters")
    table = placed(cluster_profiles, label, "feature", language)
    yield from numbers(table, "effect", "place", required=False)
    strongest = table.loc[table["effect"].abs().idxmax()]
    yield Number(strongest["effect"], strongest["place"])


def client_map(language: str, client_map: pd.DataFrame, client_clusters: pd.DataFrame, **_: Any) -> Numbers:
    table = client_map.merge(client_clusters)
    yield from coloured(table, table[TARGET].map({1: DECLINED, 0: KEPT}), "y", "x")
    others = PALETTE[2:]
    colours = [others[(int(cluster) - 1) % len(others)] for cluster in table["cluster"]]
    yield from coloured(table, colours, "y", "x")


def contact_pressure(language: str, contact_pressure: pd.DataFrame) -> Numbers:
    table = contact_pressure.assign(place=np.arange(len(contact_pressure), dtype="float64"))
    yield from numbers(table, "share", "place", DECLINED)
    yield from numbers(table, "standardised_share", "place", NEUTRAL)
    yield from intervals(table, "place")


def leaderboard(language: str, leaderboard: pd.DataFrame) -> Numbers:
    compared = leaderboard[leaderboard["model"] != "dummy"].dropna(subset="roc_auc")
    table = placed(compared, model_label, "model", language)
    kinds = np.where(table["kind"] == "family", KEPT, NEUTRAL)
    yield from coloured(table, np.where(table["champion"], DECLINED, kinds), "roc_auc")
    yield from intervals(table, "place", "roc_auc_low", "roc_auc_high")


def gains(language: str, gains: pd.DataFrame) -> Numbers:
    yield from numbers(gains, "share_found", "depth", KEPT)
    yield from numbers(gains, "perfect", "depth", ACCENT)
    yield from intervals(gains, "depth")


def profit(language: str, gains: pd.DataFrame) -> Numbers:
    yield from numbers(gains, "profit_found_by_value", "depth", DECLINED)
    yield from numbers(gains, "profit_found", "depth", KEPT)
    for interval in ("by_value", "profit"):
        yield from intervals(gains, "depth", f"{interval}_low", f"{interval}_high")


def reliability(language: str, reliability: pd.DataFrame) -> Numbers:
    yield from numbers(reliability, "observed", "probability", KEPT)
    yield from intervals(reliability, "probability")


def thresholds(language: str, thresholds: pd.DataFrame, leaderboard: pd.DataFrame) -> Numbers:
    champion = leaderboard.loc[leaderboard["champion"], "model"].iloc[0]
    curve = thresholds[thresholds["model"] == champion]
    for column in ("f1_declined", "campaign_profit"):
        yield from numbers(curve, column, "threshold", KEPT)


def search(language: str, search_trace: pd.DataFrame) -> Numbers:
    table = search_trace.assign(number=search_trace["trial"] + 1.0)
    families = list(dict.fromkeys(table["model"]))
    for column in ("roc_auc", "best_so_far"):
        yield from coloured(
            table, [PALETTE[families.index(name)] for name in table["model"]], column, "number"
        )


def permutation_importance(language: str, permutation_importance: pd.DataFrame) -> Numbers:
    table = permutation_importance[permutation_importance["metric"] == "roc_auc"]
    names = [
        GROUP_LABELS[row["feature"]][language]
        if row["kind"] == "group"
        else " ".join(label(name, language) for name in row["members"].split(", "))
        for row in table.to_dict("records")
    ]
    table = table.assign(place=names)
    kinds = {"feature": KEPT, "collinear": DECLINED, "group": ACCENT}
    yield from coloured(table, table["kind"].map(kinds), "importance")
    yield from intervals(table, "place")


def shap_importance(language: str, shap_importance: pd.DataFrame) -> Numbers:
    table = placed(shap_importance, label, "feature", language)
    direction = table["direction"]
    colours = np.select([direction > 0.3, direction < -0.3], [DECLINED, KEPT], NEUTRAL)
    yield from coloured(table, colours, "mean_absolute")
    yield from intervals(table, "place")


def beeswarm(language: str, shap_values: pd.DataFrame, shap_importance: pd.DataFrame, **_: Any) -> Numbers:
    for name in shap_importance["feature"].head(9):
        for value in shap_values[name].unique():
            yield Number(value, label(name, language), required=False)


def waterfall(language: str, shap_values: pd.DataFrame, client_scores: pd.DataFrame, **_: Any) -> Numbers:
    by_risk = client_scores.sort_values(["probability", "client_id"], ascending=[False, True])
    riskiest = shap_values.set_index("client_id").loc[by_risk["client_id"].iloc[0]]
    steps = riskiest[list(BASE_FEATURES)].astype("float64")
    order = steps.abs().sort_values(ascending=False, kind="stable").index[:8]
    total = riskiest["base_value"]
    for name in order:
        total += steps[name]
        yield Number(total, label(name, language), DECLINED if steps[name] > 0 else KEPT)
    yield Number(riskiest["base_value"] + steps.sum())


def importance_agreement(language: str, importance_agreement: pd.DataFrame) -> Numbers:
    table = importance_agreement[importance_agreement["kind"] == "feature"]
    table = placed(table, label, "feature", language)
    yield from numbers(table, "shap_rank", "place", KEPT)
    yield from numbers(table, "permutation_rank", "place", ACCENT)


def effect_curves(language: str, effect_curves: pd.DataFrame, **_: Any) -> Numbers:
    shown = effect_curves[effect_curves["rank"] <= effect_curves["rank"].drop_duplicates().nsmallest(6).max()]
    amounts, levels = shown[shown["kind"] != "category"], shown[shown["kind"] == "category"]
    yield from numbers(amounts, "probability", "value", KEPT)
    for column in ("probability", "low", "high"):
        yield from numbers(levels, column, colour=KEPT, required=False)


def odds_ratios(language: str, odds_ratios: pd.DataFrame) -> Numbers:
    table = placed(odds_ratios, label, "feature", language)
    yield from coloured(table, np.where(table["odds_ratio"] > 1, DECLINED, KEPT), "odds_ratio")
    yield from intervals(table, "place", "odds_low", "odds_high")


def tree_rules(language: str, tree_rules: pd.DataFrame) -> Numbers:
    for _, rules in tree_rules[tree_rules["clients"] > 0].groupby("model"):
        overall = rules["declined"].sum() / rules["clients"].sum()
        for row in rules.itertuples():
            colour = DECLINED if row.declined_share > overall else KEPT
            yield Number(row.declined_share, colour=colour, required=len(rules) <= 12)


def segments(
    language: str, decision_table: pd.DataFrame, segments: pd.DataFrame, options: Any, **_: Any
) -> Numbers:
    table = decision_table.merge(segments, on="client_id")
    codes = [segment.code for segment in options.segments]
    colours = [PALETTE[codes.index(code) % len(PALETTE)] for code in table["segment"]]
    yield from coloured(table, colours, "monthly_profit", "probability")


def segment_profit(language: str, segment_profiles: pd.DataFrame, **_: Any) -> Numbers:
    kinds = [segment_profiles["key"], segment_profiles["at_risk"]]
    colours = np.select(kinds, [DECLINED, PALETTE[4]], NEUTRAL)
    yield from coloured(segment_profiles, colours, "profit_at_risk", f"title_{language}")


def budget_curve(language: str, budget_curve: pd.DataFrame, plan_summary: PlanSummary) -> Numbers:
    yield from numbers(budget_curve, "kept", "budget", KEPT)
    yield Number(plan_summary.kept, plan_summary.cost, DECLINED)


def plan_comparison(language: str, plan_comparison: pd.DataFrame) -> Numbers:
    is_plan = plan_comparison["way"] == "plan"
    for column in ("kept", "low", "high"):
        yield from numbers(plan_comparison[~is_plan], column, colour=NEUTRAL if column == "kept" else None)
    yield from numbers(plan_comparison[is_plan], "kept", colour=ACCENT)


def data_quality(language: str, data_quality: pd.DataFrame) -> Numbers:
    for subject, colour in (("repair", KEPT), ("rejection", DECLINED)):
        yield from numbers(data_quality[data_quality["subject"] == subject], "count", "table", colour)


def nested_summary(language: str, nested_summary: pd.DataFrame) -> Numbers:
    areas = nested_summary[(nested_summary["metric"] == "roc_auc") & (nested_summary["model"] != "dummy")]
    table = placed(areas, model_label, "model", language)
    is_rule = table["model"].isin(["best", "one_standard_error"])
    yield from coloured(table, np.where(is_rule, DECLINED, KEPT), "value")
    yield from intervals(table, "place")


def feature_gains(language: str, feature_gains: pd.DataFrame) -> Numbers:
    yield from numbers(placed(feature_gains, label, "feature", language), "gain", "place")


def split_luck(language: str, split_luck: pd.DataFrame) -> Numbers:
    for (_, rows), colour in zip(split_luck.groupby("model", sort=False), (DECLINED, NEUTRAL), strict=True):
        yield from (Number(area, colour=colour) for area in rows["roc_auc"])


def demo_marginals(language: str, marginals: pd.DataFrame) -> Numbers:
    table = placed(marginals, label, "feature", language)
    colours = table["clients"].map(CLASSES | {"all": NEUTRAL})
    yield from coloured(table, colours, "distance")
    yield from numbers(table, "chance", "place", BLACK)


def demo_correlations(language: str, correlations: pd.DataFrame) -> Numbers:
    with_target = correlations["second"] == TARGET
    yield from coloured(correlations, np.where(with_target, DECLINED, KEPT), "store", "extract")


def demo_months(
    language: str, months: pd.DataFrame, features: pd.DataFrame, campaigns: pd.DataFrame
) -> Numbers:
    yield from numbers(months, "recorded_share", "month", DECLINED)
    yield from coloured(
        campaigns, campaigns["arm"].map({"treated": ACCENT, "control": NEUTRAL}), "recorded_share", "month"
    )
    drifts = features.groupby("feature")["drift"].transform(lambda drift: (drift != 0).any())
    yield from coloured(features, np.where(drifts, KEPT, NEUTRAL), "shift", "month")


SHOWS: dict[str, Shows] = {
    f"{shows.__name__}_figure": shows
    for shows in (
        *(
            class_portrait,
            distributions,
            pairs,
            correlations,
            feature_groups,
            interactions,
            clusters,
            client_map,
        ),
        *(contact_pressure, leaderboard, gains, profit, reliability, thresholds, search, shap_importance),
        *(permutation_importance, beeswarm, waterfall, importance_agreement, effect_curves, odds_ratios),
        *(tree_rules, segments, segment_profit, budget_curve, plan_comparison, data_quality, nested_summary),
        *(feature_gains, split_luck, demo_marginals, demo_correlations, demo_months),
    )
}

# --- tables -------------------------------------------------------------------------------------------


def _product(**columns: list[Any]) -> pd.DataFrame:
    return pd.MultiIndex.from_product(columns.values(), names=list(columns)).to_frame(index=False)


_FEATURES = ["pages_per_visit", "service_errors"]
_MODELS = ["svc", "decision_tree"]
# Of pipelines beside the chain: by argument, since each has tables of its own.
BESIDE_THE_CHAIN: dict[str, dict[str, pd.DataFrame]] = {
    "nested_summary_figure": {
        "nested_summary": pd.DataFrame(
            {"model": ["svc", "best", "dummy"], "value": [0.91, 0.905, 0.5], "metric": "roc_auc"}
        ).assign(low=[0.9, 0.89, 0.5], high=[0.92, 0.93, 0.5])
    },
    "feature_gains_figure": {
        "feature_gains": _product(feature=["revenue_trend", "minutes_trend"], model=_MODELS).assign(
            gain=[0.02, 0.01, 0.0, -0.01], pays=[True, True, False, False]
        )
    },
    "split_luck_figure": {
        "split_luck": _product(model=["svc", "reference"], split=[0, 1, 2]).assign(
            roc_auc=[0.93, 0.87, 0.9, 0.99, 0.5, 0.7]
        )
    },
    "demo_marginals_figure": {
        "marginals": _product(feature=_FEATURES, clients=["all", "declined", "kept"]).assign(
            distance=[0.05, 0.2, 0.01, 0.02, 0.03, 0.3], chance=[0.1, 0.11, 0.12, 0.13, 0.14, 0.15]
        )
    },
    "demo_correlations_figure": {
        "correlations": pd.DataFrame(
            {"first": _FEATURES[:1] * 2, "second": [_FEATURES[1], TARGET], "extract": [0.1, -0.4]}
        ).assign(store=[-0.2, -0.5], difference=[-0.3, -0.1])
    },
    "demo_months_figure": {
        "months": pd.DataFrame({"month": ["2025-01", "2025-02"], "recorded_share": [0.4, 0.3]}),
        "features": _product(month=["2025-01", "2025-02"], feature=_FEATURES).assign(
            shift=[0.0, 0.1, -0.7, 0.2], drift=[0.0, 0.0, 0.0, 0.2]
        ),
        "campaigns": _product(
            offer=["coupon"], arm=["control", "treated"], month=["2025-01", "2025-02"]
        ).assign(recorded_share=[0.45, 0.5, 0.35, 0.25]),
    },
}


@pytest.fixture(scope="module")
def figure_nodes(root: Path) -> dict[str, Node]:
    """Return every node that draws, by the name of its function."""
    bootstrap_project(root)
    nodes = [node for one in register_pipelines().values() for node in one.nodes]
    drawing = [node for node in nodes if any(name.endswith("_figure_ru") for name in node.outputs)]
    return {node.func.__name__: node for node in drawing}


@dataclass(frozen=True)
class Drawn:
    """A figure in both languages, rendered."""

    tables: dict[str, Any]
    before: dict[str, Any]
    figures: dict[str, Figure]
    warned: list[str]
    shows: Shows

    def texts(self, language: str) -> list[str]:
        """Return all texts of the figure that are not empty."""
        found = self.figures[language].findobj(Text)
        return [text.get_text() for text in found if text.get_text().strip()]

    @cached_property
    def expected(self) -> dict[str, list[Number]]:
        """Return the numbers that the figure has to show, by language."""
        return {language: list(self.shows(language, **self.tables)) for language in LANGUAGES}

    @cached_property
    def marks(self) -> dict[str, "Marks"]:
        """Return the marks of the figure, by language."""
        return {language: Marks(figure) for language, figure in self.figures.items()}


def draw(function: Callable[..., tuple[Figure, Figure]], tables: dict[str, Any]) -> Drawn:
    before = {name: value.copy() for name, value in tables.items() if isinstance(value, pd.DataFrame)}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        figures = dict(zip(LANGUAGES, function(**tables), strict=True))
        for figure in figures.values():
            figure.set_dpi(50)
            FigureCanvasAgg(figure).draw()
    return Drawn(tables, before, figures, [str(one.message) for one in warned], SHOWS[function.__name__])


@pytest.fixture(scope="module")
def load(finished_project: Path) -> Iterator[Callable[[str], Any]]:
    """Return a function that loads a data set of the finished run, or makes again what is not stored."""
    makers = {
        name: node for one in register_pipelines().values() for node in one.nodes for name in node.outputs
    }
    with KedroSession.create(finished_project, env="test") as session:
        catalog = session.load_context().catalog

        @cache
        def load_or_make(name: str) -> Any:
            if name.startswith("params:") or name in catalog:
                return catalog.load(name)
            node = makers[name]
            return node.run({read: load_or_make(read) for read in node.inputs})[name]

        yield load_or_make


@pytest.fixture(scope="module", params=sorted(SHOWS))
def drawn(request: pytest.FixtureRequest, figure_nodes: dict[str, Node]) -> Drawn:
    """Return each figure of the project in turn."""
    node = figure_nodes[request.param]
    tables: dict[str, Any] | None = BESIDE_THE_CHAIN.get(request.param)
    if tables is None:
        load = request.getfixturevalue("load")
        tables = {argument: load(name) for argument, name in node._inputs.items()}
    return draw(node.func, tables)


class Marks:
    """The marks of a figure, to be looked up by their numbers."""

    def __init__(self, figure: Figure) -> None:
        self.table = read_marks(figure)
        self._numbers = [self.table[axis].to_numpy() for axis in ("x", "y")]
        self._orders = [np.argsort(one, kind="stable") for one in self._numbers]
        self._sorted = [one[order] for one, order in zip(self._numbers, self._orders, strict=True)]
        self._texts = [self.table[f"{axis}_text"].to_numpy() for axis in ("x", "y")]
        self._colours = self.table["colour"].to_numpy()

        self._known: dict[Number, list[int]] = {}

    def of(self, number: Number) -> list[int]:
        """Return the positions of the marks that show a number."""
        if number not in self._known:
            self._known[number] = self._find(number)
        return self._known[number]

    def _find(self, number: Number) -> list[int]:
        return [
            mark
            for axis in (0, 1)
            for mark in self._at(axis, number.value)
            if self._is_there(1 - axis, mark, number.place)
            and (number.colour is None or self._colours[mark] == number.colour)
        ]

    def _at(self, axis: int, value: float) -> list[int]:
        room = _tolerance(value)
        first, last = np.searchsorted(self._sorted[axis], [value - room, value + room])
        return [int(mark) for mark in self._orders[axis][first:last]]

    def _is_there(self, axis: int, mark: int, place: Place) -> bool:
        if isinstance(place, str):
            return " ".join(place.split()) in self._texts[axis][mark]
        return place is None or bool(abs(self._numbers[axis][mark] - place) <= _tolerance(place))

    def missing(self, expected: Iterable[Number]) -> list[Number]:
        """Return the numbers that no mark shows."""
        return [one for one in expected if one.required and not self.of(one)]

    def unexpected(self, expected: Iterable[Number]) -> pd.DataFrame:
        """Return the marks that show none of the numbers, of kinds of which some do."""
        known = self.table.index.isin([mark for one in expected for mark in self.of(one)])
        kinds = set(self.table.loc[known, "kind"]) & set(DATA)
        return self.table[~known & self.table["kind"].isin(kinds)]


def _tolerance(value: float) -> float:
    return 1e-7 * (1 + abs(value))


def test_what_every_figure_shows_is_known(figure_nodes: dict[str, Node]) -> None:
    assert set(figure_nodes) == set(SHOWS)


def test_numbers_in_the_colour_of_the_other_class_are_not_found(figure_nodes: dict[str, Node]) -> None:
    name = "demo_marginals_figure"
    drawn = draw(figure_nodes[name].func, BESIDE_THE_CHAIN[name])
    swapped = {DECLINED: KEPT, KEPT: DECLINED}
    of_classes = [one for one in drawn.expected["en"] if one.colour in swapped]
    marks = drawn.marks["en"]
    assert marks.missing(of_classes) == []
    others = [replace(one, colour=swapped[str(one.colour)]) for one in of_classes]
    assert marks.missing(others) == others
    assert len(marks.unexpected(others + [one for one in drawn.expected["en"] if one.colour == NEUTRAL])) == 4


class TestEveryFigure:
    """The contract that each figure keeps."""

    def test_is_drawn_without_a_warning(self, drawn: Drawn) -> None:
        assert drawn.warned == []

    def test_leaves_its_tables_as_they_were(self, drawn: Drawn) -> None:
        for name, table in drawn.before.items():
            pd.testing.assert_frame_equal(drawn.tables[name], table)

    def test_has_a_finding_as_title_in_both_languages(self, drawn: Drawn) -> None:
        russian, english = (drawn.figures[language].get_suptitle() for language in LANGUAGES)
        assert CYRILLIC.search(russian)
        assert english
        assert english != russian

    def test_english_has_no_cyrillic(self, drawn: Drawn) -> None:
        assert [text for text in drawn.texts("en") if CYRILLIC.search(text)] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_words_are_no_keys(self, drawn: Drawn, language: str) -> None:
        texts = [FILES.sub("", text) for text in drawn.texts(language)]
        assert [text for text in texts if KEY.search(text) or text in COLUMNS] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_nothing_leaves_the_canvas(self, drawn: Drawn, language: str) -> None:
        figure = drawn.figures[language]
        box = figure.get_tightbbox()
        assert min(box.x0, box.y0) > -MARGIN
        assert box.x1 < figure.get_figwidth() + MARGIN
        assert box.y1 < figure.get_figheight() + MARGIN

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_shows_every_number_of_its_tables(self, drawn: Drawn, language: str) -> None:
        assert drawn.expected[language]
        assert drawn.marks[language].missing(drawn.expected[language]) == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_shows_no_other_number(self, drawn: Drawn, language: str) -> None:
        others = drawn.marks[language].unexpected(drawn.expected[language])
        assert others.to_dict("records") == []

    def test_no_bar_hides_another(self, drawn: Drawn) -> None:
        assert overlapping_bars(drawn.figures["en"]) == 0

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_legend_gives_each_class_its_colour(self, drawn: Drawn, language: str) -> None:
        named = colours_of_legends(drawn.figures[language])
        assert {name: named[name] for name in named if name in CLASS_NAMES}.items() <= CLASS_NAMES.items()
