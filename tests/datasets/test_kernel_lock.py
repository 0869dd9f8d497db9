from pathlib import Path

import pytest

from one_click.datasets import kernel_lock


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        pytest.param(False, False, False, id="two-alone"),
        pytest.param(False, True, False, id="alone-and-shared"),
        pytest.param(True, False, False, id="shared-and-alone"),
        pytest.param(True, True, True, id="two-shared"),
    ],
)
def test_only_shared_locks_are_held_together(tmp_path: Path, first: bool, second: bool, both: bool) -> None:
    file = tmp_path / "lock"
    with file.open("w") as one, file.open("w") as other:
        assert kernel_lock.take(one.fileno(), shared=first)
        assert kernel_lock.take(other.fileno(), shared=second) == both
        one.close()
        assert kernel_lock.take(other.fileno(), shared=second)


def test_lock_is_changed_in_kind_by_its_holder(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with file.open("w") as one, file.open("w") as other:
        assert kernel_lock.take(one.fileno())
        assert kernel_lock.take(one.fileno(), shared=True)
        assert kernel_lock.take(other.fileno(), shared=True)
