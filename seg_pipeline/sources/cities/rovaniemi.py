"""The City of Rovaniemi's own deliveries."""

from seg_pipeline.sources.cities.delivery import city_source

SOURCES = (city_source("698"),)
