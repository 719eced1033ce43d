"""Made-up deliveries of every source besides Paavo and the cities, one module a source."""
