"""The City of Jyväskylä's own deliveries."""

from seg_pipeline.sources.cities.delivery import city_source

SOURCE = city_source("179")
