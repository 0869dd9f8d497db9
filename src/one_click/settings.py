"""Project settings; there is no need to edit this file for ordinary work.

See https://docs.kedro.org/en/stable/configure/configuration_basics/ for what can be set.
"""

import os
import warnings

# Numeric libraries read this when they are loaded, as the imports below do. On thousands of clients threads
# cost twice the CPU, and sums of several threads differ in their last digit.
for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(library, "1")

# isort: split
from one_click.datasets.atomic_files import register_atomic_files
from one_click.session.config_loader import ConfigLoader
from one_click.session.hooks import (
    NameResults,
    ReadOtherStore,
    RefuseMissingExtras,
    RefuseMissingInputs,
    RefuseUnknownParameters,
    ShowProgress,
    SpareCollector,
    TellFindings,
)
from one_click.session.storage import KeepPrivate, LockSnapshots

register_atomic_files()

# The comparison of families reads data sets of their namespaces, which is what the dots are for.
warnings.filterwarnings("ignore", message="One or more dataset names contain '.'")

# Constant features stand in `class_portrait`, categories new to the model in `drift`: read them there.
for message in ("Features .* are constant", "invalid value encountered", "Found unknown categories"):
    warnings.filterwarnings("ignore", message=message, module="sklearn")
# SelectKBest keeps all columns of a store with fewer categories than k allows for.
warnings.filterwarnings("ignore", message="k=.* is greater than n_features", module="sklearn")

HOOKS = (
    RefuseUnknownParameters(),
    KeepPrivate(),
    LockSnapshots(),
    ReadOtherStore(),
    RefuseMissingInputs(),
    RefuseMissingExtras(),
    ShowProgress(),
    NameResults(),
    TellFindings(),
    SpareCollector(),
)
CONFIG_LOADER_CLASS = ConfigLoader
CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local"}
