"""The data pipeline under Finland's national situation picture of segregation.

A pure core (sources, indicators, snapshots) under a thin roof (`defs`, `cli`) that Dagster runs.
Importing the package loads nothing: each room loads what it needs.
"""

__version__ = "0.1.0"
