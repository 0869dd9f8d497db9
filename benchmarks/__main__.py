"""``python -m benchmarks budget``: what commands cost; ``… quality [SNAPSHOT]``: the evidence of a run."""

import sys

from benchmarks import budget, quality


def main(verb: str, snapshot: str) -> int:
    """Measure the cost, or print the quality that the last run of a snapshot found."""
    if verb == "budget":
        return budget.main()
    if verb == "quality":
        quality.report(snapshot)
        return 0
    print(f"There is no '{verb}': budget or quality [SNAPSHOT].", file=sys.stderr)
    return 2


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("budget", "demo")[len(sys.argv) - 1 :]]
    sys.exit(main(*arguments[:2]))
