"""The search for a family's best hyperparameters: Optuna's TPE, or random draws from the same space."""

import hashlib
import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from one_click.modelling.evaluation import corrected_interval
from one_click.modelling.families import BASIS_STEPS, SCALER_STEPS, Choice
from one_click.modelling.fingerprint import fingerprint
from one_click.modelling.fold_scorer import FoldScorer
from one_click.modelling.folds import Split, make_splits
from one_click.parameters import Family, ModelSelection, Range

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

_REFUSED = "refused"  # user attribute of a trial: why its hyperparameters could not be fitted
FAULTS_OF_A_FIT = (ArithmeticError, RuntimeError, TypeError, ValueError)
_GAIN_SEEDS = 500  # from which those of the folds that judge a gain start
COMPLETE, STOPPED, REFUSED = "complete", "stopped", "refused"


class TrialLog(Protocol):
    """Where finished trials are kept, so that a killed search finds them again."""

    @property
    def trials(self) -> Sequence["FrozenTrial"]:
        """Trials kept so far, in their order."""

    def record(self, trial: "FrozenTrial") -> None:
        """Keep one more."""


OpenLog = Callable[[str, int], TrialLog]


class InMemoryLog:
    """A log for searches that need not survive their process."""

    def __init__(self, name: str = "", budget: int = 0) -> None:
        self.name, self.budget = name, budget
        self.trials: list[FrozenTrial] = []

    def record(self, trial: "FrozenTrial") -> None:
        """Keep one more."""
        self.trials.append(trial)


def search(clients: pd.DataFrame, family: Family, options: ModelSelection, open_log: OpenLog) -> pd.DataFrame:
    """Spend the family's budget of trials, or what an interrupted search left of it.

    The study itself lives in memory; a trial is recorded once it is finished, in one transaction, so that a
    killed search neither loses nor repeats one. Every trial's sampler is seeded from the seed and the number
    of trials before it: a resumed search draws what an undisturbed one would have drawn.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
    family : Family
        The search space, and the hyperparameters that are tried first.
    options : ModelSelection
        Folds, strategy, budget and seed.
    open_log : callable
        Opens or creates the log of a name, for a budget.

    Returns
    -------
    DataFrame of `schemas.model_selection.Trials`
        Chosen is the best trial if its gain exceeds `start_margin` errors, else the family's start: of many
        trials the best is partly the luckiest. Gain is what the best has ahead of the start on
        `gain_repeats` repeats of folds of other seeds, where that luck is gone, with its corrected error
        (Nadeau and Bengio). The ROC-AUC of a ``stopped`` trial is the one that its folds let expect.
    """
    splits = make_splits(clients, options.folds, options.seed)
    scorer = FoldScorer(clients, splits)
    log = open_log(name_study(clients, splits, family, options), options.trials)
    study = _study_in_memory(log.trials, options)
    for number in range(len(log.trials), options.trials):
        study.sampler = _sampler(options, number)
        # The first trial, so that no budget leaves out what the best one is compared with.
        if number == 0 and family.start:
            study.enqueue_trial(family.start)
        _run(study, scorer, family, options.folds)
        log.record(study.get_trials(deepcopy=False)[-1])
    # The log may hold more trials than a budget that was lowered since.
    table = _tabulate(study.get_trials(deepcopy=False)[: options.trials], options.folds)
    return _choose(table, clients, family, options)


def _study_in_memory(trials: Sequence["FrozenTrial"], options: ModelSelection) -> "optuna.Study":
    import optuna

    from one_click.modelling.pruner import PairedFoldPruner

    optuna.logging.set_verbosity(optuna.logging.ERROR)  # else every start in memory is announced
    study = optuna.create_study(direction="maximize", pruner=PairedFoldPruner(options.negligible_chance))
    study.add_trials(trials)
    return study


def _run(study: "optuna.Study", scorer: FoldScorer, family: Family, folds: int) -> None:
    """Run one trial fold by fold, until its end or until it is pruned."""
    from optuna.trial import TrialState

    trial = study.ask()
    choice = _suggest(trial, family)
    try:
        values = _score_folds(trial, scorer, family, choice, folds)
    except FAULTS_OF_A_FIT as error:
        trial.set_user_attr(_REFUSED, str(error) or type(error).__name__)
        # Refused trials are recorded, too: a space that cannot be fitted ends with its budget.
        study.tell(trial, state=TrialState.FAIL)
        return
    if len(values) < folds:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, float(np.mean(values)))


