"""Print the cost of the commands and the quality on a snapshot: ``python -m benchmarks [snapshot]``."""

import sys

from benchmarks import cost, quality

snapshot = sys.argv[1] if len(sys.argv) > 1 else "demo"
cost.report(snapshot)
quality.report(snapshot)
