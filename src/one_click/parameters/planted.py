"""What is planted in a synthetic store: habits, causes of decline, drifts, campaigns and dirt."""

from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, COLUMNS, PROFIT
from one_click.errors import nearest
from one_click.parameters.base import Share
from one_click.rules.conditions import Condition
from one_click.rules.declared import Declared

INTERACTION = " * "
NUMERIC_FEATURES: tuple[str, ...] = tuple(
    name for name in BASE_FEATURES if COLUMNS[name].kind in ("whole", "number", "share")
)
# Columns that each month brings anew; those of the earlier months follow from them.
RENEWED: tuple[str, ...] = (
    "marketing_contacts_6m",
    "marketing_contacts_current",
    "minutes_current",
    "pages_per_visit",
    "service_errors",
    "promo_purchase_share",
    "category_views_per_visit",
    "unpaid_items_quarter",
    "revenue_current",
    PROFIT,
)
MAX_SCORE = 2.5


class Habit(Declared):
    """A kind of client, before anything is said about decline.

    Attributes
    ----------
    share : float
        Share of the clients who have this habit.
    allows_messages : float
        Share of them with consent.
    shares : dict
        Category column -> value -> share of them.
    quantiles : dict
        Column -> quantiles at the population's `probabilities`; whole numbers come from rounding.
    """

    share: Share
    allows_messages: Share
    shares: dict[str, dict[str, Annotated[FiniteFloat, Field(ge=0)]]]
    quantiles: dict[str, tuple[FiniteFloat, ...]]


class Cause(Declared):
    """One cause of decline: a logistic function of its drivers.

    Attributes
    ----------
    intercept : float
        Log-odds of a client whose drivers are all typical.
    drivers : dict
        Feature -> log-odds per spread of the feature (see `Population.typical`), or per value of a category.
    interactions : dict
        ``"a * b"`` -> log-odds per product of the two features' scores; ``"a * a"`` bends the effect of a.
    """

    intercept: FiniteFloat
    drivers: dict[str, FiniteFloat | dict[str, FiniteFloat]]
    interactions: dict[str, FiniteFloat] = Field(default={})

    @property
    def numeric(self) -> set[str]:
        """Numeric features that drive it."""
        parts = {part for name in self.interactions for part in name.split(INTERACTION)}
        return parts | {name for name in self.drivers if name in NUMERIC_FEATURES}

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for name, size in self.drivers.items():
            _check_driver(name, isinstance(size, dict))
        for name in self.interactions:
            _check_interaction(name)
        return self


def _check_driver(name: str, by_value: bool) -> None:
    if name not in BASE_FEATURES:
        raise ValueError(f"drivers: no feature '{name}'; {nearest(name, BASE_FEATURES)}")
    if by_value != (name in CATEGORICAL_FEATURES):
        raise ValueError(f"drivers: '{name}' takes {'one number' if by_value else 'one number per value'}")


def _check_interaction(name: str) -> None:
    for part in (parts := name.split(INTERACTION)):
        if part not in NUMERIC_FEATURES:
            raise ValueError(f"interactions: no numeric feature '{part}'; {nearest(part, NUMERIC_FEATURES)}")
    if len(parts) != 2:
        raise ValueError(f"interactions: '{name}' must read 'feature{INTERACTION}feature'")


class Drift(Declared):
    """A change of a feature that hits all clients.

    Attributes
    ----------
    column : str
        The feature.
    month : int
        First month in which it has moved, counted from 1.
    size : float
        By how much, in the feature's own unit; negative is downwards. Values stay at or above zero.
    months : int
        Over how many months it moves, in equal steps; 1 is a jump.
    """

    column: str
    month: int = Field(ge=1)
    size: float = Field(ge=-1e6, le=1e6)
    months: int = Field(default=1, ge=1)

    def moved(self, month: int) -> float:
        """Return by how much the feature has moved in a month, counted from 1."""
        steps = min(max(month - self.month + 1, 0), self.months)
        return self.size * steps / self.months

    @model_validator(mode="after")
    def _can_drift(self) -> Self:
        if self.column not in RENEWED:
            hint = nearest(self.column, RENEWED)
            raise ValueError(f"drift: no column '{self.column}' that is new in each month; {hint}")
        return self


