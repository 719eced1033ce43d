"""A page of the report read back: what is shown and what it is bound to. Written without the code that wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HIDDEN = {"script", "style"}
BLOCKS = {"p", "li", "dd", "dt", "td", "th", "tr", "caption", "figcaption", "h1", "h2", "h3", "h4", "summary"}
SCALE = re.compile(r"role-(?:axis|legend)-label")
READ_ALOUD = re.compile(r"alt|title|placeholder|content|label|summary|abbr|download|aria-(?!labelledby|describedby).*")
NEXT = re.compile(r" (?=catalogue/|manifest/|[a-z_]+/\d)")  # a code may have blanks, as a licence's
NO_TEXT = {"aria-hidden", "aria-current", "aria-controls", "aria-level"}


@dataclass(frozen=True)
class Bound:
    """A piece of text that says where it is from: cells with their kinds, and names."""

    tag: str
    cells: tuple[str, ...]  # "address|kind"
    names: tuple[str, ...]
    machine: str  # what the element says to a machine: the attribute value or datetime
    text: str


@dataclass
class Block:
    """A paragraph, a list item or a row of a table, with marks ⟦address⟧ where it shows figures."""

    tag: str
    within: Block | None = None
    whole: bool = True  # no other block within
    told: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join("".join(self.told).split())


@dataclass
class Shown(HTMLParser):
    """What a page shows."""

    bound: list[Bound] = field(default_factory=list)
    unbound: list[str] = field(default_factory=list)  # pieces of text and attributes that are bound to nothing
    scale: list[str] = field(default_factory=list)  # labels along the axes and in the legends of pictures
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    stack: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin."""
        super().__init__(convert_charrefs=True)
        self.open: list[Block] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the attributes say; remember where we are."""
        said = {name: value or "" for name, value in attrs}
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said[name] for name in ("href", "src", "action") if name in said]
        if tag != "meta" or (not {"http-equiv", "charset"} & said.keys() and said.get("name") != "viewport"):
            self.unbound += [
                value for name, value in said.items() if READ_ALOUD.fullmatch(name) and name not in NO_TEXT
            ]
        if tag in VOID:
            return
        self.stack.append((tag, said))
        if tag in BLOCKS:
            self.open.append(Block(tag, self.open[-1] if self.open else None))
            for outer in self.open[:-1]:
                outer.whole = False
        if self._is_bound(said):
            self.told = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Treat what closes itself as open and closed."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Keep a piece of text with what it is bound to."""
        if any(tag in HIDDEN for tag, _ in self.stack[-1:]):
            return
        if any(self._is_bound(said) for _, said in self.stack):
            self.told.append(data)
        elif any(SCALE.search(said.get("class", "")) for tag, said in self.stack if tag == "g"):
            self.scale.append(data)
        else:
            self.unbound.append(data)
        for block in self.open:
            block.told.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close, and keep what was bound."""
        while self.stack:
            opened, said = self.stack.pop()
            if self._is_bound(said):
                self._keep(opened, said)
            if opened in BLOCKS:
                self.blocks.append(self.open.pop())
            if opened == tag:
                return

    def _keep(self, tag: str, said: dict[str, str]) -> None:
        cells = said.get("data-cells", "").split()
        if "data-cell" in said:
            cells = [f"{said['data-cell']}|{said.get('data-kind', '')}"]
        names = NEXT.split(said["data-text"]) if said.get("data-text") else []
        machine = said.get("datetime" if tag == "time" else "value", "")
        self.bound.append(Bound(tag, tuple(cells), tuple(names), machine, "".join(self.told)))
        for block in self.open:
            block.told += [f"⟦{cell.partition('|')[0]}⟧" for cell in cells]

    @staticmethod
    def _is_bound(said: dict[str, str]) -> bool:
        return not {"data-cell", "data-cells", "data-text"}.isdisjoint(said)


def read(page: Path) -> Shown:
    """Return what a page shows."""
    shown = Shown()
    shown.feed(page.read_text(encoding="utf-8"))
    shown.close()
    assert shown.stack == [], f"{page} leaves {[tag for tag, _ in shown.stack]} open"
    return shown


def pages(site: Path) -> Iterator[str]:
    """Yield the pages of a report, as they are called in each language."""
    yield from sorted(path.relative_to(site / "fi").as_posix() for path in (site / "fi").rglob("*.html"))
