"""The pages of the sources: every source has one, of one shape, and what they say to type can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from seg_pipeline.cli import main
from seg_pipeline.settings import CLONE
from seg_pipeline.sources import all_sources

FOLDER = CLONE / "docs" / "sources"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
TOLD = ("Publisher", "Licence", "Cadence")
SECTIONS = ("How it comes", "Quirks", "Missing values", "Refused")
COMMAND = re.compile(r"(?m)^seg ([^\n]+)$|`seg ([^`]+)`")
STANDING_FOR = {"SOURCE": "paavo", "FILE": __file__}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_the_shape_of_all(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert [word for word in TOLD if f"\n| {word}" not in page] == []
    assert [section for section in SECTIONS if not re.search(rf"(?m)^## {section}$", page)] == []
    assert page.endswith("\n") and not page.endswith("\n\n") and "\n\n\n" not in page


def test_the_index_names_every_source_and_every_page() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == {path.name for path in PAGES}
    assert set(re.findall(r"`([a-z0-9_]+)`", index)) == set(all_sources())


def test_a_page_says_whose_its_sources_are_and_under_which_licence() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| \[[^]]+\]\((\w+\.md)\) \| ([^|]+) \|", index)
    assert len(rows) == len(PAGES)
    for file, named in rows:
        page = (FOLDER / file).read_text(encoding="utf-8")
        for source in (all_sources()[name] for name in re.findall(r"`(\w+)`", named)):
            assert source.licence in page, source.id
            assert source.city or source.publisher in page, source.id


@pytest.mark.parametrize("path", [*PAGES, CLONE / "docs" / "operations" / "sources.md"], ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", path.read_text(encoding="utf-8")):
        there = (path.parent / target).resolve() if target else path
        assert there.is_file(), target
        titles = re.findall(r"(?m)^#+ (.+)$", there.read_text(encoding="utf-8"))
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in titles}


@pytest.mark.parametrize("path", [*PAGES, CLONE / "docs" / "operations" / "sources.md"], ids=lambda path: path.stem)
def test_a_command_has_known_options_and_names_a_source(path: Path) -> None:
    for told in COMMAND.findall(path.read_text(encoding="utf-8")):
        words = [STANDING_FOR.get(word, word) for word in "".join(told).split(" #")[0].split()]
        command: click.Command | None = main
        context = click.Context(main)
        while isinstance(command, click.Group):
            _, command, words = command.resolve_command(context, words)
        assert command
        sources = [word for word in words if re.fullmatch("[a-z0-9_]+", word) and not word.isdigit()]
        files = {word: __file__ for word in words if "." in word and not word.startswith("-")}
        if words:  # a command without any is named, not typed
            command.make_context(None, [files.get(word, word) for word in words], parent=context)
        assert set(sources) <= set(all_sources()) | {"en", "fi", "sv"}
