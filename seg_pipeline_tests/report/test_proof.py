"""The last look at a page: no number without its cell, and no language that states something else."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import proof
from seg_pipeline.report.book import ReportError

SPOKEN = ["alt", "title", "aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "placeholder",
          "content", "label", "summary", "abbr", "download"]  # fmt: skip
TEMPLATES = [path.name for path in files("seg_pipeline.report").joinpath("templates").iterdir()
             if path.name.endswith(".html")]  # fmt: skip


def refused(shown: str) -> None:
    with pytest.raises(ReportError, match="a/page shows a number that leads to no cell"):
        proof.refuse_unbound("a/page", shown)


@pytest.mark.parametrize(
    "shown",
    ["<p>It is 7.</p>", "<p>&#55;</p>", "<p>٣</p>", "7", "<svg><text>7</text></svg>", "<svg><desc>7</desc></svg>",
     "<p><em>a</em>7<em>b</em></p>", '<data value="7">7</data>', "<title>7</title>", '<p data-note="a > b">7</p>',
     '<data data-cell="a/1/b">1</data> of 7', '<span data-text="areas/3">A</span>7', "<script>1</script>7",
     '<g class="role-mark"><text>7</text></g>', '<text data-cells="a/1/b|whole">1</text><text>7</text>'],
)  # fmt: skip
def test_a_number_that_leads_to_no_cell_is_refused(shown: str) -> None:
    refused(shown)


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("attribute", SPOKEN)
def test_a_number_in_an_attribute_that_is_read_aloud_is_refused(attribute: str, quote: str) -> None:
    refused(f"<p {attribute}={quote}about 7 towns{quote}>a</p>")
    proof.refuse_unbound("a/page", f"<p {attribute}={quote}about towns{quote}>a</p>")


def test_a_number_in_the_attribute_of_an_element_that_is_bound_is_refused_too() -> None:
    refused('<data data-cell="a/1/b" value="1" data-kind="whole" title="7">1</data>')


@pytest.mark.parametrize(
    "shown",
    ['<data value="7" data-cell="a/1/b" data-kind="whole">7</data>', '<time datetime="2026" data-cell="m">2026</time>',
     '<span data-text="areas/3">Tapulikaupunki 2</span>', '<svg><text data-cells="a/1/b|whole">7</text></svg>',
     '<g class="mark-text role-axis-label"><text>0.5</text></g>', '<p id="row.7" class="h2" data-row="7">a</p>',
     '<a href="page.html#a.2024">a</a>', "<style>p { margin: 7px }</style>", "<p>m² &amp; é &#228;</p>"],
)  # fmt: skip
def test_a_number_that_is_bound_or_that_no_reader_sees_passes(shown: str) -> None:
    proof.refuse_unbound("a/page", shown)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_a_number_of_its_own(name: str) -> None:
    source = files("seg_pipeline.report").joinpath("templates", name).read_text(encoding="utf-8")
    written = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    proof.refuse_unbound(name, written)


def told(**other: tuple[str, list[str]]) -> dict[str, tuple[str, Counter[str]]]:
    """Return a page in three languages, alike but for what is given otherwise."""
    same = ('<data data-cell="a/1/b">1</data><text data-cells="a/2/b|whole">2</text>', ["city.title"])
    pages = dict.fromkeys(LANGUAGES, same) | other
    return {language: (shown, Counter(said)) for language, (shown, said) in pages.items()}


SAME = told()["en"][0]


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize(
    ("shown", "texts", "what"),
    [
        (SAME.replace("a/1/b", "a/9/b"), ["city.title"], "figures"), (SAME + SAME, ["city.title"], "figures"),
        (SAME.replace("a/2/b", "a/9/b"), ["city.title"], "figures"), ("", ["city.title"], "figures"),
        (SAME, ["city.moved_rose"], "texts"), (SAME, [], "texts"), (SAME, ["city.title", "city.title"], "texts"),
    ],
)  # fmt: skip
def test_a_language_that_states_something_else_is_refused(
    language: str, shown: str, texts: list[str], what: str
) -> None:
    with pytest.raises(ReportError, match=f"states other {what} in '{language}' than in 'en'"):
        proof.refuse_difference("page", told(**{language: (shown, texts)}))


def test_languages_that_state_the_same_in_another_order_pass() -> None:
    turned = '<text data-cells="a/2/b|whole">2</text><data data-cell="a/1/b">1</data>'
    line = '<text data-cells="a/2/b|whole">rest of it</text>'  # a text that is longer in one language has more lines
    proof.refuse_difference("page", told(fi=(turned + line, ["city.title"])))
