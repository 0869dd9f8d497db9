"""Project settings; there is no need to edit this file for ordinary work.

See https://docs.kedro.org/en/stable/configure/configuration_basics/ for what can be set.
"""

from one_click.datasets.atomic_files import register_atomic_files
from one_click.hooks import RefuseUnknownParameters

register_atomic_files()

HOOKS = (RefuseUnknownParameters(),)
CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local"}