def _score_folds(
    trial: "optuna.Trial", scorer: FoldScorer, family: Family, choice: Choice, folds: int
) -> list[float]:
    """Return the ROC-AUC of each fold that the trial ran, and report the mean that they let expect."""
    from one_click.modelling.pruner import FOLD_VALUES, expected_mean, finished_values

    values: list[float] = []
    for fold in range(folds):
        values = [*values, scorer.score(family, choice, fold)]
        trial.set_user_attr(FOLD_VALUES, values)
        # TPE ranks pruned trials by their last report: a mean over the folds seen would favour easy folds.
        trial.report(expected_mean(finished_values(trial.study), values), step=len(values))
        if len(values) < folds and trial.should_prune():
            break
    return values


def name_study(clients: pd.DataFrame, splits: list[Split], family: Family, options: ModelSelection) -> str:
    """Return a name that changes with all that decides a trial: data, folds, space, rules, seed, libraries.

    The budget is left out: a larger one continues the same study.
    """
    digest = hashlib.sha256(fingerprint(clients).encode())
    for _, test in splits:
        digest.update(test.astype("int64").tobytes() + b"|")
    rules = [options.seed, options.strategy, options.startup_trials, options.negligible_chance]
    space = family.model_dump(mode="json", exclude={"interpretability", "vote_weight"})
    made_with = [version("scikit-learn"), version("optuna"), str(SCALER_STEPS), str(BASIS_STEPS)]
    digest.update(json.dumps([rules, space, made_with]).encode())
    return digest.hexdigest()[:16]


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


def _tabulate(trials: Sequence["FrozenTrial"], folds: int) -> pd.DataFrame:
    from one_click.modelling.pruner import FOLD_VALUES

    rows = []
    for number, trial in enumerate(trials):
        refused = _REFUSED in trial.user_attrs
        values = [] if refused else trial.user_attrs[FOLD_VALUES]
        state = REFUSED if refused else COMPLETE if len(values) == folds else STOPPED
        expected = trial.value if state == COMPLETE else trial.intermediate_values.get(len(values), np.nan)
        rows.append(
            {
                "trial": number,
                "state": state,
                "folds": len(values),
                "roc_auc": expected,
                "roc_auc_sd": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan,
                "hyperparameters": json.dumps(trial.params, sort_keys=True),
                "reason": trial.user_attrs.get(_REFUSED, ""),
            }
        )
    return pd.DataFrame(rows)


def _choose(
    trials: pd.DataFrame, clients: pd.DataFrame, family: Family, options: ModelSelection
) -> pd.DataFrame:
    """Add gain, gain_error and chosen to the table of trials."""
    trials = trials.assign(gain=np.nan, gain_error=np.nan, chosen=False)
    complete = trials[trials["state"] == COMPLETE]
    if complete.empty:
        return trials
    best = complete["roc_auc"].idxmax()
    if family.start and trials.loc[0, "state"] == COMPLETE:
        start, ahead = (json.loads(trials.loc[place, "hyperparameters"]) for place in (0, best))
        gain, error = _measure_gain(clients, family, start, ahead, options) if best else (0.0, 0.0)
        trials.loc[best, ["gain", "gain_error"]] = gain, error
        best = best if gain > options.start_margin * error else 0
    trials.loc[best, "chosen"] = True
    return trials


def _measure_gain(
    clients: pd.DataFrame, family: Family, start: Choice, ahead: Choice, options: ModelSelection
) -> tuple[float, float]:
    """Return how much ROC-AUC is gained over the start on folds of other seeds, and the error of that."""
    differences = []
    for repeat in range(options.gain_repeats):
        scorer = FoldScorer(clients, make_splits(clients, options.folds, options.seed + _GAIN_SEEDS + repeat))
        try:
            differences += [
                scorer.score(family, ahead, fold) - scorer.score(family, start, fold)
                for fold in range(options.folds)
            ]
        except FAULTS_OF_A_FIT:  # what suits the folds of the search alone replaces nothing
            return np.nan, np.nan
    gain, error, _ = corrected_interval(np.array(differences), 1 / options.folds)
    return gain, error


def chosen_trial(trials: pd.DataFrame) -> pd.Series | None:
    """Return the trial whose hyperparameters are taken; None if none could be fitted."""
    chosen = trials[trials["chosen"]]
    return None if chosen.empty else chosen.iloc[0]
