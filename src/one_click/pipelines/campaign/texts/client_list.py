"""The lists that a campaign works with: for people in Russian, for the CRM with English headers."""

import pandas as pd

from one_click.columns import CLIENT_ID, Language, label
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.presentation.pseudonyms import shown
from one_click.presentation.spreadsheet import defuse
from one_click.presentation.wording import in_months, percent, value_text
from one_click.rules.offers import NO_OFFER
from one_click.schemas.records import RuleThresholds

from ..nodes.lists import find_unreachable

REASONS = 3
CLIENTS_SHEET, NOT_APPROACHED_SHEET, NOT_AT_RISK_SHEET = "Клиенты", "Без предложения", "Вне зоны риска"
EXPLANATION_SHEET = "Пояснения"
ON_SITE = "on_site"

_CHANNELS = {"email": "Письмо", "push": "Push-уведомление", ON_SITE: "На сайте", NO_OFFER: "—"}
_SUREST = 99  # per cent: nearer to certainty, a probability of one client is not told
_FOR_CRM = [CLIENT_ID, "segment", "membership", "probability", "profit_at_risk", "offer", "channel"]


def hide_clients(
    table: pd.DataFrame, reason_codes: pd.DataFrame, campaign: CampaignPlan
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return table and reasons towards decline, with pseudonyms where the campaign has a key for them."""
    towards = reason_codes[reason_codes["direction"] == "raises"]
    if campaign.pseudonym_key is None:
        return table, towards
    known = towards[towards[CLIENT_ID].isin(table[CLIENT_ID])]
    hidden, told = (
        one.assign(**{CLIENT_ID: shown(one[CLIENT_ID], campaign.pseudonym_key)}) for one in (table, known)
    )
    return hidden, told


def list_rows(
    table: pd.DataFrame, reasons: pd.DataFrame, options: Segmentation, offers: Offers
) -> pd.DataFrame:
    """Return the rows of the list of clients to approach, with Russian headers, in the order of the table.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment` and the offer's columns of `recommendations`.
    reasons : DataFrame, one row per client and reason towards decline
    options, offers : Segmentation, Offers
        Titles.
    """
    titles = {offer.code: offer.title_ru for offer in offers.declared}
    columns = {
        **_who(table, options),
        **_sentences(table, reasons, "ru", "Причина {}"),
        "Предложение": table["offer"].map(titles),
        "Канал": table["channel"].map(_CHANNELS),
        "Текст для клиента": table["text_ru"],
        "Ожидаемая сохранённая прибыль, ед. прибыли": table["expected_profit_kept_base"].round(2),
        **_consent(table),
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def list_reasons(table: pd.DataFrame, reasons: pd.DataFrame, options: Segmentation) -> pd.DataFrame:
    """Return the rows of the list of clients at risk who are not approached: their reasons, and why not."""
    columns = {
        **_who(table, options),
        **_sentences(table, reasons, "ru", "Причина {}"),
        "Почему": table["why_ru"],
        **_consent(table),
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def list_others(table: pd.DataFrame, options: Segmentation) -> pd.DataFrame:
    """Return the rows of the list of clients who are not at risk, with what to do."""
    columns = {**_who(table, options), "Что делать": table["why_ru"], **_consent(table)}
    return pd.DataFrame(columns).reset_index(drop=True)


def _who(table: pd.DataFrame, options: Segmentation) -> dict[str, pd.Series]:
    """Return the first columns of every list."""
    segments = {segment.code: segment.title_ru for segment in options.segments}
    return {
        label(CLIENT_ID, "ru"): table[CLIENT_ID],
        "Сегмент": table["segment"].map(segments),
        "Вероятность снижения, %": (100 * table["probability"]).clip(1, _SUREST).round(1),
        _profit_header(options): table["profit_at_risk"].round(2),
    }


def _consent(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return the last column of every list."""
    allowed = [value_text("allows_messages", value, "ru") for value in table["allows_messages"]]
    return {label("allows_messages", "ru"): allowed}


def list_for_crm(table: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a list for a program; no cell starts a formula in a spreadsheet."""
    columns = {
        **{name: table[name] for name in _FOR_CRM},
        **_sentences(table, reasons, "ru", "reason_{}_ru"),
        **_sentences(table, reasons, "en", "reason_{}_en"),
        "text_ru": table["text_ru"],
        "text_en": table["text_en"],
    }
    rows = pd.DataFrame(columns).reset_index(drop=True)
    texts = rows.select_dtypes(["object", "str"]).columns
    return rows.assign(**{name: rows[name].fillna("").map(defuse) for name in texts})


def _sentences(
    table: pd.DataFrame, reasons: pd.DataFrame, language: Language, header: str
) -> dict[str, pd.Series]:
    """Return one column per rank of reason, empty where a client has fewer."""
    wide = reasons.pivot_table(f"sentence_{language}", CLIENT_ID, "rank", aggfunc="first")
    wide = wide.reindex(index=table[CLIENT_ID], columns=range(1, REASONS + 1)).astype("str").fillna("")
    return {header.format(rank): wide[rank].set_axis(table.index) for rank in wide.columns}


def _profit_header(options: Segmentation) -> str:
    return f"Прибыль под риском {in_months(options.horizon_months, 'ru')}, ед. прибыли"


def explain_columns(options: Segmentation, threshold: float) -> pd.DataFrame:
    """Return what each column of the list means, and what its figures rest on.

    Parameters
    ----------
    options : Segmentation
        Horizon and share of profit lost.
    threshold : float
        Probability from which a client is at risk.

    Returns
    -------
    DataFrame: Столбец, Что означает
    """
    lost = options.profit_lost_share
    bound = (
        "верхняя граница: считается, что уходит вся прибыль"
        if lost == 1
        else f"считается, что уходит {percent(lost, 0, 'ru')} прибыли"
    )
    meanings = {
        label(CLIENT_ID, "ru"): "Номер клиента в файлах магазина; если в параметрах кампании задан ключ, — "
        "псевдоним.",
        "Сегмент": "Первый из сегментов, условиям которых клиент соответствует; каждый клиент — ровно "
        "в одном.",
        "Вероятность снижения, %": "Оценка модели: активность снизилась или может снизиться. "
        f"В зоне риска — клиенты с вероятностью не ниже {percent(threshold, 0, 'ru')}; 99 — "
        "это 99 и выше.",
        _profit_header(options): "Вероятность × прибыль в месяц × число месяцев × доля, которую клиент может "
        f"унести ({bound}). Единица прибыли — та же, что в файле магазина.",
        "Причина 1–3": "Признаки, которые сильнее всего повышают оценку риска именно этого клиента. "
        "Это связи, а не доказанные причины.",
        "Предложение": "Предложение из плана кампании: план выбирает так, чтобы при данном бюджете сохранить "
        "как можно больше прибыли.",
        "Канал": "Письма и push-уведомления — только тем, кто разрешил сообщения и у кого в этом месяце "
        "ещё не слишком много контактов.",
        "Текст для клиента": "Заготовка текста с популярной категорией клиента.",
        "Ожидаемая сохранённая прибыль, ед. прибыли": "Эффект предложения × прибыль под риском − стоимость.",
        "Почему": f"Лист «{NOT_APPROACHED_SHEET}»: клиенты в зоне риска, к которым кампания не обращается, и "
        "причина этого.",
        "Что делать": f"Лист «{NOT_AT_RISK_SHEET}»: что делать с остальными клиентами.",
        label("allows_messages", "ru"): "Согласие клиента на сообщения.",
        "Контрольная группа": "Часть клиентов плана случайно оставлена без предложения, чтобы измерить его "
        "эффект; в списках их нет, и предлагать им ничего не следует.",
        "Важно": "Эффекты предложений — допущения, пока не подведены итоги кампании с контрольной группой.",
    }
    return pd.DataFrame(list(meanings.items()), columns=["Столбец", "Что означает"])


def list_clients(
    contacts: pd.DataFrame,
    not_approached: pd.DataFrame,
    not_at_risk: pd.DataFrame,
    reason_codes: pd.DataFrame,
    rule_thresholds: RuleThresholds,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Return the lists of the campaign, with pseudonyms where the options hold a key for them.

    Returns
    -------
    client_list : dict of DataFrame
        Sheets: whom to approach, whom at risk not, who is not at risk, what the columns mean; with Russian
        headers. Each client but those of the control arm stands on exactly one.
    contact_list : DataFrame
        Whom to send messages, for the CRM, with English headers.
    no_contact_list : DataFrame
        Whom at risk no message may reach, likewise.
    """
    tables = (contacts, not_approached, not_at_risk, find_unreachable(contacts, not_approached))
    (told, why), (others, reasons), (kept, _), closed = (
        hide_clients(table, reason_codes, campaign) for table in tables
    )
    book = {
        CLIENTS_SHEET: list_rows(told, why, options, offers),
        NOT_APPROACHED_SHEET: list_reasons(others, reasons, options),
        NOT_AT_RISK_SHEET: list_others(kept, options),
        EXPLANATION_SHEET: explain_columns(options, rule_thresholds.probability),
    }
    messages = list_for_crm(told, why)
    messages = messages[messages["channel"] != ON_SITE].reset_index(drop=True)
    return book, messages, list_for_crm(*closed)
