"""What is judged of tables and deliveries."""
