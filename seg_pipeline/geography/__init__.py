"""Where areas are, in metres: coordinates, what lies around an area, and which areas are neighbours.

No count is judged here and no index lives here: `indicators` is given the callables made here. Importing this loads
numpy only.
"""

from seg_pipeline.geography.coordinates import FINLAND, BadCoordinates, distances, points
from seg_pipeline.geography.kernel import Kernel
from seg_pipeline.geography.neighbours import Neighbours

__all__ = ["FINLAND", "BadCoordinates", "Kernel", "Neighbours", "distances", "points"]
