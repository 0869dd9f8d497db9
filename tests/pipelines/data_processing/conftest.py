"""Raw tables and options written down literally, and the pipeline run on them in memory."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.purity import purely

from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing import create_pipeline

Raw = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="session")
def options() -> DataProcessing:
    return DataProcessing(
        spellings={
            "service_type": {"стандартт": "стандарт"},
            "period": {"предыдцщий_месяц": "предыдущий_месяц"},
        },
        missing_marks=("NaN", "-"),
        unreadable_numbers="stop",
        max_rejected_share=1.0,
        exclude_without_purchases=True,
        implausible_revenue_iqr=20,
        engineered_features=(),
        leak_roc_auc=0.95,
        enough_clients=300,
        enough_of_class=100,
        enough_of_value=30,
        accept_findings=(),
        test_share=0.25,
        training_rows=1000,
        seed=42,
    )


@pytest.fixture(scope="session")
def raw() -> Raw:
    """Return a function that makes a raw table of lines with cells between bars, the header first."""

    def read(text: str) -> pd.DataFrame:
        header, *rows = (
            [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()
        )
        frame = pd.DataFrame(rows, columns=header, dtype="str").assign(line=range(2, len(rows) + 2))
        frame.attrs = {
            "path": "/data/2026-10/x.csv",
            "file": "2026-10/x.csv",
            "dialect": {"encoding": "utf-8", "separator": ",", "decimal": ".", "thousands": ""},
        }
        return frame

    return read


@pytest.fixture(scope="session")
def process(options: DataProcessing) -> Callable[..., dict[str, Any]]:
    """Return a function that runs the whole pipeline on raw tables, with some changes of the parameters."""

    def run(tables: dict[str, pd.DataFrame], **changes: Any) -> dict[str, Any]:
        changed = options.model_copy(update=changes)
        data = {"label_file": tables["market_file"], **tables, "params:data_processing": changed}
        for node in create_pipeline().nodes:
            data |= purely(node.run)({name: data[name] for name in node.inputs})
        return {name.removeprefix("data_processing."): value for name, value in data.items()}

    return run


@pytest.fixture(scope="session")
def tables(raw: Raw) -> Callable[[int], dict[str, pd.DataFrame]]:
    """Return a function that makes the four clean raw tables of some clients, numbered from 1."""

    def make(clients: int) -> dict[str, pd.DataFrame]:
        made = texts(clients)
        for name, frame in made.items():
            frame.attrs["table"] = name
        return made

    def texts(clients: int) -> dict[str, pd.DataFrame]:
        numbers = range(1, clients + 1)
        profile = (
            "id | Покупательская активность | Тип сервиса | Разрешить сообщать | Маркет_актив_6_мес | "
            "Маркет_актив_тек_мес | Длительность | Акционные_покупки | Популярная_категория | "
            "Средний_просмотр_категорий_за_визит | Неоплаченные_продукты_штук_квартал | Ошибка_сервиса | "
            "Страниц_за_визит\n"
        )
        activity = ("Прежний уровень", "Снизилась")
        return {
            "market_file": raw(
                profile
                + "\n".join(
                    f"{i} | {activity[i % 2]} | стандарт | да | 3.5 | 4 | {9 + i} | 0.5 | Дом | 3 | 2 | 1 | 7"
                    for i in numbers
                )
            ),
            "market_money": raw(
                "id | Период | Выручка\n"
                + "\n".join(
                    f"{i} | {month} | {4000 + i}"
                    for i in numbers
                    for month in ("препредыдущий_месяц", "предыдущий_месяц", "текущий_месяц")
                )
            ),
            "market_time": raw(
                "id | Период | минут\n"
                + "\n".join(
                    f"{i} | {m} | {10 + i}" for i in numbers for m in ("предыдущий_месяц", "текущий_месяц")
                )
            ),
            "money": raw("id | Прибыль\n" + "\n".join(f"{i} | 3.25" for i in numbers)),
        }

    return make
