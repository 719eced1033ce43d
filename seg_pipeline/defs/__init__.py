"""All of Dagster, and what its assets stand on: where tables are kept and which of them are out of date."""
