"""What a campaign plan truly keeps: ``python -m benchmarks planted_campaigns [FIRST] [LAST]``.

In synthetic stores (one per seed) every client's true probability of decline is known, and so are the planted
effects of the offers. The plan is made from labels as the product makes it, with the logistic regression that
its search starts from. What it keeps is told by the truth: true probability * true effect * profit at stake -
cost. It is compared, on the same budget and contacts, with choices by hand and with the best plan of all,
which knows the truth and may also approach clients who are not called at risk. No control arm is held back.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.shared.models import Settings
from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.stores import CLIENTS, NO_FINDINGS, read_population, store_options
from benchmarks.shared.summaries import mean_text, share_text
from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT, TARGET
from one_click.features import make_features
from one_click.modelling import candidates
from one_click.modelling.profit import profit_at_risk
from one_click.parameters import (
    CampaignPlan,
    DataProcessing,
    DemoPopulation,
    Interpretation,
    ModelSelection,
    Offers,
    Segmentation,
)
from one_click.pipelines.campaign.nodes.offers import list_eligible
from one_click.pipelines.campaign.nodes.plan import (
    _best_offers,
    _take_until_spent,
    select_clients,
)
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.demo_comparison.nodes.summary import draw_store
from one_click.pipelines.interpretation.nodes.explanations import (
    choose_background,
    choose_base,
    explain_clients,
)
from one_click.pipelines.interpretation.nodes.reasons import give_reasons
from one_click.pipelines.interpretation.nodes.refits import explain_refits, refit_champion
from one_click.pipelines.model_selection.nodes import champion, comparison
from one_click.pipelines.segmentation.nodes import decisions
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.pipelines.segmentation.nodes.signals import find_risk_signals
from one_click.rules.offers import CHANNELS
from one_click.schemas.records import PlanSummary
from one_click.simulation.mechanism import decline_probability

MODEL = "logistic_regression"
FEWER = {"confirmation_repeats": 3, "challengers": {}}  # for the sake of time
DECLARED, DRAWN = "every effect is as declared", "each lies anywhere between its declared low and high"
AS_DECLARED = "assumes the declared effects"
FACTORS = {
    AS_DECLARED: 1.0,
    "assumes half of them": 0.5,
    "assumes half as much again": 1.5,
}
ORDERS = ("profit_at_risk", "probability", "monthly_profit")  # of the clients, by hand
RANDOM = "random"
PLAN, BEST = "plan", "best of all"
AT_RISK_ONLY, ESTIMATED, MISTAKEN = "called at risk only", "estimated probabilities", "wrong effects"
EQUAL = 1e-9  # profit units: a smaller difference is rounding
Row = dict[str, Any]


@dataclass(frozen=True)
class CampaignSettings(Settings):
    """What plans are made with, too.

    Attributes
    ----------
    segmentation : Segmentation
    offers : Offers
    campaign : CampaignPlan
    population : DemoPopulation
    """

    segmentation: Segmentation
    offers: Offers
    campaign: CampaignPlan
    population: DemoPopulation


def main(first: int = 1, last: int = 100) -> None:
    """Print what the plan keeps, and how often its limits bind, for each truth and assumption."""
    settings = read_settings()
    rows = [row for seed in range(first, last + 1) for row in measure_store(seed, settings)]
    table = pd.DataFrame(rows)
    print(f"{last - first + 1} stores, seeds {first} to {last}, {CLIENTS} clients each; profit units")
    for (truth, belief), measured in table.groupby(["truth", "belief"], sort=False):
        print(f"\n{truth}; the plan {belief}")
        _report(measured)


def read_settings() -> CampaignSettings:
    """Return the shipped settings, with fewer repetitions of the folds."""
    return CampaignSettings(
        read_families()[MODEL],
        read_section("model_selection", ModelSelection).model_copy(update=FEWER),
        read_section("interpretation", Interpretation),
        read_section("data_processing", DataProcessing),
        read_section("segmentation", Segmentation),
        read_section("offers", Offers),
        read_section("campaign", CampaignPlan),
        read_population(),
    )


def measure_store(seed: int, settings: CampaignSettings) -> list[Row]:
    """Make and value every plan for one store; one row per truth and assumption."""
    store = draw_store(store_options(seed=seed, clients=CLIENTS, dirt={}), settings.population)
    known = learn(store, settings)
    truth = _reveal(known, store, settings)
    offers, campaign = settings.offers, settings.campaign
    assumed = {belief: scale_effects(offers, [by] * len(offers.declared)) for belief, by in FACTORS.items()}
    plans = {belief: make_plans(known, one, campaign, seed) for belief, one in assumed.items()}
    first = {AS_DECLARED: plans[AS_DECLARED]}
    rows = [
        *value_plans(DECLARED, plans, known, truth, offers, campaign),
        *value_plans(DRAWN, first, known, truth, draw_effects(offers, seed), campaign),
    ]
    return [row | {"seed": seed} for row in rows]


def _reveal(known: pd.DataFrame, store: pd.DataFrame, settings: CampaignSettings) -> pd.DataFrame:
    """Return the decision table with the true probabilities."""
    true = pd.Series(decline_probability(store, settings.population), index=store[CLIENT_ID])
    probability = known[CLIENT_ID].map(true)
    at_risk = profit_at_risk(known[PROFIT], settings.segmentation, probability)
    return known.assign(probability=probability, profit_at_risk=at_risk)


def learn(store: pd.DataFrame, settings: CampaignSettings) -> pd.DataFrame:
    """Return the decision table, with segments, that the product makes of what a store records."""
    options, segmentation = settings.selection, settings.segmentation
    features = make_features(store, settings.limits.engineered_features)
    train, test = split_clients(features, NO_FINDINGS, settings.limits)
    models, board, calibrations, threshold = _select(train, store, settings)
    scores = champion.score_out_of_fold(train, test, board, models, calibrations, options)
    model = champion.fit_champion(train, test, board, models, calibrations, options)
    refits = refit_champion(train, test, board, models, options, settings.interpretation)
    reasons = _explain(features, train, model, refits, settings)
    clients = store[[CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET]]
    thresholds = decisions.fit_rule_thresholds(clients, threshold, segmentation)
    signals = find_risk_signals(clients, thresholds)
    table = decisions.make_decision_table(
        clients, scores, reasons, signals, thresholds, segmentation, settings.campaign
    )
    return table.merge(assign_segments(table, thresholds, segmentation), on=CLIENT_ID)


def _select(
    train: pd.DataFrame, store: pd.DataFrame, settings: CampaignSettings
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Row]:
    """Return the one model that there is, its leaderboard, calibrations and threshold."""
    options, family = settings.selection, settings.family
    tuned = candidates.untuned(family, family.start)
    models = comparison.join_tuned(options, **{MODEL: tuned}).query("kind == 'family'")
    scores = candidates.score_out_of_fold(tuned, train, options).assign(model=MODEL)
    board = comparison.rank_models(scores, models, options)
    calibrations = comparison.choose_calibrations(scores)
    values = comparison.value_clients(store, settings.segmentation)
    assumed = comparison.assume_offers(store, settings.offers, settings.segmentation)
    thresholds = comparison.choose_thresholds(scores, calibrations, values, assumed, options)
    return models, board, calibrations, champion.decide_threshold(thresholds, board, options)


def _explain(
    features: pd.DataFrame, train: pd.DataFrame, model: Any, refits: list[Any], settings: CampaignSettings
) -> pd.DataFrame:
    options = settings.interpretation
    background = choose_background(train, options)
    values, errors = explain_clients(features, model, background, options)
    by_refit = explain_refits(features, refits, background, options)
    return give_reasons(values, errors, by_refit, features, choose_base(train, options), options)


def draw_effects(offers: Offers, seed: int) -> Offers:
    """Return the offers with effects drawn evenly between their low and high."""
    generator = np.random.default_rng((seed, 1))
    effects = [offer.effect for offer in offers.declared]
    return scale_effects(offers, [generator.uniform(one.low, one.high) / one.base for one in effects])


def scale_effects(offers: Offers, factors: list[float]) -> Offers:
    """Return the offers with each effect times its factor, even where another then outdoes them."""
    changed = []
    for offer, factor in zip(offers.declared, factors, strict=True):
        scaled = {case: factor * size for case, size in offer.effect.model_dump().items()}
        changed.append(offer.model_copy(update={"effect": offer.effect.model_copy(update=scaled)}))
    return offers.model_copy(update={"declared": tuple(changed)})


@dataclass(frozen=True)
class Plans:
    """What the plan and the choices by hand select under one assumption about the effects.

    Attributes
    ----------
    selected : dict
        Way of choosing -> tables with client_id and offer; several for what is drawn at random.
    summary : PlanSummary
    """

    selected: dict[str, list[pd.DataFrame]]
    summary: PlanSummary


def make_plans(known: pd.DataFrame, assumed: Offers, campaign: CampaignPlan, seed: int) -> Plans:
    """Make the plan; and by hand, give each client's best offer in some order until the money is spent."""
    offered = list_eligible(known, assumed)
    plan, summary = select_clients(offered, campaign)
    best = _best_offers(offered).merge(known[[CLIENT_ID, *ORDERS]], on=CLIENT_ID)
    generator = np.random.default_rng((seed, 2))
    ordered = {way: [best.sort_values([way, CLIENT_ID], ascending=[False, True])] for way in ORDERS}
    ordered[RANDOM] = [best.iloc[generator.permutation(len(best))] for _ in range(campaign.draws)]
    by_hand = {way: [_take_until_spent(one, campaign) for one in rows] for way, rows in ordered.items()}
    return Plans({PLAN: [plan], **by_hand}, summary)


