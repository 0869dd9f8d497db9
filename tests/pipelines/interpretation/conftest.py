"""Parameters of a quick interpretation."""

import pytest

from one_click.parameters import Interpretation


@pytest.fixture(scope="session")
def options(interpretation_options: Interpretation) -> Interpretation:
    return interpretation_options
