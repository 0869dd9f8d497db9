"""Which planted mistakes the suite notices.

``python -m benchmarks mutations draw FILE [COUNT] [SEED]`` draws mistakes in modules that a test file
mirrors, evenly over the packages, and writes them down; ``… mutations try FILE [PYTEST ARGUMENTS]`` plants
one after the other in a clone of the last commit and runs the mirrored tests there and then, unless the only
argument is ``mirrored``, the whole suite until one fails. A mistake is known by its function and
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
CONTRACT = "tests/test_figures.py"
ONLY_OWN = "mirrored"
LONGEST = 3600  # seconds; a mistake that never ends is noticed
LOOKS = {
    *("alpha", "dpi", "fontsize", "height", "labelsize", "linewidth", "linewidths", "markerscale"),
    *("markersize", "ncols", "pad", "padding", "rotation", "s", "width", "zorder"),
}
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
        if mirrored(file).exists():
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
    for node in (inner for statement in function.body for inner in _walk(statement)):
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


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all inside it, but for sizes and widths in figures, which are a matter of taste."""
    if isinstance(node, ast.keyword) and node.arg in LOOKS:
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "new_figure":
        return
    yield node
    for inner in ast.iter_child_nodes(node):
        yield from _walk(inner)


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


def mirrored(file: Path) -> Path:
    """Return the test file that mirrors a module."""
    below = file.relative_to(SOURCE)
    return Path("tests") / below.with_name(f"test_{below.name}")


def own_tests(file: Path) -> list[str]:
    """Return the arguments of pytest for the tests of a module; figures keep a contract of their own."""
    figures = [CONTRACT] if "figures" in (file.stem, file.parent.name) else []
    return [str(mirrored(file)), *figures]


def notice(mutation: Mutation, arguments: list[str]) -> str:
    """Run its own tests, then all, on a clone with the mutation; return which of them noticed it."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        subprocess.run(["git", "clone", "--quiet", ".", str(project)], check=True)
        if not plant(mutation, project):
            return "gone"
        if any(_fails(project, [own]) for own in own_tests(Path(mutation.file))):
            return "own tests"
        if arguments == [ONLY_OWN]:
            return "NOT NOTICED"
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


def main(verb: str, file: str, *rest: str) -> None:
    """Write mutations down, or print one line for each of those written down."""
    written_down = Path(file)
    if verb == "draw":
        count, seed = map(int, [*rest, *("40", "1")[len(rest) :]])
        found = [asdict(mutation) for mutation in draw(count, seed)]
        written_down.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    counts: dict[str, int] = defaultdict(int)
    for number, written in enumerate(json.loads(written_down.read_text(encoding="utf-8")), start=1):
        mutation, started = Mutation(**written), time.monotonic()
        by = notice(mutation, list(rest))
        counts[by] += 1
        place = f"{mutation.file}::{mutation.place}"
        print(f"{number:>3} {by:<15}{time.monotonic() - started:>6.0f} s  {place}", flush=True)
        print(f"      {mutation.old}\n      {mutation.new}", flush=True)
    print(dict(counts))
