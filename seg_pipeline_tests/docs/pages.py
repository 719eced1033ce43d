"""The code blocks of a page and what it says they print; what runs them, as a reader would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FENCED = re.compile(r"^```(?P<language>\w*)(?P<note>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"
BREAK = "\x1e"
OUTDATED = "error::DeprecationWarning,error::FutureWarning"


@dataclass(frozen=True)
class Block:
    """A code block: its language, what is noted of it, and the output that is printed below it, if any."""

    language: str
    note: str
    code: str
    printed: str | None = None


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page in order. Raises ValueError for an output that nothing is above."""
    found: list[Block] = []
    for block in FENCED.finditer(page):
        if block["language"]:
            found.append(Block(block["language"], block["note"].strip(), block["code"]))
        elif found and found[-1].printed is None:
            found[-1] = Block(found[-1].language, found[-1].note, found[-1].code, block["code"])
        else:
            raise ValueError(f"an output without code: {block['code']}")
    return found


def told(said: str, printed: str) -> bool:
    """Return whether something was said as it is printed, where ``…`` may be anything and line ends do not count."""
    one, other = ("\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (said, printed))
    pattern = ".*?".join(re.escape(part) for part in other.split(ANYTHING))
    return re.fullmatch(pattern, one, re.DOTALL) is not None


def shell(codes: list[str], folder: Path) -> list[str]:
    """Run commands in a folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = _environment(SEG_DATA=str(folder), PATH=path, COLUMNS="120")
    return [_run(["bash", "-euo", "pipefail", "-c", code], folder, environment) for code in codes]


PYTHON = """
import contextlib, io, json, sys
names, said = {"__name__": "__main__"}, []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "page", "exec"), names)
    said.append(out.getvalue())
sys.stdout.write(json.dumps(said))
"""


def python(codes: list[str], folder: Path) -> list[str]:
    """Run Python blocks one after another in one process, whose data folder is `folder`."""
    environment = _environment(SEG_DATA=str(folder), PYTHONWARNINGS=OUTDATED)
    said: list[str] = json.loads(_run([sys.executable, "-c", PYTHON], folder, environment, json.dumps(codes)))
    return said


def sql(codes: list[str], folder: Path) -> list[str]:
    """Run SQL in one DuckDB session, as its command line shows the last statement of each block."""
    code = "import duckdb; connection = duckdb.connect()"
    shown = "said = connection.sql({!r}); said.show() if said else None"
    return python([code, *(shown.format(code) for code in codes)], folder)[1:]


def r(codes: list[str], folder: Path) -> list[str]:
    """Run R blocks one after another in one session."""
    script = folder / "page.R"
    script.write_text("".join(f"{code}\ncat('{BREAK}')\n" for code in codes), encoding="utf-8")
    said = _run(["Rscript", "--vanilla", str(script)], folder, _environment(LC_ALL="C.UTF-8"))
    return said.split(BREAK)[:-1]


def excel(codes: list[str], folder: Path) -> list[str]:
    """Put formulas into a new sheet of the folder's workbook and let LibreOffice work them out."""
    import openpyxl

    (path,) = folder.glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    book.create_sheet("own").append([code.strip() for code in codes])
    asked, answered = folder / "asked", folder / "answered"
    asked.mkdir()
    book.save(asked / "book.xlsx")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(answered), "asked/book.xlsx"]
    _run(convert, folder, _environment())
    values = next(openpyxl.load_workbook(answered / "book.xlsx", data_only=True)["own"].iter_rows(values_only=True))
    shutil.rmtree(asked)
    return [str(value) for value in values]


RUN: dict[str, Callable[[list[str], Path], list[str]]] = {
    "sh": shell, "python": python, "sql": sql, "r": r, "excel": excel,
}  # fmt: skip
NEEDED = {"r": "Rscript", "excel": "soffice", "sh": "bash"}


def _environment(**told: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SEG_")} | told


def _run(words: list[str], folder: Path, environment: dict[str, str], told: str = "") -> str:
    done = subprocess.run(
        words, cwd=folder, env=environment, input=told, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{words[:3]}: {done.stdout}{done.stderr}"
    return done.stdout
