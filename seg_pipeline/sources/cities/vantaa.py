"""The City of Vantaa's own deliveries."""

from seg_pipeline.sources.cities.delivery import city_source

SOURCE = city_source("092")
