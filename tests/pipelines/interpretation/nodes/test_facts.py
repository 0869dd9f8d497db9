import pandas as pd

from one_click.parameters import ModelSelection
from one_click.pipelines.interpretation.nodes.facts import gather_explanation_facts


def _described(key: str, values: list[str]) -> pd.DataFrame:
    sentences = {
        "sentence_ru": [f"р{n}" for n in range(len(values))],
        "sentence_en": [*map(str, range(len(values)))],
    }
    return pd.DataFrame({key: values, **sentences})


def test_explanation_facts_are_the_main_effects_the_disagreements_and_the_checks(
    selection_options: ModelSelection,
) -> None:
    effects = _described("shape", ["rises", "flat", "falls", *["rises"] * 5])
    agreement = _described("reason", ["agree", "unproven", "unused", "few_clients", "some_refits"])
    faithfulness = pd.DataFrame(
        {"check": ["additivity", "deletion_share"], "value": [1e-9, 0.75], "passed": [True, None]}
    )
    four_folds = selection_options.model_copy(update={"folds": 4})
    facts = gather_explanation_facts(effects, agreement, faithfulness, four_folds)
    assert facts.refitted_on == 0.75
    assert [row.sentence_en for row in facts.effects] == ["0", "2", "3", "4", "5", "6"]
    assert facts.effects[0].model_dump() == {"sentence_ru": "р0", "sentence_en": "0"}
    assert [row.sentence_ru for row in facts.disagreements] == ["р1", "р3"]
    assert facts.checks == {"additivity": 1e-9, "deletion_share": 0.75}
