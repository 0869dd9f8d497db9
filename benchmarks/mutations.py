"""Which planted mistakes the suite notices.

``python -m benchmarks.mutations draw FILE [COUNT] [SEED]`` draws mistakes evenly over the packages and
writes them down; ``python -m benchmarks.mutations try FILE [PYTEST ARGUMENTS]`` plants one after the other in
a clone of the last commit and runs the tests there until one fails. A mistake is known by its function and
its line's text, so that suites of two versions can be asked about the same ones.
"""

import ast
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SOURCE = Path("src/one_click")
LONGEST = 3600  # seconds; a mistake that never ends is noticed
SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "and": "or",
    "or": "and",
    "&": "|",
    "|": "&",
}


@dataclass(frozen=True)
class Mutation:
    """One changed line.

    Attributes
    ----------
    file : str
        Path below the project's root.
    place : str
        Qualified name of the function, empty at the level of the module.
    old, new : str
        The line before and after, without its indentation.
    """

    file: str
    place: str
    old: str
    new: str


def draw(count: int, seed: int) -> list[Mutation]:
    """Draw mutations, one package after the other, so that large ones do not take all."""
    by_package = defaultdict(list)
    for file in sorted(SOURCE.rglob("*.py")):
        by_package[file.parent].extend(_mutations(file))
    generator = random.Random(seed)
    packages = [generator.sample(found, len(found)) for _, found in sorted(by_package.items()) if found]
    generator.shuffle(packages)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*packages))
    return list(itertools.islice(filter(None, turns), count))


def _mutations(file: Path) -> list[Mutation]:
    """Return the mutations of a file whose line is the only one of its text within its function."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for place, node, span in _functions(ast.parse(text)):
        inside = [lines[number - 1].strip() for number in span]
        for number, start, end, new in _edits(node, lines):
            line = lines[number - 1]
            if inside.count(line.strip()) == 1:
                changed = line[:start] + new + line[end:]
                found.append(Mutation(str(file), place, line.strip(), changed.strip()))
    return list(dict.fromkeys(found))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST, range]]:
    """Yield the functions of a module and the methods of its classes, with their lines."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for one in inner:
            if isinstance(one, ast.FunctionDef):
                yield prefix + one.name, one, range(one.lineno, (one.end_lineno or one.lineno) + 1)


def _edits(function: ast.AST, lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """Yield line, first and last column and replacement of each small mistake that can be made."""
    assert isinstance(function, ast.FunctionDef)
    for node in (inner for statement in function.body for inner in ast.walk(statement)):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _between(node.left, node.comparators[0], lines)
        elif isinstance(node, ast.BinOp):
            yield from _between(node.left, node.right, lines)
        elif isinstance(node, ast.BoolOp):
            yield from _between(node.values[0], node.values[1], lines)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            yield node.lineno, node.col_offset, node.operand.col_offset, ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            new = repr(not node.value if isinstance(node.value, bool) else node.value + 1)
            yield node.lineno, *_columns(node, lines), new


def _between(left: ast.expr, right: ast.expr, lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """Yield the swap of the operator between two operands on one line."""
    if left.end_lineno != right.lineno:
        return
    line = lines[right.lineno - 1]
    start, end = _columns(left, lines)[1], _columns(right, lines)[0]
    operator = line[start:end].strip(" ()")
    if operator in SWAPS:
        first = start + line[start:end].index(operator)
        yield right.lineno, first, first + len(operator), SWAPS[operator]


def _columns(node: ast.expr, lines: list[str]) -> tuple[int, int]:
    """Return first and last column in characters; the parser counts bytes."""
    start = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    end = lines[(node.end_lineno or node.lineno) - 1].encode()[: node.end_col_offset].decode()
    return len(start), len(end)


def plant(mutation: Mutation, project: Path) -> bool:
    """Change the line of a mutation in a project; False if the project has no such line any more."""
    file = project / mutation.file
    if not file.exists():
        return False
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    spans = [span for place, _, span in _functions(ast.parse(text)) if place == mutation.place]
    found = [n for span in spans for n in span if lines[n - 1].strip() == mutation.old]
    if len(found) != 1:
        return False
    lines[found[0] - 1] = lines[found[0] - 1].replace(mutation.old, mutation.new)
    file.write_text("".join(lines), encoding="utf-8")
    return True


def mirrored(mutation: Mutation) -> Path:
    """Return the test file that mirrors the changed one."""
    file = Path(mutation.file).relative_to(SOURCE)
    return Path("tests") / file.with_name(f"test_{file.name}")


def notice(mutation: Mutation, arguments: list[str]) -> str:
    """Run mirrored tests, then all, on a clone with the mutation; return which of them noticed it."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        subprocess.run(["git", "clone", "--quiet", ".", str(project)], check=True)
        if not plant(mutation, project):
            return "gone"
        own = mirrored(mutation)
        if (project / own).exists() and _fails(project, [str(own)]):
            return "mirrored tests"
        return "other tests" if _fails(project, arguments) else "NOT NOTICED"


def _fails(project: Path, arguments: list[str]) -> bool:
    real = os.environ.get("ONE_CLICK_REAL_DATA", str(Path.cwd().parent / "shared" / "real_data"))
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "ONE_CLICK_REAL_DATA": real}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(LONGEST) != 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def main(verb: str, file: Path, rest: list[str]) -> None:
    """Write mutations down, or print one line for each of those written down."""
    if verb == "draw":
        count, seed = (int(text) for text in (*rest, "40", "1")[:2]) if len(rest) != 1 else (int(rest[0]), 1)
        found = [asdict(mutation) for mutation in draw(count, seed)]
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    counts: dict[str, int] = defaultdict(int)
    for number, written in enumerate(json.loads(file.read_text(encoding="utf-8")), start=1):
        mutation, started = Mutation(**written), time.monotonic()
        by = notice(mutation, rest)
        counts[by] += 1
        place = f"{mutation.file}::{mutation.place}"
        print(f"{number:>3} {by:<15}{time.monotonic() - started:>6.0f} s  {place}", flush=True)
        print(f"      {mutation.old}\n      {mutation.new}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
