"""From families of models to a tuned, calibrated and judged one: what selection and its evidence share."""
