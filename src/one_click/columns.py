"""The vocabulary: names of tables and columns, their source, kind, group, labels and units.

Everything else in the package refers to columns by these names; Russian and English labels are written
down here and nowhere else.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Language = Literal["ru", "en"]
Words = dict[Language, str]  # the same in both languages
Kind = Literal["id", "whole", "number", "share", "flag", "category", "target", "period"]
Group = Literal[
    "communication", "site_behaviour", "product_preferences", "finance", "decision", "key", "target"
]

LANGUAGES: tuple[Language, ...] = ("ru", "en")

CLIENT_ID = "client_id"
TARGET = "activity_declined"
PROFIT = "monthly_profit"
TWIN_GROUP = "twin_group"
LINE = "line"
PERIOD = "period"

INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


@dataclass(frozen=True)
class Column:
    """One column of the project's vocabulary.

    Attributes
    ----------
    name : str
        English snake_case name used in code and data.
    kind : Kind
        How its text is read and which values are possible.
    group : Group
        The part of the client's life that it describes.
    ru, en : str
        Labels for readers.
    unit_ru, unit_en : str
        Units for readers; empty where the column has none.
    source : str
        Header in the store's files; empty for engineered columns and for columns made from periods.
    changeable : bool
        Whether the store itself can change the value (contacts, cart, promo, errors) or only observes it.
    only_less : bool
        Whether the store would only ever make it less (errors, unpaid items).
    """

    name: str
    kind: Kind
    group: Group
    ru: str
    en: str
    unit_ru: str = ""
    unit_en: str = ""
    source: str = ""
    changeable: bool = False
    only_less: bool = False


_STORE_COLUMNS = (
    Column(CLIENT_ID, "id", "key", "Номер клиента", "Client number", source="id"),
    Column(
        TARGET,
        "target",
        "target",
        "Активность снизилась",
        "Activity declined",
        source="Покупательская активность",
    ),
    Column(
        "allows_messages",
        "flag",
        "communication",
        "Разрешает сообщения",
        "Allows messages",
        source="Разрешить сообщать",
    ),
    Column(
        "marketing_contacts_6m",
        "number",
        "communication",
        "Контакты за 6 месяцев",
        "Contacts over 6 months",
        "в месяц",
        "per month",
        "Маркет_актив_6_мес",
        changeable=True,
    ),
    Column(
        "marketing_contacts_current",
        "whole",
        "communication",
        "Контакты в текущем месяце",
        "Contacts in the current month",
        "шт.",
        "contacts",
        "Маркет_актив_тек_мес",
        changeable=True,
    ),
    Column(
        "minutes_previous",
        "whole",
        "site_behaviour",
        "Время на сайте в прошлом месяце",
        "Time on site last month",
        "мин.",
        "min",
    ),
    Column(
        "minutes_current",
        "whole",
        "site_behaviour",
        "Время на сайте в текущем месяце",
        "Time on site this month",
        "мин.",
        "min",
    ),
    Column(
        "pages_per_visit",
        "whole",
        "site_behaviour",
        "Страниц за визит",
        "Pages per visit",
        "стр.",
        "pages",
        "Страниц_за_визит",
    ),
    Column(
        "service_errors",
        "whole",
        "site_behaviour",
        "Ошибки сервиса",
        "Service errors",
        "шт.",
        "errors",
        "Ошибка_сервиса",
        changeable=True,
        only_less=True,
    ),
    Column(
        "promo_purchase_share",
        "share",
        "product_preferences",
        "Доля покупок по акции",
        "Share of promo purchases",
        "",
        "",
        "Акционные_покупки",
        changeable=True,
    ),
    Column(
        "popular_category",
        "category",
        "product_preferences",
        "Популярная категория",
        "Popular category",
        source="Популярная_категория",
    ),
    Column(
        "category_views_per_visit",
        "whole",
        "product_preferences",
        "Категорий за визит",
        "Categories per visit",
        "шт.",
        "categories",
        "Средний_просмотр_категорий_за_визит",
    ),
    Column(
        "unpaid_items_quarter",
        "whole",
        "product_preferences",
        "Неоплаченные товары за квартал",
        "Unpaid items in the quarter",
        "шт.",
        "items",
        "Неоплаченные_продукты_штук_квартал",
        changeable=True,
        only_less=True,
    ),
    Column(
        "revenue_two_months_ago",
        "number",
        "finance",
        "Выручка позапрошлого месяца",
        "Revenue two months ago",
        "ед. выручки",
        "revenue units",
    ),
    Column(
        "revenue_previous",
        "number",
        "finance",
        "Выручка прошлого месяца",
        "Revenue last month",
        "ед. выручки",
        "revenue units",
    ),
    Column(
        "revenue_current",
        "number",
        "finance",
        "Выручка текущего месяца",
        "Revenue this month",
        "ед. выручки",
        "revenue units",
    ),
    Column("service_type", "category", "finance", "Тип сервиса", "Service type", source="Тип сервиса"),
    Column(
        "days_registered",
        "whole",
        "finance",
        "Дней с регистрации",
        "Days since registration",
        "дн.",
        "days",
        "Длительность",
    ),
    Column(
        PROFIT,
        "number",
        "decision",
        "Прибыль в месяц",
        "Monthly profit",
        "ед. прибыли",
        "profit units",
        "Прибыль",
    ),
)

# The labels of what `one_click.features.ENGINEERED` says how to calculate.
_ENGINEERED_COLUMNS = (
    Column(
        "revenue_trend",
        "number",
        "finance",
        "Выручка месяца к среднему за три",
        "Revenue this month against the mean of three",
    ),
    Column(
        "minutes_trend",
        "number",
        "site_behaviour",
        "Изменение времени на сайте",
        "Change of time on site",
        "мин.",
        "min",
    ),
    Column("promo_habit", "flag", "product_preferences", "Привычка покупать по акции", "Promo buying habit"),
)

COLUMNS: dict[str, Column] = {column.name: column for column in (*_STORE_COLUMNS, *_ENGINEERED_COLUMNS)}
ENGINEERED_FEATURES: tuple[str, ...] = tuple(column.name for column in _ENGINEERED_COLUMNS)
BASE_FEATURES: tuple[str, ...] = tuple(
    column.name for column in _STORE_COLUMNS if column.group not in ("key", "target", "decision")
)
CATEGORICAL_FEATURES: tuple[str, ...] = tuple(n for n in BASE_FEATURES if COLUMNS[n].kind == "category")

GROUP_LABELS: dict[str, Words] = {
    "communication": {"ru": "Коммуникация", "en": "Communication"},
    "site_behaviour": {"ru": "Поведение на сайте", "en": "Site behaviour"},
    "product_preferences": {"ru": "Продуктовые предпочтения", "en": "Product preferences"},
    "finance": {"ru": "Финансы и статус", "en": "Finance and status"},
}

TARGET_VALUES: dict[str, int] = {"Прежний уровень": 0, "Снизилась": 1}
FLAG_VALUES: dict[str, bool] = {"да": True, "нет": False}
MONTHS: dict[str, str] = {
    "препредыдущий_месяц": "two_months_ago",
    "предыдущий_месяц": "previous",
    "текущий_месяц": "current",
}

# What readers see instead of the store's own words; a value without an entry is shown as it is.
GLOSSARY: dict[str, Words] = {
    "Товары для детей": {"ru": "Товары для детей", "en": "Children's goods"},
    "Домашний текстиль": {"ru": "Домашний текстиль", "en": "Home textiles"},
    "Косметика и аксесуары": {"ru": "Косметика и аксессуары", "en": "Cosmetics and accessories"},
    "Техника для красоты и здоровья": {
        "ru": "Техника для красоты и здоровья",
        "en": "Beauty and health appliances",
    },
    "Кухонная посуда": {"ru": "Кухонная посуда", "en": "Kitchenware"},
    "Мелкая бытовая техника и электроника": {
        "ru": "Мелкая бытовая техника и электроника",
        "en": "Small appliances and electronics",
    },
    "премиум": {"ru": "премиум", "en": "premium"},
    "стандарт": {"ru": "стандарт", "en": "standard"},
}


# The values of categories that the vocabulary knows; others are kept, and shown in `audit`.
KNOWN_VALUES: dict[str, tuple[str, ...]] = {
    "service_type": ("премиум", "стандарт"),
    "popular_category": tuple(value for value in GLOSSARY if value not in ("премиум", "стандарт")),
}


@dataclass(frozen=True)
class Table:
    """One of the store's files.

    Attributes
    ----------
    name : str
        Name of the catalog data set; the file is ``<name>.csv``.
    columns : tuple of Column
        Columns the file must have, the client number first.
    months : tuple of str
        Months that every client must have a row for; empty where there is one row per client.
    optional : tuple of str
        Columns that the file may lack (the target, in a month that is only scored).
    """

    name: str
    columns: tuple[Column, ...]
    months: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Name of the file inside a snapshot's folder."""
        return f"{self.name}.csv"

    @property
    def value_columns(self) -> tuple[Column, ...]:
        """Columns other than the client number and the period."""
        return tuple(column for column in self.columns if column.kind not in ("id", "period"))


