"""The page's own words in both languages; sentences about data come from the tables."""

from one_click.columns import Language

METRICS: dict[str, dict[Language, str]] = {
    "roc_auc": {"ru": "ROC-AUC", "en": "ROC-AUC"},
    "average_precision": {"ru": "Площадь под кривой точность–полнота", "en": "Area under precision–recall"},
    "lift_at_fifth": {
        "ru": "Во сколько раз пятая часть базы богаче снизившими, чем случайная",
        "en": "Lift in the fifth at highest risk",
    },
    "f1_declined": {"ru": "F1 снизивших активность", "en": "F1 of the declined"},
    "f1_weighted": {"ru": "F1 взвешенная по классам", "en": "F1 weighted by class"},
    "precision_declined": {"ru": "Точность: доля верных среди отмеченных", "en": "Precision of the declined"},
    "recall_declined": {"ru": "Полнота: доля найденных снизивших", "en": "Recall of the declined"},
    "brier_score": {"ru": "Ошибка Брайера", "en": "Brier score"},
    "log_loss": {"ru": "Логарифмическая ошибка", "en": "Log loss"},
    "calibration_error": {"ru": "Ошибка калибровки", "en": "Calibration error"},
}

CHANNELS: dict[str, dict[Language, str]] = {
    "email": {"ru": "письмо", "en": "email"},
    "push": {"ru": "уведомление", "en": "push message"},
    "on_site": {"ru": "на сайте", "en": "on the site"},
}

QUALITY_SUBJECTS: dict[str, dict[Language, str]] = {
    "form": {"ru": "форма файла", "en": "form of the file"},
    "rows_in": {"ru": "строк на входе", "en": "rows in"},
    "repair": {"ru": "исправлено", "en": "mended"},
    "rejection": {"ru": "исключено", "en": "left out"},
    "rows_out": {"ru": "строк на выходе", "en": "rows out"},
    "audit": {"ru": "проверка", "en": "audit"},
}

QUALITY_DETAILS: dict[str, dict[Language, str]] = {
    "utf-8-sig": {"ru": "UTF-8", "en": "UTF-8"},
    "cp1251": {"ru": "Windows-1251", "en": "Windows-1251"},
    "commas": {"ru": "через запятую", "en": "separated by commas"},
    "semicolons": {"ru": "через точку с запятой", "en": "separated by semicolons"},
    "tabs": {"ru": "через табуляцию", "en": "separated by tabs"},
    "decimal_point": {"ru": "десятичная точка", "en": "decimal points"},
    "decimal_comma": {"ru": "десятичная запятая", "en": "decimal commas"},
    "known_misspelling": {"ru": "известная опечатка", "en": "known misspelling"},
    "blanks_trimmed": {"ru": "лишние пробелы", "en": "stray blanks"},
    "missing_value": {"ru": "пустое значение", "en": "missing value"},
    "unknown_value": {"ru": "неизвестное значение", "en": "unknown value"},
    "not_a_number": {"ru": "не число", "en": "not a number"},
    "negative_value": {"ru": "отрицательное значение", "en": "negative value"},
    "above_one": {"ru": "доля больше единицы", "en": "share above one"},
    "repeated_row": {"ru": "повтор строки", "en": "repeated row"},
    "contradicting_rows": {"ru": "противоречивые строки", "en": "contradicting rows"},
    "no_purchases_in_a_month": {"ru": "нет покупок в одном из месяцев", "en": "no purchases in some month"},
    "implausible_revenue": {"ru": "неправдоподобная выручка", "en": "implausible revenue"},
    "client_left_out": {
        "ru": "остальные строки исключённых клиентов",
        "en": "other rows of clients left out",
    },
    "order_leak": {
        "ru": "номер клиента выдаёт ответ (ROC-AUC; в признаки не входит)",
        "en": "client number gives the answer away (ROC-AUC; never a feature)",
    },
    "twins": {"ru": "клиенты, неотличимые от других", "en": "clients equal to another"},
}

