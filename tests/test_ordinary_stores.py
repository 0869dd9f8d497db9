"""Stores that merely lack something pass the whole chain; what fits nobody there is told."""

import logging
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

# The settings of a run silence what scikit-learn says of a constant column; pytest forgets them.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{message}:{kind}:sklearn")
    for message, kind in (
        ("Features", "UserWarning"),
        ("k=", "UserWarning"),
        ("invalid value", "RuntimeWarning"),
        ("Found unknown categories", "UserWarning"),
    )
]
Change = Callable[[Path], None]
MISSING = re.compile(r"\b(nan|NaN|NaT|inf|None)\b|<NA>")
READ = ("report_ru.html", "report_en.html", "model_card_ru.md", "model_card_en.md")
LISTS = ("contact_list.csv", "no_contact_list.csv")


def column(name: str, new: str, old: str | None = None) -> Change:
    """Return a change of a column of market_file: all values, or only the old one, become new."""
    return file_column("market_file.csv", ",", name, new, old)


def file_column(file: str, separator: str, name: str, new: str, old: str | None = None) -> Change:
    def change(folder: Path) -> None:
        table = pd.read_csv(folder / file, sep=separator, dtype="str", keep_default_na=False)
        table[name] = table[name].mask(table[name] == old, new) if old else new
        table.to_csv(folder / file, sep=separator, index=False)

    return change


def one_client_of(every: int) -> Change:
    """Return a change that leaves one client of so many."""

    def change(folder: Path) -> None:
        for file in folder.glob("*.csv"):
            separator = ";" if file.stem == "money" else ","
            table = pd.read_csv(file, sep=separator, dtype="str", keep_default_na=False)
            some = table[table["id"].astype("int64") % every == 0]
            some.to_csv(file, sep=separator, index=False)

    return change


def several(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


NO_CONSENT = column("Разрешить сообщать", "нет")
NO_ERRORS = column("Ошибка_сервиса", "0")
NO_UNPAID = column("Неоплаченные_продукты_штук_квартал", "0")
MESSAGES = {
    *("category_discount", "category_mailing", "companion_goods", "loyalty_bonus", "risk_coupon"),
    *("cart_reminder", "service_apology"),
}
STORES: dict[str, tuple[Change, set[str]]] = {
    "all_consent": (column("Разрешить сообщать", "да"), set()),
    "no_consent": (NO_CONSENT, MESSAGES),
    "no_errors": (NO_ERRORS, {"service_apology"}),
    "no_unpaid": (NO_UNPAID, {"abandoned_carts", "cart_reminder"}),
    "no_children": (
        column("Популярная_категория", "Кухонная посуда", "Товары для детей"),
        {"category_discount"},
    ),
    "no_promo": (column("Акционные_покупки", "0"), {"promo_seekers", "loyalty_bonus"}),
    "one_category": (column("Популярная_категория", "Кухонная посуда"), {"category_discount"}),
    "one_service": (column("Тип сервиса", "стандарт"), set()),
    "no_contacts": (column("Маркет_актив_тек_мес", "0"), set()),
    "no_profit": (file_column("money.csv", ";", "Прибыль", "0"), set()),
    "rested": (column("Маркет_актив_тек_мес", "9"), MESSAGES),
}
BARE = several(NO_CONSENT, NO_ERRORS, NO_UNPAID)


def plant(project: Path, change: Change) -> Path:
    """Make a snapshot from the bundled store by a change; return where people will read of it."""
    folder = project / "data" / "01_raw" / "store"
    shutil.copytree(folder.with_name("demo"), folder)
    change(folder)
    return project / "data" / "test" / "08_reporting" / "store"


def check_what_people_read(reporting: Path) -> None:
    """Check that no missing value is shown, and that the clients' places add up."""
    for name in (*READ, *LISTS):
        text = re.sub(r"data:image/png;base64,[^\"]+", "", (reporting / name).read_text(encoding="utf-8"))
        assert len(text) > 100
        assert not MISSING.findall(text), name
    sheets = pd.read_excel(
        reporting / "client_list.xlsx", sheet_name=None, dtype="str", keep_default_na=False
    )
    assert not [
        cell for sheet in sheets.values() for cell in sheet.to_numpy().ravel() if MISSING.fullmatch(cell)
    ]
    actions = pd.read_parquet(reporting / "client_actions.parquet")
    segments = pd.read_parquet(reporting / "segments.parquet")
    assert actions["client_id"].is_unique
    assert len(actions) == len(segments)
    listed = sum(len(sheet) for name, sheet in sheets.items() if name != "Пояснения")
    assert listed == len(actions) - (actions["action"] == "control").sum()
    summary = pd.read_parquet(reporting / "action_summary.parquet")
    assert summary["clients"].sum() == len(actions)
    page = (reporting / "report_en.html").read_text(encoding="utf-8")
    at_risk = summary.loc[summary["at_risk"], "clients"].sum()
    assert f'<td>All clients at risk</td><td class="n">{at_risk}</td>' in page or at_risk == 0


def idle(reporting: Path) -> set[str]:
    rules = pd.read_parquet(reporting / "idle_rules.parquet")
    page = (reporting / "report_ru.html").read_text(encoding="utf-8")
    assert all(title in page for title in rules["title_ru"])
    return set(rules["code"])


@pytest.mark.expensive
@pytest.mark.parametrize("name", STORES)
def test_a_store_that_lacks_something_passes_the_whole_chain(
    project: Path, kedro_run_here: Callable[..., Result], name: str
) -> None:
    change, expected = STORES[name]
    reporting = plant(project, change)
    result = kedro_run_here("--env", "test", "--params", "snapshot=store")
    assert result.exit_code == 0, result.output
    check_what_people_read(reporting)
    assert expected <= idle(reporting)


def test_a_bare_store_without_a_budget_passes_the_whole_chain(
    project: Path, kedro_run_here: Callable[..., Result], caplog: pytest.LogCaptureFixture
) -> None:
    reporting = plant(project, several(BARE, one_client_of(3)))
    with caplog.at_level(logging.WARNING):
        result = kedro_run_here("--env", "test", "--params", "snapshot=store,campaign.budget=0")
    assert result.exit_code == 0, result.output
    assert "fits nobody this month" in caplog.text
    check_what_people_read(reporting)
    assert {*MESSAGES, "abandoned_carts"} <= idle(reporting)
    actions = pd.read_parquet(reporting / "client_actions.parquet")
    assert set(actions.loc[actions["at_risk"], "action"]) <= {"not_selected", "no_consent", "no_offer"}
