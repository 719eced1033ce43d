"""The last look at every page: no number without its cell, and three languages that state the same.

Figures are bound when they are written (`rendering`); what could still slip in is a digit in a template, an attribute
or a picture, or a language that leaves something out.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

from seg_pipeline.report.book import ReportError

BOUND = re.compile(r"<(data|time|span)\b[^>]*\sdata-(?:cell|text)=[^>]*>[^<]*</\1>")
HIDDEN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
TICKS = re.compile(r'<g class="[^"]*role-(?:axis|legend)-label[^"]*"[^>]*>.*?</g>', re.DOTALL)
CELLS = re.compile(r"<(text|tspan|desc|title)\b[^>]*\sdata-(?:cells|text)=[^>]*>[^<]*</\1>")
SAID = re.compile(r".{0,40}\d.{0,40}")
TAG = re.compile(r"<[^>]*>")
ATTRIBUTES = (
    "alt|title|aria-[a-z]+text|aria-[a-z]*label|aria-[a-z]*description|placeholder|content|label|summary|abbr|download"
)
SPOKEN = re.compile(rf"""\s(?:{ATTRIBUTES})=("[^"]*"|'[^']*')""")
POLICY = re.compile(r"""<meta (?:http-equiv|name="viewport")[^>]*>""")
ADDRESS = re.compile(r'\sdata-cell="([^"]*)"')
DRAWN = re.compile(r'\sdata-cells="([^"]*)"')  # in each line of a text, which is longer in one language than in another


def refuse_unbound(page: str, html: str) -> None:
    """Raise ReportError where a page shows a number that is bound to no cell and no text of the catalogue."""
    left = POLICY.sub("", HIDDEN.sub("", html))
    spoken = "\n".join(SPOKEN.findall(left))  # of every element, also of one that is bound
    for known in (TICKS, CELLS, BOUND):
        left = known.sub("", left)
    words = TAG.sub(" ", left)
    shown = SAID.findall(unescape(spoken)) + SAID.findall(unescape(words))
    if shown:
        raise ReportError(f"{page} shows a number that leads to no cell: {shown[0].strip()!r}")


def refuse_difference(page: str, told: dict[str, tuple[str, Counter[str]]]) -> None:
    """Raise ReportError where two languages of a page show other figures, or say another text: a direction, a reason.

    `told` has for each language the page and how often each text was said.
    """
    figures = {
        language: Counter([*ADDRESS.findall(html), *{*DRAWN.findall(html)}]) for language, (html, _) in told.items()
    }
    texts = {language: said for language, (_, said) in told.items()}
    for what, by in (("figures", figures), ("texts", texts)):
        first = by["en"]
        for language, those in by.items():
            if those != first:
                other = sorted((those - first) + (first - those))[:3]
                raise ReportError(f"{page} states other {what} in {language!r} than in 'en': {', '.join(other)}")
