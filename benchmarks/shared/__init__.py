"""What several benchmarks share: parameters, stores, measured work, tables."""
