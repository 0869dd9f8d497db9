import pandas as pd
import pytest

from one_click.pipelines.eda.nodes.contacts import tabulate_contacts


def test_shares_by_hand() -> None:
    clients = pd.DataFrame(
        {
            "marketing_contacts_6m": [1.0, 2.0, 3.0, 4.0, 5.0] * 6,
            "pages_per_visit": [2] * 10 + [5] * 10 + [9] * 10,
            "activity_declined": ([1] * 10) + ([1, 0, 0, 0, 0] * 2) + [0] * 10,
        }
    )
    table = tabulate_contacts(clients)
    assert table[["least", "most", "n"]].to_numpy().tolist() == [[float(k), float(k), 6] for k in range(1, 6)]
    assert table["declined"].to_list() == [4, 2, 2, 2, 2]
    assert table.loc[0, "share"] == pytest.approx(4 / 6)
    assert table.loc[0, "low"] < 4 / 6 < table.loc[0, "high"]


def test_clients_of_equal_activity_are_compared() -> None:
    # The active are contacted often and never decline; at equal activity contacts change nothing.
    clients = pd.DataFrame(
        {
            "marketing_contacts_6m": [1.0] * 40 + [5.0] * 40,
            "pages_per_visit": ([2] * 30 + [9] * 10) + ([2] * 10 + [9] * 30),
            "activity_declined": ([1] * 30 + [0] * 10) + ([1] * 10 + [0] * 30),
        }
    )
    table = tabulate_contacts(clients)
    assert table["share"].to_list() == [0.75, 0.25]
    assert table["standardised_share"].to_list() == pytest.approx([0.5, 0.5])


def test_equal_contacts_leave_nothing_to_compare() -> None:
    clients = pd.DataFrame(
        {"marketing_contacts_6m": 3.0, "pages_per_visit": range(30), "activity_declined": [0, 1] * 15}
    )
    assert tabulate_contacts(clients).empty