# The order of the columns in the store's own market_file.
_PROFILE_COLUMNS = (
    CLIENT_ID,
    "service_type",
    "allows_messages",
    "marketing_contacts_6m",
    "marketing_contacts_current",
    "days_registered",
    "promo_purchase_share",
    "popular_category",
    "category_views_per_visit",
    "unpaid_items_quarter",
    "service_errors",
    "pages_per_visit",
)


_PERIOD_COLUMN = Column(PERIOD, "period", "key", "Период", "Period", source="Период")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("market_file", tuple(COLUMNS[name] for name in _PROFILE_COLUMNS)),
        Table(
            "market_money",
            (
                COLUMNS[CLIENT_ID],
                _PERIOD_COLUMN,
                Column("revenue", "number", "finance", "Выручка", "Revenue", source="Выручка"),
            ),
            ("two_months_ago", "previous", "current"),
        ),
        Table(
            "market_time",
            (
                COLUMNS[CLIENT_ID],
                _PERIOD_COLUMN,
                Column("minutes", "whole", "site_behaviour", "Минуты", "Minutes", source="минут"),
            ),
            ("previous", "current"),
        ),
        Table("money", (COLUMNS[CLIENT_ID], COLUMNS[PROFIT])),
        Table("label_file", (COLUMNS[CLIENT_ID], COLUMNS[TARGET]), optional=(TARGET,)),
    )
}