TEXTS: dict[Language, dict[str, str]] = {
    "ru": {
        "title": "Кто может снизить покупки и что ему предложить",
        "subtitle": "Интернет-магазин «В один клик», данные за {snapshot}",
        "clients": "клиентов в анализе",
        "at_risk": "в зоне риска",
        "profit_at_risk": "прибыли под риском {months}",
        "quality": "ROC-AUC на отложенных клиентах",
        "kept": "прибыли могут сохранить предложения",
        "interval": "от {low} до {high}",
        "units": "ед. прибыли",
        "portrait": "Портрет клиента, который снижает активность",
        "reasons": "На что смотрит модель",
        "reasons_note": "Это связи, которые видит модель, а не доказанные причины: изменение признака само по "
        "себе может ничего не дать.",
        "segments": "Сегменты",
        "segments_note": "Прибыль под риском — вероятность снижения, умноженная на прибыль {months}. Считается, "
        "что снизивший активность клиент уносит всю прибыль, поэтому это верхняя граница.",
        "offers": "Что предложить",
        "offers_note": "Эффекты предложений — допущения, пока кампания с контрольной группой их не измерила. "
        "Клиентам, которые не разрешили сообщения, письма и уведомления не предлагаются.",
        "top_clients": "Клиенты, с которых стоит начать",
        "model": "Можно ли верить модели",
        "model_note": "Отложенные клиенты ({n}) не участвовали в выборе модели и её обучении для этой проверки; после неё модель обучена на всех. В скобках — 95 % интервалы.",
        "data": "Данные",
        "data_note": "Исключено клиентов: {left_out}. Исправлено ячеек: {mended}. Полные списки с причинами — в "
        "наборах rejected_rows и repairs.",
        "limits": "Чего мы не знаем",
        "label_same": "Метка снижения взята из того же среза, что и признаки. Это описание нынешнего состояния; "
        "слова «в ближайшие три месяца» подтвердит только метка более позднего среза (label_snapshot).",
        "label_later": "Метка снижения взята из более позднего среза {label_snapshot}.",
        "limits_profit": "Единица прибыли в данных не описана, поэтому суммы даны в «ед. прибыли».",
        "limits_threshold": "В зоне риска — клиенты с вероятностью от {threshold}. Порог выбран по F1 вне обучения.",
        "segment": "Сегмент",
        "share": "Доля базы",
        "probability": "Средний риск",
        "reachable": "Можно написать",
        "offer": "Предложение",
        "channel": "Канал",
        "cost": "Стоимость",
        "kept_column": "Может сохранить (от … до …)",
        "client": "Клиент",
        "risk": "Риск",
        "monthly_profit": "Прибыль в месяц",
        "why": "Причины",
        "metric": "Показатель",
        "reference": "Эталон",
        "table": "Таблица",
        "subject": "Что",
        "detail": "Подробность",
        "count": "Сколько",
        "number_of_clients": "Клиентов",
        "profit_column": "Прибыль под риском",
    },
    "en": {
        "title": "Who may buy less, and what to offer",
        "subtitle": "Online store “В один клик”, data of {snapshot}",
        "clients": "clients analysed",
        "at_risk": "at risk",
        "profit_at_risk": "of profit at risk {months}",
        "quality": "ROC-AUC on held-out clients",
        "kept": "of profit the offers may keep",
        "interval": "{low} to {high}",
        "units": "profit units",
        "portrait": "Portrait of the client whose activity declines",
        "reasons": "What the model looks at",
        "reasons_note": "These are associations that the model sees, not proven causes: changing a feature may by "
        "itself change nothing.",
        "segments": "Segments",
        "segments_note": "Profit at risk is the probability of decline times the profit {months}. A client who "
        "declines is taken to carry away all profit, so this is an upper bound.",
        "offers": "What to offer",
        "offers_note": "Effects of offers are assumptions until a campaign with a control group has measured them. "
        "Clients who do not allow messages get neither email nor push messages.",
        "top_clients": "Clients to begin with",
        "model": "Can the model be trusted",
        "model_note": "The held-out clients ({n}) took no part in the selection and the training that are judged here; afterwards the model was trained on all. In brackets: 95% intervals.",
        "data": "Data",
        "data_note": "Clients left out: {left_out}. Cells mended: {mended}. The full lists with reasons are the data "
        "sets rejected_rows and repairs.",
        "limits": "What we do not know",
        "label_same": "The label of decline comes from the same extract as the features. It describes the present; "
        "only the label of a later extract (label_snapshot) can confirm the words “in the next three months”.",
        "label_later": "The label of decline comes from the later extract {label_snapshot}.",
        "limits_profit": "The data do not say what unit profit is in, so amounts are in “profit units”.",
        "limits_threshold": "At risk are clients with a probability of at least {threshold}. The threshold was chosen "
        "by F1, out of fold.",
        "segment": "Segment",
        "share": "Share of base",
        "probability": "Mean risk",
        "reachable": "May be messaged",
        "offer": "Offer",
        "channel": "Channel",
        "cost": "Cost",
        "kept_column": "May keep (low to high)",
        "client": "Client",
        "risk": "Risk",
        "monthly_profit": "Monthly profit",
        "why": "Reasons",
        "metric": "Figure",
        "reference": "Reference",
        "table": "Table",
        "subject": "What",
        "detail": "Detail",
        "count": "Count",
        "number_of_clients": "Clients",
        "profit_column": "Profit at risk",
    },
}
