"""The colours of every picture, which colour-blind readers tell apart; a shape or a letter goes with each.

Marks stand out from the paper at 3 : 1 or more and text at 4.5 : 1; the tests count it. The lightest steps of a map
are paler on purpose, and an outline goes round each area.
"""

from __future__ import annotations

from seg_pipeline.classifications import AREA_TYPES

PAPER = "#ffffff"
TEXT = "#1d2733"
QUIET = "#4d5866"  # axis labels, the source line
GRID = "#e3e6ea"
AXIS = "#8a929c"

SERIES = (
    "#0072b2",
    "#b84e00",
    "#007a5a",
    "#a64d79",
    "#806500",
    "#5f6368",
)  # Okabe–Ito, darkened so that labels are read
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")

FALL, RISE, TOTAL = "#0072b2", "#b84e00", "#1d2733"  # which way a step goes, not whether it is good

SEQUENTIAL = ("#e3edf6", "#b5d0e8", "#79aed6", "#3a80b8", "#125490", "#08306b")  # little … much
DIVERGING = ("#0b3c78", "#2f6fad", "#737373", "#b8560f", "#7a3300")  # below … as elsewhere … above
TYPES = dict(zip(AREA_TYPES, DIVERGING, strict=True))  # types of area
LETTERS = "ABCDEFGHIJ"  # a letter goes with each part of a whole; white is read on every step of DIVERGING

HIDDEN = "#f3f3f1"  # an area without a figure: suppressed or missing; hatched with HATCH, never a step of a scale
HATCH = "#7d7d78"

NOTICE, NOTICE_PAPER = "#7a2e00", "#fff1d6"  # made-up data says so
