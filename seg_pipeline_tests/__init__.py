"""The package's tests, room by room; `spec` holds the formulas, `real` the real releases, `faults` what goes wrong."""
