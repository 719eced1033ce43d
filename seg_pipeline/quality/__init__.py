"""What is judged of tables and deliveries. A judgement is a `Finding`; Dagster checks only carry it."""
