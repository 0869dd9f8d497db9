"""Cost and quality, measured: ``make bench``."""

import os

# As in a run: see one_click.settings.
for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(library, "1")
