"""The search for a family's best settings: Optuna's TPE, or random draws from the same space."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from one_click.columns import TARGET
from one_click.errors import DataError
from one_click.folds import Split, make_splits
from one_click.parameters import Family, ModelSelection, Range
from one_click.scores import feature_columns, uncalibrated_score

from .families import SCALER, build_model, build_preprocessing

if TYPE_CHECKING:
    import optuna

Choice = dict[str, Any]
_REFUSED = "refused"  # user attribute of a trial: why its settings could not be fitted
FoldData = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


class FoldScorer:
    """Scores points of a search space on fixed folds; each preprocessing is fitted once per fold.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
    splits : list of (train, test)
        Row positions.
    """

    def __init__(self, clients: pd.DataFrame, splits: list[Split]) -> None:
        self._features = clients[feature_columns(clients)]
        self._target = clients[TARGET].to_numpy()
        self._splits = splits
        self._prepared: dict[str, list[FoldData]] = {}

    def score(self, family: Family, choice: Choice) -> list[float]:
        """Return the ROC-AUC on each fold of a family's model with the settings `choice`."""
        values = []
        for train, train_target, test, test_target in self._folds(choice.get(SCALER, "standard")):
            model = build_model(family, choice).fit(train, train_target)
            values.append(float(roc_auc_score(test_target, uncalibrated_score(model, test))))
        return values

    def _folds(self, scaler: str) -> list[FoldData]:
        if scaler not in self._prepared:
            self._prepared[scaler] = [self._prepare(scaler, *split) for split in self._splits]
        return self._prepared[scaler]

    def _prepare(self, scaler: str, train: NDArray[np.intp], test: NDArray[np.intp]) -> FoldData:
        preprocessing = build_preprocessing(self._features, scaler)
        fitted = preprocessing.fit_transform(self._features.iloc[train])
        return (
            fitted,
            self._target[train],
            preprocessing.transform(self._features.iloc[test]),
            self._target[test],
        )


def search(
    clients: pd.DataFrame,
    family: Family,
    options: ModelSelection,
    open_study: Callable[[str], "optuna.Study"],
) -> pd.DataFrame:
    """Spend the family's budget of trials, or what an interrupted search left of it.

    Every trial's sampler is seeded from the seed and the number of trials done before it, so that a resumed
    search draws what an undisturbed one would have drawn.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
    family : Family
        The search space.
    options : ModelSelection
        Folds, strategy, budget and seed.
    open_study : callable
        Opens or creates the study of a name.

    Returns
    -------
    DataFrame, one row per trial: trial, roc_auc (mean over folds), roc_auc_sd, settings (JSON)
        Settings that these clients cannot be fitted with (more neighbours than clients) are left out, but
        spend the budget.

    Raises
    ------
    DataError
        If no settings at all could be fitted.
    """
    splits = make_splits(clients, options.folds, options.seed)
    scorer = FoldScorer(clients, splits)
    study = open_study(fingerprint(clients, splits, family, options))
    for trial in _remaining_trials(study, options):
        _run(trial, study, scorer, family)
    return _tabulate(study, options.trials)


def _run(trial: "optuna.Trial", study: "optuna.Study", scorer: FoldScorer, family: Family) -> None:
    from optuna.trial import TrialState

    try:
        values = scorer.score(family, _suggest(trial, family))
    except ValueError as error:
        trial.set_user_attr(_REFUSED, str(error))
        study.tell(trial, state=TrialState.FAIL)
        return
    trial.set_user_attr("roc_auc_sd", float(np.std(values, ddof=1)))
    study.tell(trial, float(np.mean(values)))


def fingerprint(clients: pd.DataFrame, splits: list[Split], family: Family, options: ModelSelection) -> str:
    """Return a name that changes with the data, the folds, the space, the strategy and the seed.

    The budget is left out: a larger one continues the same study.
    """
    digest = hashlib.sha256(pd.util.hash_pandas_object(clients, index=False).to_numpy().tobytes())
    digest.update(",".join(clients.columns).encode())
    for _, test in splits:
        digest.update(test.astype("int64").tobytes() + b"|")
    settings = [options.seed, options.strategy, options.startup_trials]
    space = family.model_dump(mode="json", exclude={"interpretability"})
    digest.update(json.dumps([settings, space]).encode())
    return digest.hexdigest()[:16]


def _remaining_trials(study: "optuna.Study", options: ModelSelection) -> Iterator["optuna.Trial"]:
    """Yield the trials still to run; one that was left running is given up and run again."""
    from optuna.trial import TrialState

    for left in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        study.tell(left.number, state=TrialState.FAIL)
    for number in range(len(_finished(study)), options.trials):
        study.sampler = _sampler(options, number)
        yield study.ask()


def _finished(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    """Return the trials that ran to their end: with a value, or refused by the classifier itself."""
    from optuna.trial import TrialState

    trials = study.get_trials(deepcopy=False)
    return [trial for trial in trials if trial.state == TrialState.COMPLETE or _REFUSED in trial.user_attrs]


def _sampler(options: ModelSelection, number: int) -> Any:
    from optuna.samplers import RandomSampler, TPESampler

    seed = int(np.random.SeedSequence([options.seed, number]).generate_state(1)[0])
    if options.strategy == "random":
        return RandomSampler(seed=seed)
    return TPESampler(seed=seed, n_startup_trials=options.startup_trials, multivariate=True)


def _suggest(trial: "optuna.Trial", family: Family) -> Choice:
    choice: Choice = {}
    for name, values in family.space.items():
        if not isinstance(values, Range):
            choice[name] = trial.suggest_categorical(name, values.choices)
        elif values.whole:
            choice[name] = trial.suggest_int(name, int(values.low), int(values.high), log=values.log)
        else:
            choice[name] = trial.suggest_float(name, values.low, values.high, log=values.log)
    return choice


def _tabulate(study: "optuna.Study", budget: int) -> pd.DataFrame:
    # A study that once had a larger budget holds more trials than are asked for now.
    finished = list(enumerate(_finished(study)[:budget]))
    fitted = [(number, trial) for number, trial in finished if _REFUSED not in trial.user_attrs]
    if not fitted:
        reason = finished[0][1].user_attrs[_REFUSED]
        raise DataError(
            f"None of the {len(finished)} settings tried could be fitted: {reason}",
            file="conf/base/parameters_model_selection.yml",
            column=study.study_name.rpartition("-")[0],
            rule="a family's space holds settings that suit the number of clients",
            remedy="narrow the family's space, or bring a larger extract",
        )
    return pd.DataFrame(
        [
            {
                "trial": number,
                "roc_auc": trial.value,
                "roc_auc_sd": trial.user_attrs["roc_auc_sd"],
                "settings": json.dumps(trial.params, sort_keys=True),
            }
            for number, trial in fitted
        ]
    )


def best_choice(trials: pd.DataFrame) -> Choice:
    """Return the settings of the best trial; of equals, the first."""
    choice: Choice = json.loads(trials.loc[trials["roc_auc"].idxmax(), "settings"])
    return choice