def value_plans(
    name: str,
    plans: dict[str, Plans],
    known: pd.DataFrame,
    truth: pd.DataFrame,
    actual: Offers,
    campaign: CampaignPlan,
) -> list[Row]:
    """Return what each way of choosing truly keeps, and what limited the plan; one row per assumption.

    Between a plan and the best of all stand the plan that knows the true effects, and the one that also knows
    the true probabilities, but may approach only whom the product calls at risk.
    """
    everyone = list_eligible(truth.assign(at_risk=True), actual)
    worth = everyone.set_index([CLIENT_ID, "offer"])["expected_profit_kept_base"]
    informed = {
        BEST: everyone,
        AT_RISK_ONLY: list_eligible(truth, actual),
        ESTIMATED: list_eligible(known, actual),
    }
    best = {step: _kept(select_clients(rows, campaign)[0], worth) for step, rows in informed.items()}
    return [{"truth": name, "belief": belief, **best, **_value(one, worth)} for belief, one in plans.items()]


def _value(plans: Plans, worth: pd.Series) -> Row:
    kept = {way: np.mean([_kept(one, worth) for one in rows]) for way, rows in plans.selected.items()}
    prices = plans.summary.contact_prices
    return {
        **kept,
        "expected": plans.summary.kept,
        "spent": plans.summary.cost,
        "clients": plans.summary.clients,
        "budget binds": plans.summary.budget_price > 0,
        **{f"{channel} binds": price > 0 for channel, price in prices.items()},
    }