def single_spaced(text: str) -> str:
    r"""Return text with single plain blanks between its words, and none that cannot be seen.

    Examples
    --------
    >>> single_spaced(" Товары\u00a0для  детей\u200b")
    'Товары для детей'
    """
    return " ".join(INVISIBLE.sub("", text).split())


def normalised(text: str) -> str:
    """Return text without differences of blanks and of how accents are stored."""
    return unicodedata.normalize("NFC", single_spaced(text))


def plain(name: str) -> str:
    """Return a header or a word without differences of case, of blanks and of how accents are stored."""
    return normalised(name).casefold()


def known_words(column: Column, table: Table) -> tuple[str, ...]:
    """Return the words that a column holds as far as the vocabulary knows; none for numbers."""
    if column.kind == "period":
        return tuple(word for word, month in MONTHS.items() if month in table.months)
    if column.kind in ("flag", "target"):
        return tuple(FLAG_VALUES if column.kind == "flag" else TARGET_VALUES)
    return KNOWN_VALUES.get(column.name, ())


# Every column that a file of the store may have.
SOURCE_COLUMNS: tuple[Column, ...] = tuple(
    {column.source: column for table in TABLES.values() for column in table.columns}.values()
)


def label(name: str, language: Language) -> str:
    """Return a column's label for readers."""
    return COLUMNS[name].ru if language == "ru" else COLUMNS[name].en


_SINGULAR = {
    "categories": "category",
    "contacts": "contact",
    "days": "day",
    "errors": "error",
    "items": "item",
    "pages": "page",
}


def unit(name: str, language: Language, amount: float | None = None) -> str:
    """Return a column's unit for readers, in the number that goes with `amount`, or an empty string."""
    if language == "ru":
        return COLUMNS[name].unit_ru
    plural = COLUMNS[name].unit_en
    return _SINGULAR.get(plural, plural) if amount == 1 else plural


def decimals(name: str, amount: float) -> int:
    """Return how many decimals readers see of an amount; of a share, those of the percentage."""
    whole = COLUMNS[name].kind == "share" or amount == round(amount) or abs(amount) >= 100
    return 0 if whole else 1


def translate(value: str, language: Language) -> str:
    """Return the reader's words for one of the store's values, or the value itself."""
    return GLOSSARY.get(value, {}).get(language, value)


# A further family of models is one entry here and one in conf/base/parameters_model_selection.yml.
FAMILY_LABELS: dict[str, Words] = {
    "logistic_regression": {"ru": "Логистическая регрессия", "en": "Logistic regression"},
    "spline_logistic_regression": {
        "ru": "Логистическая регрессия со сплайнами",
        "en": "Spline logistic regression",
    },
    "decision_tree": {"ru": "Дерево решений", "en": "Decision tree"},
    "k_nearest_neighbours": {"ru": "Ближайшие соседи", "en": "Nearest neighbours"},
    "svc": {"ru": "Метод опорных векторов", "en": "Support vector machine"},
}
MODEL_LABELS: dict[str, Words] = {
    **FAMILY_LABELS,
    "reference": {"ru": "Эталон: логистическая, L1", "en": "Reference: logistic, L1"},
    "voting": {"ru": "Голосование семейств", "en": "Vote of the families"},
    "extra_trees": {"ru": "Чёрный ящик: случайные деревья", "en": "Black box: extra trees"},
    "hist_gradient_boosting": {"ru": "Чёрный ящик: бустинг", "en": "Black box: gradient boosting"},
    "explainable_boosting": {"ru": "Аддитивный бустинг (EBM)", "en": "Explainable boosting (EBM)"},
    "best": {"ru": "Правило «лучшая»", "en": "Rule “best”"},
    "one_standard_error": {"ru": "Правило одной стандартной ошибки", "en": "Rule “one standard error”"},
    "dummy": {"ru": "Без модели", "en": "No model"},
}


def model_label(name: str, language: Language) -> str:
    """Return the label of a model or rule of selection.

    Raises
    ------
    KeyError
        If it has none; the parameters let no model without a label through.
    """
    return MODEL_LABELS[name][language]
