"""Labels that the champion disagrees with: by hand, and where they are planted."""

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.pipelines.model_selection.nodes import label_noise

find_label_noise = purely(label_noise.find_label_noise)


def frames(labels: list[float | None], scores: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    clients = range(1, len(labels) + 1)
    features = pd.DataFrame({"client_id": clients, "activity_declined": labels})
    known = features.dropna()["client_id"]
    return features, pd.DataFrame(
        {"client_id": known, "probability": [scores[client - 1] for client in known], "probability_sd": 0.0}
    )


def test_disagreement_and_suspects_by_hand() -> None:
    # Sure of the declined: (.95 + .85 + .1) / 3 = .633; of the others: (.9 + .8 + .3) / 3 = .667.
    features, scores = frames([1, 1, 1, 0, 0, 0, None], [0.95, 0.85, 0.1, 0.1, 0.2, 0.7, 0.5])
    noise, ceiling = find_label_noise(features, scores)
    assert noise["client_id"].tolist() == [3, 6, 5, 2, 4, 1]
    # Of the other class .9, .7, .2, .15, .1, .05, against what that class's own clients have.
    assert noise["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert noise["disagreement"].tolist() == pytest.approx(
        [0.9 - 2 / 3, 0.7 - 1.9 / 3, 0.2 - 1.9 / 3, 0.15 - 2 / 3, 0.1 - 1.9 / 3, 0.05 - 2 / 3]
    )
    assert noise["suspect"].tolist() == [True, True, False, False, False, False]
    figures = ceiling.set_index("figure")["value"]
    assert figures["labelled"] == 6
    assert figures[["suspects", "suspects_declined", "suspects_kept"]].tolist() == [2, 1, 1]
    # Were both wrong, a perfect ranking would put 2 of 3 declined above 2 of 3 others: 2/3 by the trapezes.
    assert figures["ceiling_if_suspects_are_wrong"] == pytest.approx(2 / 3)


def test_labels_that_agree_leave_no_suspect() -> None:
    noise, ceiling = find_label_noise(*frames([1, 1, 0, 0], [0.9, 0.9, 0.1, 0.1]))
    assert not noise["suspect"].any()
    assert ceiling.set_index("figure")["value"]["ceiling_if_suspects_are_wrong"] == 1.0


def test_planted_wrong_labels_come_first() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 1000)
    probability = np.where(truth == 1, 0.95, 0.05) + generator.normal(0, 0.02, 1000)
    wrong = generator.permutation(1000)[:50]
    labels = truth.astype(float)
    labels[wrong] = 1 - labels[wrong]
    noise, _ = find_label_noise(*frames(list(labels), list(probability.clip(0, 1))))
    assert set(noise.head(50)["client_id"] - 1) == set(wrong)
    assert set(noise.loc[noise["suspect"], "client_id"] - 1) <= set(wrong)