def _kept(selected: pd.DataFrame, worth: pd.Series) -> float:
    return float(worth.loc[pd.MultiIndex.from_frame(selected[[CLIENT_ID, "offer"]])].sum())


def _report(rows: pd.DataFrame) -> None:
    print(f"  the plan truly keeps {mean_text(rows[PLAN], 1)}, {mean_text(rows['spent'], 1)} spent")
    print(f"  clients approached {mean_text(rows['clients'], 1)}")
    print(f"  kept / what the plan expects {mean_text(rows[PLAN] / rows['expected'], 3)}")
    for way in (*ORDERS, RANDOM):
        ahead = rows[PLAN] - rows[way]
        print(
            f"  by {way} {mean_text(rows[way], 1)}; plan ahead by {mean_text(ahead, 1)}, "
            f"in {share_text(ahead > EQUAL)}"
        )
        behind = int((ahead < -EQUAL).sum())
        print(f"    in % of it {mean_text(100 * ahead / rows[way], 1)}; plan behind in {behind} stores")
    print(f"  loss against the best plan of all, which keeps {mean_text(rows[BEST], 1)}, in % of that:")
    steps = {AT_RISK_ONLY: (BEST, AT_RISK_ONLY), ESTIMATED: (AT_RISK_ONLY, ESTIMATED)}
    for name, (more, less) in {**steps, MISTAKEN: (ESTIMATED, PLAN), "in all": (BEST, PLAN)}.items():
        print(f"    {name} {mean_text(100 * (rows[more] - rows[less]) / rows[BEST], 2)}")
    for limit in ("budget", *CHANNELS):
        print(f"  stores in which the limit of {limit} binds: {share_text(rows[f'{limit} binds'])}")
