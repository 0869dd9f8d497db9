"""Figures of what can be read off the models themselves, drawn from tables."""

import textwrap
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from one_click.columns import Language, label, model_label
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    percent_ticks,
)
from one_click.presentation.wording import clients, number, percent, plural

from ..texts.odds_ratios import move_text, odds_text

_RULES_SHOWN = 12  # of a larger tree, half of them at the highest and half at the lowest risk
_RULE_CHARACTERS = 98  # in a line of a rule
_NO_BREAK = "\u00a0"


def tree_rules_figure(tree_rules: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the rules of each tree with their shares of declined clients, in Russian and in English."""
    return _draw_rules(tree_rules[tree_rules["clients"] > 0])


def _nothing_to_draw(title: str, text: str) -> Figure:
    figure = new_figure(8, 1.6, title)
    figure.text(0.01, 0.5, text, ha="left", va="center", color=NEUTRAL)
    return figure


# Odds ratios ----------------------------------------------------------------------------------------


@in_both_languages
def odds_ratios_figure(language: Language, odds_ratios: pd.DataFrame) -> Figure:
    """Draw the odds ratio of each feature with its quantiles over the clients, in Russian and in English."""
    if odds_ratios.empty:
        return _nothing_to_draw(*_NO_ODDS[language])
    models = list(odds_ratios["model"].unique())
    counts = [int((odds_ratios["model"] == name).sum()) for name in models]
    height = 1.9 + 0.5 * sum(counts) + 0.6 * (len(models) - 1)
    figure = new_figure(9, height, _finding_of_odds(odds_ratios, language))
    panels = figure.subplots(len(models), 1, squeeze=False, sharex=True, height_ratios=counts)[:, 0]
    for name, axes in zip(models, panels, strict=True):
        _draw_odds_of(axes, odds_ratios[odds_ratios["model"] == name].iloc[::-1], language)
        axes.set_title(model_label(name, language), loc="left")
    _draw_odds_axis(panels[-1], odds_ratios, language)
    return figure


_NO_ODDS: dict[Language, tuple[str, str]] = {
    "ru": (
        "Отношений шансов нет",
        "Ни одна из моделей не связывает шансы с признаками через коэффициенты.",
    ),
    "en": ("There are no odds ratios", "None of the models ties the odds to features by coefficients."),
}


def _finding_of_odds(odds_ratios: pd.DataFrame, language: Language) -> str:
    strongest = odds_ratios.iloc[np.log(odds_ratios["odds_ratio"]).abs().argmax()]
    model, feature = model_label(strongest["model"], language), label(strongest["feature"], language)
    move, change = _move(strongest, language), odds_text(strongest["odds_ratio"], language)
    if language == "ru":
        return f"{model}: шансы снижения сильнее всего меняет признак «{feature}»: {move}, шансы {change}"
    return f"{model}: the odds of decline change most with “{feature}”: {move}, odds {change}"


def _move(row: pd.Series, language: Language) -> str:
    return " → ".join(_unbroken(value) for value in move_text(row, language).split(" → "))


def _unbroken(text: str) -> str:
    return text.replace(" ", _NO_BREAK)


def _draw_odds_of(axes: Axes, rows: pd.DataFrame, language: Language) -> None:
    heights = range(len(rows))
    colours = [DECLINED if ratio > 1 else KEPT for ratio in rows["odds_ratio"]]
    axes.hlines(heights, rows["odds_low"], rows["odds_high"], colors=colours, linewidth=4, alpha=0.4)
    axes.scatter(rows["odds_ratio"], heights, color=colours, s=45, zorder=3)
    axes.axvline(1, color=NEUTRAL, linewidth=1)
    names = [f"{label(row['feature'], language)}\n{_move(row, language)}" for _, row in rows.iterrows()]
    axes.set_yticks(list(heights), names)
    axes.set_ylim(-0.6, len(rows) - 0.4)


def _draw_odds_axis(axes: Axes, odds_ratios: pd.DataFrame, language: Language) -> None:
    ends = odds_ratios[["odds_ratio", "odds_low", "odds_high"]]
    axes.set_xscale("log")
    # From a half to the double at least: of a narrower logarithmic axis no tick would be left.
    axes.set_xlim(min(0.5, ends.min(axis=None)) / 1.1, max(2, ends.max(axis=None)) * 1.1)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(partial(_odds_tick, language)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(
        "Во сколько раз меняются шансы снижения активности\n"
        "(точка — типичный клиент, полоса — 80 % клиентов с их другими признаками)"
        if language == "ru"
        else "Factor by which the odds of decline change\n"
        "(point: a typical client, band: 80% of clients with their own other features)"
    )


def _odds_tick(language: Language, value: float, _position: int) -> str:
    return f"×{number(value, max(0, int(np.ceil(-np.log10(value) - 1e-9))), language)}"


# Rules of a tree ------------------------------------------------------------------------------------


@in_both_languages
def _draw_rules(language: Language, tree_rules: pd.DataFrame) -> Figure:
    if tree_rules.empty:
        return _nothing_to_draw(*_NO_RULES[language])
    trees = {str(name): rules for name, rules in tree_rules.groupby("model", sort=False)}
    listed = {name: _listed(rules, language) for name, rules in trees.items()}
    lines = [int(rows["lines"].sum()) for rows in listed.values()]
    figure = new_figure(11, 1.7 + 0.145 * sum(lines) + 0.5 * len(trees), _finding_of_rules(trees, language))
    grid = {"width_ratios": (1.7, 1), "height_ratios": lines}
    panels = figure.subplots(len(trees), 2, squeeze=False, gridspec_kw=grid)
    for (name, rows), (left, right) in zip(listed.items(), panels, strict=True):
        _draw_texts(left, rows, model_label(name, language))
        _draw_shares(right, rows, trees[name], language)
    panels[-1, 1].set_xlabel(
        "Доля снизивших активность\n(клиенты, на которых обучено дерево)"
        if language == "ru"
        else "Share of declined clients\n(clients that the tree was fitted on)"
    )
    return figure


_NO_RULES: dict[Language, tuple[str, str]] = {
    "ru": ("Правил дерева нет", "Среди моделей нет дерева, правила которого можно прочитать."),
    "en": ("There are no rules of a tree", "None of the models is a tree whose rules could be read."),
}


def _finding_of_rules(trees: dict[str, pd.DataFrame], language: Language) -> str:
    name, rules = next(iter(trees.items()))
    model = model_label(name, language)
    if len(rules) == 1:
        return {"ru": f"{model}: клиенты не разделены", "en": f"{model}: clients are not parted"}[language]
    (first, first_share), (last, last_share) = (
        (clients(int(row["clients"]), language), percent(row["declined_share"], 0, language))
        for _, row in rules.iloc[[0, -1]].iterrows()
    )
    if language == "ru":
        return (
            f"{model}: самое рискованное правило — {first}, активность снизилась у {first_share}; "
            f"самое спокойное — {last}, у {last_share}"
        )
    return (
        f"{model}: the riskiest rule holds {first}, {first_share} declined; the calmest {last}, {last_share}"
    )


def _listed(rules: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the rules to show from top to bottom, with their wrapped text and vertical position."""
    rows = rules.assign(text=[_wrapped(text) for text in rules[f"rule_{language}"]])
    left_out = len(rows) - _RULES_SHOWN
    if left_out > 0:
        gap = pd.DataFrame({"text": [_left_out(left_out, language)]})
        half = _RULES_SHOWN // 2
        rows = pd.concat([rows.head(half), gap, rows.tail(half)], ignore_index=True)
    rows = rows.assign(lines=rows["text"].str.count("\n") + 2)
    return rows.assign(place=rows["lines"].cumsum() - rows["lines"] / 2)


def _wrapped(rule: str) -> str:
    """Break a rule into lines between its conditions; only one that fills a line is itself broken."""
    widest = _RULE_CHARACTERS - len(";")
    conditions = [_unbroken(one) if len(one) <= widest else one for one in rule.split("; ")]
    return textwrap.fill("; ".join(conditions), _RULE_CHARACTERS)


def _left_out(count: int, language: Language) -> str:
    if language == "ru":
        return f"… ещё {count} {plural(count, language, 'правило', 'правила', 'правил')} …"
    return f"… {count} more {plural(count, language, 'rule', 'rules')} …"


def _draw_texts(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    axes.set_ylim(rows["lines"].sum(), 0)
    for _, row in rows.iterrows():
        axes.text(0, row["place"], row["text"], va="center", fontsize=8, linespacing=1.15)


def _draw_shares(axes: Axes, rows: pd.DataFrame, rules: pd.DataFrame, language: Language) -> None:
    overall = rules["declined"].sum() / rules["clients"].sum()
    bars = rows.dropna(subset="declined_share")
    thickness = 0.3 + 1.4 * bars["clients"] / bars["clients"].max()
    colours = [DECLINED if share > overall else KEPT for share in bars["declined_share"]]
    axes.barh(bars["place"], bars["declined_share"], thickness, color=colours)
    for _, row in bars.iterrows():
        axes.text(1.03, row["place"], clients(int(row["clients"]), language), va="center", fontsize=8)
    axes.axvline(overall, color=NEUTRAL, linestyle=":")
    share = percent(overall, 0, language)
    dotted = {"ru": f"Пунктир: все клиенты, {share}", "en": f"Dotted: all clients, {share}"}
    axes.set_title(dotted[language], loc="left")
    axes.set_ylim(rows["lines"].sum(), 0)
    axes.set_xlim(0, 1)
    axes.set_yticks([])
    percent_ticks(axes.xaxis, language)
