"""Nodes that gather what a reader needs to know; the page itself is made in `page.py`."""

from typing import Any

import pandas as pd

from one_click.columns import CLIENT_ID, LINE, PROFIT, TARGET
from one_click.parameters import CampaignPlan, ModelSelection, Offers, Reporting, Segmentation
from one_click.presentation.pseudonyms import shown

from .texts.words import METRICS

_EFFECTS = 6  # features whose effect is told in words


def gather_key_facts(
    clients: pd.DataFrame,
    client_scores: pd.DataFrame,
    decision_threshold: dict[str, Any],
    contacts: pd.DataFrame,
    rejected_rows: pd.DataFrame,
    repairs: pd.DataFrame,
    segmentation: Segmentation,
    options: Reporting,
) -> dict[str, Any]:
    """Count what the page says first.

    Returns
    -------
    dict
        Counts of clients, of the declined and of those at risk; profit at risk (Σ p·m·h·L over clients at
        risk, in profit units); profit that the offers may keep (low, base, high) and their cost; rejected
        clients and mended cells; the threshold; the snapshots of features and labels.
    """
    base = clients.merge(client_scores, on=CLIENT_ID)
    at_risk = base[base["probability"] >= decision_threshold["threshold"]]
    months = segmentation.horizon_months * segmentation.profit_lost_share
    left_out = rejected_rows[rejected_rows["table"] != "label_file"]
    labelled = clients[TARGET].dropna()
    return {
        "clients": len(clients),
        "labelled": len(labelled),
        "declined": int(labelled.sum()),
        "at_risk": len(at_risk),
        "profit_at_risk": float((at_risk["probability"] * at_risk[PROFIT]).sum() * months),
        "offered": len(contacts),
        "cost": float(contacts["cost"].sum()),
        **{
            f"kept_{case}": float(contacts[f"expected_profit_kept_{case}"].sum())
            for case in ("low", "base", "high")
        },
        "clients_left_out": int(left_out[CLIENT_ID].nunique()),
        "cells_mended": len(repairs.drop_duplicates(["table", LINE, "column"])),
        "threshold": decision_threshold["threshold"],
        "criterion": decision_threshold["criterion"],
        "horizon_months": segmentation.horizon_months,
        "snapshot": options.snapshot,
        "label_snapshot": options.label_snapshot,
    }


def gather_explanation_facts(
    effects: pd.DataFrame,
    importance_agreement: pd.DataFrame,
    faithfulness: pd.DataFrame,
    selection: ModelSelection,
) -> dict[str, Any]:
    """Gather what the page says about the explanations.

    Returns
    -------
    dict
        ``effects``: sentences about the most important features that move the risk; ``disagreements``:
        sentences about features that two measures of importance place differently; ``checks``: value of each
        check of faithfulness; ``refitted_on``: share of the labelled clients that each refit was fitted on.
    """
    sentences = ["sentence_ru", "sentence_en"]
    moving = effects[effects["shape"] != "flat"].head(_EFFECTS)
    apart = importance_agreement[~importance_agreement["reason"].isin(["agree", "unused", "some_refits"])]
    return {
        "effects": moving[sentences].to_dict("records"),
        "disagreements": apart[sentences].to_dict("records"),
        "checks": faithfulness.set_index("check")["value"].astype("float64").to_dict(),
        "refitted_on": 1 - 1 / selection.folds,
    }


def gather_plan_facts(
    plan_summary: dict[str, Any], plan_comparison: pd.DataFrame, experiment: pd.DataFrame
) -> dict[str, Any]:
    """Gather what the page says about the campaign.

    Returns
    -------
    dict
        ``plan``: its summary; ``by_hand``: what the best selection by hand keeps of it, as a share (missing
        where the plan keeps nothing); ``arms``: what the whole campaign can show.
    """
    by_hand = plan_comparison.set_index("way")["share_of_plan"].drop("plan").max()
    whole = experiment.set_index("offer").loc["all"].astype("float64")
    return {
        "plan": plan_summary,
        "by_hand": None if pd.isna(by_hand) else float(by_hand),
        "arms": {name: None if pd.isna(value) else float(value) for name, value in whole.items()},
    }


