"""``python -m benchmarks`` lists all benchmarks; ``python -m benchmarks NAME [ARGUMENTS]`` runs one.

A benchmark is a module with a function `main`, whose signature says what the command takes.
"""

import ast
import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

FOLDER = Path(__file__).parent


def find_benchmarks() -> dict[str, Path]:
    """Return the module of each benchmark by name, folder by folder."""
    files = sorted(FOLDER.glob("*/*.py"))
    return {file.stem: file for file in files if "\ndef main(" in file.read_text(encoding="utf-8")}


def print_list() -> None:
    """Print one line per benchmark under the question that its folder asks."""
    folder = None
    for name, file in find_benchmarks().items():
        if file.parent != folder:
            folder = file.parent
            print(f"\n{folder.name}: {_first_sentence(folder / '__init__.py')}")
        print(f"  {name:<22}{_first_sentence(file)}")
    print("\npython -m benchmarks NAME [ARGUMENTS]")


def _first_sentence(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].partition(": ``")[0].rstrip(".")


def run(name: str, texts: list[str]) -> int:
    """Run a benchmark with its arguments in the types that its signature names."""
    file = find_benchmarks()[name]
    main = import_module(f"benchmarks.{file.parent.name}.{name}").main
    try:
        given = read_arguments(main, texts)
    except (TypeError, ValueError) as error:
        usage = f"python -m benchmarks {name} {inspect.signature(main)}"
        sys.exit(f"{error}\n{usage}")
    return int(main(*given) or 0)


def read_arguments(main: Any, texts: list[str]) -> list[Any]:
    """Convert the words of a command.

    Raises
    ------
    TypeError, ValueError
        If there are too many or too few, or one is no number.
    """
    inspect.signature(main).bind(*texts)
    hints = get_type_hints(main)
    parameters = list(inspect.signature(main).parameters.values())
    kinds = [(get_args(hints[one.name]) or (hints[one.name],))[0] for one in parameters]
    kinds += kinds[-1:] * len(texts)  # of the last one, which may take several
    return [kind(text) for kind, text in zip(kinds, texts, strict=False)]


if __name__ == "__main__":
    name, *texts = sys.argv[1:] or [""]
    if name in find_benchmarks():
        sys.exit(run(name, texts))
    print_list()
    sys.exit(f"There is no '{name}'." if name else 0)
