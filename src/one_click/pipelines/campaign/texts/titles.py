"""Titles and labels of the figures; a title says what the table proves."""

import pandas as pd

from one_click.columns import Language, Words
from one_click.presentation.wording import number, percent
from one_click.schemas.records import PlanSummary

WORDS: dict[str, Words] = {
    "budget": {"ru": "Бюджет, ед. прибыли", "en": "Budget, profit units"},
    "kept": {"ru": "Может быть сохранено, ед. прибыли", "en": "May be kept, profit units"},
    "plan": {"ru": "план", "en": "the plan"},
    "kept_for_budget": {
        "ru": "Может быть сохранено на тот же бюджет, ед. прибыли",
        "en": "May be kept for the same budget, profit units",
    },
}
WAYS: dict[str, Words] = {
    "plan": {"ru": "План", "en": "The plan"},
    "profit_at_risk": {"ru": "Сначала больше прибыли под риском", "en": "Most profit at risk first"},
    "probability": {"ru": "Сначала выше вероятность", "en": "Highest probability first"},
    "monthly_profit": {"ru": "Сначала прибыльнее", "en": "Most profitable first"},
    "random": {"ru": "В случайном порядке", "en": "In random order"},
}


def title_of_curve(summary: PlanSummary, language: Language) -> str:
    """Return what the plan costs and keeps, and what one more unit of budget would keep."""
    kept, cost = (number(value, 0, language) for value in (summary.kept, summary.cost))
    price = number(summary.budget_price, 2, language)
    if language == "ru":
        return f"За {cost} ед. прибыли план может сохранить {kept}; ещё одна единица бюджета — {price}"
    return f"For {cost} profit units the plan may keep {kept}; one more unit of budget, {price}"


def title_of_comparison(comparison: pd.DataFrame, language: Language) -> str:
    """Return what the best selection by hand keeps of what the plan keeps."""
    by_way = comparison.set_index("way")
    by_hand = by_way.drop(index="plan")["kept"]
    if by_way.loc["plan", "kept"] <= 0:
        return (
            "План никому ничего не предлагает" if language == "ru" else "The plan makes no offer to anybody"
        )
    share = percent(by_hand.max() / by_way.loc["plan", "kept"], 0, language)
    best = WAYS[str(by_hand.idxmax())][language]
    if language == "ru":
        return f"Лучший отбор вручную («{best}») сохраняет {share} того, что план, — если эффекты таковы"
    return f"The best selection by hand (“{best}”) keeps {share} of what the plan keeps, if effects are so"
