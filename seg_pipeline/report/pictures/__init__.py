"""Pictures of figures as SVG: charts through Altair, maps in EPSG:3067. They know no page and no city by name."""
