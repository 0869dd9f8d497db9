"""The figure of a synthetic store's months."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import Language, Words, label
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import number, percent

_WORDS: dict[str, Words] = {
    "month": {"ru": "Месяц", "en": "Month"},
    "recorded": {"ru": "снизившиеся, по записи магазина", "en": "declined, as recorded"},
    "treated": {"ru": "получили предложение", "en": "got the offer"},
    "control": {"ru": "контрольная группа", "en": "control group"},
    "share": {"ru": "Доля снизившихся", "en": "Share of declined"},
    "shift": {"ru": "Сдвиг среднего, в разбросах", "en": "Shift of the mean, in spreads"},
    "others": {"ru": "остальные признаки", "en": "other features"},
}


@in_both_languages
def demo_months_figure(
    language: Language, months: pd.DataFrame, features: pd.DataFrame, campaigns: pd.DataFrame
) -> Figure:
    """Draw declined clients and shifts of features, month by month, in Russian and in English."""
    figure = new_figure(11, 8, _months_title(language, features, campaigns))
    upper, lower = figure.subplots(2, 1, sharex=True)
    places = {month: place for place, month in enumerate(months["month"], start=1)}
    _draw_shares(upper, language, months, campaigns, places)
    _draw_shifts(lower, language, features, places)
    lower.set_xticks(list(places.values()), list(places), rotation=30 if len(places) > 6 else 0)
    lower.set_xlabel(_WORDS["month"][language])
    return figure


def _months_title(language: Language, features: pd.DataFrame, campaigns: pd.DataFrame) -> str:
    last = features[features["month"] == features["month"].iloc[-1]]
    most = last.loc[last["shift"].abs().idxmax()]
    moved = number(most["shift"], 1, language)
    title = {
        "ru": f"Сильнее всего сдвинулось: «{label(most['feature'], language)}», {moved} разброса",
        "en": f"What moved most: {label(most['feature'], language)}, {moved} spreads",
    }[language]
    lift = best_month(campaigns)
    if lift is None:
        return title
    treated, control = (percent(lift[arm], 0, language) for arm in ("treated", "control"))
    return (
        title
        + {
            "ru": f"; предложение: снизились {treated}, в контрольной группе {control} ({lift['month']})",
            "en": f"; the offer: {treated} declined against {control} of the control group ({lift['month']})",
        }[language]
    )


def best_month(campaigns: pd.DataFrame) -> pd.Series | None:
    """Return the recorded shares of both arms in the month in which they differ most, if there is one."""
    arms = campaigns.pivot_table(index=["offer", "month"], columns="arm", values="recorded_share", sort=False)
    if not {"treated", "control"} <= set(arms.columns):
        return None
    shares = arms.reset_index()
    return shares.loc[(shares["control"] - shares["treated"]).idxmax()]


def _draw_shares(
    axes: Axes, language: Language, months: pd.DataFrame, campaigns: pd.DataFrame, places: dict[str, int]
) -> None:
    axes.plot(
        list(places.values()),
        months["recorded_share"],
        color=DECLINED,
        marker="o",
        label=_WORDS["recorded"][language],
    )
    styles = {"treated": (ACCENT, "-"), "control": (NEUTRAL, "--")}
    for (offer, arm), rows in campaigns.groupby(["offer", "arm"]):
        colour, line = styles[arm]
        at = rows["month"].map(places)
        name = f"{offer}: {_WORDS[arm][language]}"
        axes.plot(at, rows["recorded_share"], color=colour, linestyle=line, marker="s", label=name)
        axes.axvline(at.iloc[0], color=colour, linewidth=0.8, linestyle=":")
    axes.set_ylabel(_WORDS["share"][language])
    axes.set_ylim(bottom=0)
    percent_ticks(axes.yaxis, language)
    axes.legend(loc="lower left")


def _draw_shifts(axes: Axes, language: Language, features: pd.DataFrame, places: dict[str, int]) -> None:
    drifted = set(features.loc[features["drift"] != 0, "feature"])
    for feature, rows in features.groupby("feature", sort=False):
        at = rows["month"].map(places)
        if feature not in drifted:
            axes.plot(at, rows["shift"], color=NEUTRAL, linewidth=0.8, alpha=0.6)
            continue
        axes.plot(at, rows["shift"], marker="o", color=KEPT, label=label(str(feature), language))
    axes.plot([], [], color=NEUTRAL, linewidth=0.8, label=_WORDS["others"][language])
    axes.set_ylabel(_WORDS["shift"][language])
    number_ticks(axes.yaxis, 1, language)
    axes.legend(loc="upper left")
