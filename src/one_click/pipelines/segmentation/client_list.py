"""The list for the CRM: one row per client at risk, in Russian."""

import pandas as pd

from one_click.columns import CLIENT_ID, label
from one_click.declarations import NO_OFFER
from one_click.parameters import Offers, Segmentation
from one_click.wording import in_months, percent, value_text

REASONS = 3
CLIENTS_SHEET, EXPLANATION_SHEET = "Клиенты", "Пояснения"

_CHANNELS = {"email": "Письмо", "push": "Push-уведомление", "on_site": "На сайте", NO_OFFER: "—"}
_NO_OFFER_TITLE = "Без предложения"


def list_rows(
    table: pd.DataFrame, reason_codes: pd.DataFrame, options: Segmentation, offers: Offers
) -> pd.DataFrame:
    """Return the rows of the list, the largest profit at risk first.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment` and the columns of `recommendations`.
    reason_codes : DataFrame, one row per client and reason
    options, offers : Segmentation, Offers
        Titles.

    Returns
    -------
    DataFrame, one row per client at risk, with Russian headers
    """
    rows = table[table["at_risk"]].sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])
    segments = {segment.code: segment.title_ru for segment in options.segments}
    titles = {offer.code: offer.title_ru for offer in offers.declared} | {NO_OFFER: _NO_OFFER_TITLE}
    towards = reason_codes[reason_codes["direction"] == "raises"]
    sentences = towards.pivot_table("sentence_ru", CLIENT_ID, "rank", aggfunc="first")
    sentences = (
        sentences.reindex(index=rows[CLIENT_ID], columns=range(1, REASONS + 1)).astype("str").fillna("")
    )
    columns = {
        label(CLIENT_ID, "ru"): rows[CLIENT_ID],
        "Сегмент": rows["segment"].map(segments),
        "Вероятность снижения, %": (100 * rows["probability"]).round(1),
        _profit_header(options): rows["profit_at_risk"].round(2),
        **{f"Причина {rank}": sentences[rank].to_numpy() for rank in sentences.columns},
        "Предложение": rows["offer"].map(titles),
        "Канал": rows["channel"].map(_CHANNELS),
        "Текст для клиента": rows["text_ru"],
        "Ожидаемая сохранённая прибыль, ед. прибыли": rows["expected_profit_kept_base"].round(2),
        label("allows_messages", "ru"): [
            value_text("allows_messages", allowed, "ru") for allowed in rows["allows_messages"]
        ],
        "Примечание": rows["note_ru"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)


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
        label(CLIENT_ID, "ru"): "Номер клиента в файлах магазина.",
        "Сегмент": "Первый из сегментов, условиям которых клиент соответствует; каждый клиент — ровно "
        "в одном.",
        "Вероятность снижения, %": "Оценка модели: активность снизилась или может снизиться. "
        f"В списке — клиенты с вероятностью не ниже {percent(threshold, 0, 'ru')}.",
        _profit_header(options): "Вероятность × прибыль в месяц × число месяцев × доля, которую клиент может "
        f"унести ({bound}). Единица прибыли — та же, что в файле магазина.",
        "Причина 1–3": "Признаки, которые сильнее всего повышают оценку риска именно этого клиента. "
        "Это связи, а не доказанные причины.",
        "Предложение": "Подходящее предложение с наибольшей ожидаемой сохранённой прибылью.",
        "Канал": "Письма и push-уведомления — только тем, кто разрешил сообщения; "
        "остальным — предложения на сайте.",
        "Текст для клиента": "Заготовка текста с популярной категорией клиента.",
        "Ожидаемая сохранённая прибыль, ед. прибыли": "Эффект предложения × прибыль под риском − стоимость.",
        label("allows_messages", "ru"): "Согласие клиента на сообщения.",
        "Примечание": "Почему клиенту ничего не предложено.",
        "Важно": "Эффекты предложений — допущения, пока не подведены итоги кампании с контрольной группой.",
    }
    return pd.DataFrame(list(meanings.items()), columns=["Столбец", "Что означает"])