class Effect(Declared):
    """How strongly an offer works on a kind of client.

    Attributes
    ----------
    where : tuple of Condition
        The kind: all conditions hold. Empty: every client.
    prevents : float
        Share of declines that the offer prevents; negative, down to -1, if it drives clients away.
    """

    where: tuple[Condition, ...] = ()
    prevents: float = Field(ge=-1, le=1)


class Campaign(Declared):
    """An offer made in one month to a random part of the eligible clients.

    Attributes
    ----------
    offer : str
        Code of the offer.
    month : int
        The month, counted from 1.
    lasts : int
        For how many months after it the offer works.
    eligible : tuple of Condition
        Conditions on features; all hold for a client who takes part.
    treated_share : float
        Share of those who get the offer; the others are the control arm.
    effects : tuple of Effect
        True effects; the first kind that a client belongs to counts.
    """

    offer: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    month: int = Field(ge=1)
    lasts: int = Field(default=3, ge=1)
    eligible: tuple[Condition, ...] = ()
    treated_share: Share
    effects: tuple[Effect, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _conditions_on_features(self) -> Self:
        conditions = [*self.eligible, *(one for effect in self.effects for one in effect.where)]
        for condition in conditions:
            if condition.column not in BASE_FEATURES:
                named = condition.column or "a reason or signal"
                raise ValueError(f"campaign conditions are on features, not {named}")
        return self


class LabelNoise(Declared):
    """Labels that the store records wrongly, at random.

    Attributes
    ----------
    missed_declines : float
        Share of the clients who did decline that are recorded as keeping their level.
    false_declines : float
        Share of the clients who kept their level that are recorded as declined.
    """

    missed_declines: Share
    false_declines: Share

    @model_validator(mode="after")
    def _more_right_than_wrong(self) -> Self:
        if self.missed_declines + self.false_declines >= 1:
            total = self.missed_declines + self.false_declines
            raise ValueError(f"the shares add up to {total:g}; from 1 on, labels say nothing")
        return self


class Dirt(Declared):
    """Faults of the files, each as the share of clients (or rows) that it hits; see `demo_damage`.

    Attributes
    ----------
    twins : float
        Clients that are copies of another client in everything but the number.
    without_purchases : float
        Clients without revenue in the two earlier months.
    absurd_revenues, absurd_revenue : float
        Clients with an implausible revenue in the current month; that revenue.
    misspelt_services : float
        Clients whose service type is misspelt, among those who have the standard one.
    misspelt_months : float
        Rows of market_time, among those of the previous month, whose period is misspelt.
    stray_blanks, unknown_categories : float
        Clients whose popular category has blanks around it, or is a word the store does not know.
    unreadable_numbers, negative_minutes : float
        Clients whose current revenue is not a number, or whose current minutes are below zero.
    missing_months, doubled_months : float
        Clients without their current row in market_money, or with two equal ones.
    missing_profits, doubled_clients : float
        Clients without a row in money, or with two equal rows in market_file.
    """

    twins: Share = 0
    without_purchases: Share = 0
    absurd_revenues: Share = 0
    absurd_revenue: float = Field(default=98765.4, gt=0, le=1e12)
    misspelt_services: Share = 0
    misspelt_months: Share = 0
    stray_blanks: Share = 0
    unknown_categories: Share = 0
    unreadable_numbers: Share = 0
    negative_minutes: Share = 0
    missing_months: Share = 0
    doubled_months: Share = 0
    missing_profits: Share = 0
    doubled_clients: Share = 0