def gather_model_facts(
    leaderboard: pd.DataFrame, evaluation: pd.DataFrame, challenger_differences: pd.DataFrame
) -> dict[str, Any]:
    """Set the champion's figures of quality beside the reference model's and the challengers'.

    Returns
    -------
    dict
        ``champion``; ``n_test``, the clients it was judged on; ``challengers``, their names; ``metrics``, one
        entry per figure: the champion's and the reference model's value and 95 % interval (None where none
        holds), and under ``challengers`` those of each challenger and how far they are ``apart``: the
        ``difference``, the champion's less the challenger's, with its interval (None where there is none).
    """
    champion = str(leaderboard.loc[leaderboard["champion"], "model"].iloc[0])
    by_model = {name: rows.set_index("metric") for name, rows in evaluation.groupby("model")}
    apart = {
        name: rows.set_index("metric") for name, rows in challenger_differences.groupby("model", sort=False)
    }
    metrics = [
        {
            "metric": metric,
            "champion": _figure(by_model[champion], metric),
            "reference": _figure(by_model["reference"], metric),
            "challengers": [
                _figure(by_model[name], metric) | {"apart": _figure(differences, metric, "difference")}
                for name, differences in apart.items()
            ],
        }
        for metric in METRICS
    ]
    n_test = int(evaluation["n"].iloc[0])
    return {"champion": champion, "n_test": n_test, "challengers": list(apart), "metrics": metrics}


def _figure(figures: pd.DataFrame, metric: str, value: str = "value") -> dict[str, Any]:
    """Return a figure and its interval, None where they are missing."""
    figure = figures.reindex([metric]).loc[metric, [value, "low", "high"]]
    return {name: None if pd.isna(value) else float(value) for name, value in figure.items()}


def summarise_offers(contacts: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Add up the campaign by offer; the control arm is not in it.

    Returns
    -------
    DataFrame, one row per offer that somebody gets, most profitable first: offer, title_ru, title_en,
    channel, clients, cost, kept_low, kept_base, kept_high (profit units)
    """
    titles = {offer.code: offer for offer in offers.declared}
    table = contacts.groupby(["offer", "channel"], as_index=False).agg(
        clients=(CLIENT_ID, "size"),
        cost=("cost", "sum"),
        kept_low=("expected_profit_kept_low", "sum"),
        kept_base=("expected_profit_kept_base", "sum"),
        kept_high=("expected_profit_kept_high", "sum"),
    )
    table["title_ru"] = [titles[code].title_ru for code in table["offer"]]
    table["title_en"] = [titles[code].title_en for code in table["offer"]]
    return table.sort_values("kept_base", ascending=False, ignore_index=True)


def summarise_actions(client_actions: pd.DataFrame) -> pd.DataFrame:
    """Count the clients in each place; the places of clients at risk come first and add up to all at risk.

    Returns
    -------
    DataFrame, one row per place in which there is somebody: at_risk, action, why, clients
    """
    counted = client_actions.groupby(["at_risk", "action", "why"], as_index=False).agg(
        clients=(CLIENT_ID, "size")
    )
    return counted.sort_values(["at_risk", "clients"], ascending=False, kind="stable", ignore_index=True)


def list_top_clients(
    contacts: pd.DataFrame,
    reason_codes: pd.DataFrame,
    offers: Offers,
    campaign: CampaignPlan,
    options: Reporting,
) -> pd.DataFrame:
    """List the clients of the campaign at whom most profit is at risk, with their reasons.

    Returns
    -------
    DataFrame, at most `top_clients` rows: client_id, probability, monthly_profit, profit_at_risk (profit
    units), offer_ru, offer_en, reasons_ru, reasons_en
        Client numbers are pseudonyms, if the campaign has a key.
    """
    columns = [CLIENT_ID, "probability", PROFIT, "profit_at_risk", "offer"]
    table = contacts.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])[columns]
    titles = {offer.code: offer for offer in offers.declared}
    towards = reason_codes[reason_codes["direction"] == "raises"].sort_values("rank")
    reasons = towards.groupby(CLIENT_ID)[["sentence_ru", "sentence_en"]].agg(" ".join)
    joined = table.head(options.top_clients).merge(reasons, left_on=CLIENT_ID, right_index=True, how="left")
    joined = joined.fillna({"sentence_ru": "", "sentence_en": ""})
    joined["offer_ru"] = [titles[code].title_ru for code in joined["offer"]]
    joined["offer_en"] = [titles[code].title_en for code in joined["offer"]]
    joined[CLIENT_ID] = shown(joined[CLIENT_ID], campaign.pseudonym_key)
    renamed = joined.rename(columns={"sentence_ru": "reasons_ru", "sentence_en": "reasons_en"})
    return renamed.drop(columns="offer").reset_index(drop=True)
