"""Bad deliveries through the command line: one message, exit status not 0, kept in the archive, nothing published."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seg_pipeline import settings
from seg_pipeline_tests.conftest import Seg

Spoil = Callable[[bytes], bytes]
HEADER = "area_id;area_name_fi;area_name_sv;dimension;group;reference_year;count\r\n"


def renamed(data: bytes) -> bytes:
    """Return a made-up release with area names that do not say so, so that it passes for a real one."""
    return data.replace(b"Keksitty ", b"").replace("KEKSITTYÄ AINEISTOA - made-up data".encode("iso-8859-1"), b"x")


def paavo(release: str) -> bytes:
    return renamed((settings.DEMO / "paavo" / f"made_up_paavo_{release}.csv").read_bytes())


def in_line(number: int, old: bytes, new: bytes) -> Spoil:
    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\n")
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return b"\n".join(lines)

    return spoil


def field(line: int, index: int, value: bytes, separator: bytes = b",") -> Spoil:
    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\n")
        cells = lines[line - 1].split(separator)
        cells[index] = value
        lines[line - 1] = separator.join(cells)
        return b"\n".join(lines)

    return spoil


def without_column(separator: bytes, index: int, first: int) -> Spoil:
    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\n")
        for at in range(first - 1, len(lines) - 1):
            cells = lines[at].split(separator)
            del cells[index]
            lines[at] = separator.join(cells)
        return b"\n".join(lines)

    return spoil


def line_again(number: int) -> Spoil:
    return lambda data: data + data.split(b"\n")[number - 1] + b"\n"


# name: release, what is spoiled, what the message says
BAD: dict[str, tuple[str, Spoil, str]] = {
    "a missing column": ("2020", without_column(b";", 6, 3), r'line 3, column "he_naiset".*missing'),
    "a missing key column": ("2018", without_column(b",", 6, 1), r'line 1, column "kuntano".*missing'),
    "an unknown variable": ("2020", in_line(3, b"Miehet, 2018", b"Herrat, 2018"), r'line 3.*"Herrat, 2018 \(HE\)"'),
    "text in a number": ("2018", field(5, 7, b"many"), r'line 5, column "he_vakiy".*"many"'),
    "text in a number that is not a count": ("2018", field(5, 10, b"n/a"), r'line 5, column "he_kika".*"n/a"'),
    "a negative count": ("2026", field(4, 20, b"-3.0"), r'line 4.*"-3.0"'),
    "half a person": ("2026", field(4, 21, b"10.5"), r'line 4.*"10.5"'),
    "a duplicated area": ("2018", line_again(7), r"line \d+.*already on line 7"),
    "a municipality that is not in the catalogue": (
        "2020", in_line(9, b"(", b"(Uusi"), r'line 9, column "Postinumeroalue".*municipalities\.csv',
    ),
    "a municipality code that lost its zero": ("2018", field(4, 6, b"91"), r'line 4, column "kuntano".*"91"'),
    "an area code that lost its zeros": ("2018", field(4, 0, b"107"), r'line 4, column "postinumero".*five digits'),
    "one header of another year": (
        "2020", in_line(3, b"0-2-vuotiaat, 2018", b"0-2-vuotiaat, 2017"), r"line 3.*describes 2017.*2018",
    ),
    "a base that is not told": ("2018", field(5, 7, b""), r'line 5, column "he_vakiy".*found ""'),
    "a cut in the last city": (
        "2026", lambda data: b"".join(data.splitlines(keepends=True)[:-20]), r"Rovaniemi \(\d+ / ≥ 26\)",
    ),
    "no title line": ("2020", lambda data: data.split(b"\r\n\r\n", 1)[1], "title line"),
    "a stray column": ("2026", in_line(1, b"Alueen_nimi", b"Vieraskieliset"), r'line 1.*"Vieraskieliset"'),
    "cut in the middle": ("2020", lambda data: data[: len(data) // 2], r"line \d+.*ends in the middle"),
    "cut between two rows": (
        "2018", lambda data: b"".join(data.splitlines(keepends=True)[:90]), r"areas are missing: .*Rovaniemi",
    ),
    "many rows gone": (
        "2020", lambda data: b"\n".join(row for at, row in enumerate(data.split(b"\n")) if at % 13 or at < 13),
        r"the areas hold \d+ people.*rows are missing",
    ),
    "an empty file": ("2018", lambda _: b"", "the file is empty"),
    "UTF-8 where ISO-8859-1 belongs": (
        "2020", lambda data: data.decode("iso-8859-1").encode("utf-8"), r"line 1.*ISO-8859-1, found UTF-8",
    ),
    "ISO-8859-1 where UTF-8 belongs": (
        "2026", lambda data: data.decode("utf-8-sig").encode("iso-8859-1"), r"line 1.*UTF-8",
    ),
    "UTF-16": ("2018", lambda data: data.decode("utf-8").encode("utf-16"), "UTF-16"),
    "a file of another source": (
        "2018", lambda _: "kunta;etuus;saajat\n091;työttömyysturva;10\n".encode(), "not a file of this source",
    ),
    "a web page": ("2018", lambda _: b"<!DOCTYPE html>\n<html>\n", "not a file of this source"),
    "groups that do not sum to their total": (
        "2018", field(5, 7, b"99999"), r'line 5, column "he_vakiy".*sum to \d+, but the total is 99999',
    ),
    "the release of another year": ("2018", lambda data: data.replace(b",2018,", b",2017,"), r'"2017".*"2018"'),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_release_is_refused_with_one_message_and_kept(seg: Seg, tmp_path: Path, name: str) -> None:
    release, spoil, said = BAD[name]
    file = tmp_path / "paavo.csv"
    file.write_bytes(spoil(paavo(release)))
    done = seg("receive", "paavo", file, "--release", release)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    message = done.stderr.strip()
    assert message.startswith("refused: paavo: paavo.csv") and len(message.splitlines()) == 1, message
    assert re.search(said, message), message
    kept = [path for path in (seg.data / "archive" / "real" / "objects").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [file.read_bytes()]


def test_a_refused_delivery_of_a_required_source_stops_the_refresh_where_nothing_is_used_in_its_place(
    seg: Seg, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(field(5, 7, b"many")(paavo("2018")))
    assert seg("receive", "paavo", bad, "--release", "2018").returncode == 1
    failed = seg("refresh", "--edition", "2026", "--profile", "own")
    assert failed.returncode == 1 and seg.snapshots == []
    assert failed.stderr.count("bad.csv, line 5") == 1 and "nothing was published" in failed.stderr


@dataclass(frozen=True)
class Aside:
    """A data folder where two deliveries were refused and the edition was refreshed, with what was said."""

    seg: Seg
    paavo: str
    joensuu: str
    refresh: str

    def copy(self, to: Path) -> Seg:
        """Return the command in a copy of the folder."""
        return Seg(Path(shutil.copytree(self.seg.data, to / "data")))


@pytest.fixture(scope="module")
def aside(tmp_path_factory: pytest.TempPathFactory) -> Aside:
    """Paavo's second revision has a text for a number, Joensuu's only delivery a raw count with a letter in it."""
    folder = tmp_path_factory.mktemp("aside")
    seg, good, bad, city = Seg(folder / "data"), folder / "good.csv", folder / "bad.csv", folder / "joensuu.csv"
    good.write_bytes(paavo("2018"))
    bad.write_bytes(field(5, 7, b"many")(paavo("2018")))
    city.write_text(
        f"{HEADER}1;Koivu;;language;total;2024;70317\r\n1;Koivu;;language;domestic;2024;70315\r\n"
        "1;Koivu;;language;foreign;2024;3x\r\n",
        encoding="utf-8",
    )
    assert seg("receive", "paavo", good, "--release", "2018").returncode == 0
    refused = [
        seg("receive", source, file, "--release", release)
        for source, file, release in (("paavo", bad, "2018"), ("joensuu", city, "2026"))
    ]
    done = seg("refresh", "--edition", "2026", "--profile", "own")
    assert [one.returncode for one in (*refused, done)] == [1, 1, 0], done.stderr
    assert seg.snapshots == ["2026.1"]
    paavo_said, joensuu_said = (one.stderr for one in refused)
    return Aside(seg, paavo_said, joensuu_said, done.stdout + done.stderr)


def test_a_refused_delivery_is_put_aside_and_what_was_there_before_is_used_and_said(
    aside: Aside, tmp_path: Path
) -> None:
    assert "Revision 1 is still used" in aside.paavo
    assert "a file was put aside, of: paavo, joensuu" in aside.refresh
    manifest = json.loads((aside.seg.data / "snapshots" / "2026.1" / "manifest.json").read_text(encoding="utf-8"))
    assert [(receipt["source"], receipt["revision"]) for receipt in manifest["receipts"]] == [("paavo", 1)]
    said = [one["message"] for one in manifest["findings"] if (one["rule"], one["subject"]) == ("refused", "paavo")]
    assert len(said) == 1 and "bad.csv" in said[0] and "line 5" in said[0]
    seg, good = aside.copy(tmp_path), tmp_path / "good.csv"
    good.write_bytes(paavo("2018"))
    again = seg("receive", "paavo", good, "--release", "2018")
    assert again.returncode == 0 and "a later revision is the one that is read" in again.stdout
    assert seg("withdraw", "paavo", "--release", "2018", "--why", "a cell is text").returncode == 0
    assert "a cell is text" in seg("received").stdout
    done = seg("refresh", "--edition", "2026", "--profile", "own")
    assert done.returncode == 0, done.stderr
    assert seg.snapshots == ["2026.1"]  # the same content: the snapshot stands, with what was found when it was made


def test_made_up_data_is_not_taken_among_real_deliveries(seg: Seg, tmp_path: Path) -> None:
    named = settings.DEMO / "paavo" / "made_up_paavo_2026.csv"
    done = seg("receive", "paavo", named, "--release", "2026")
    assert done.returncode == 1 and "made-up" in done.stderr
    renamed_file = tmp_path / "paavo.csv"
    renamed_file.write_bytes(named.read_bytes())
    done = seg("receive", "paavo", renamed_file, "--release", "2026", "--language", "sv")
    assert done.returncode == 1 and "påhittat" in done.stderr
    assert not (seg.data / "archive" / "real" / "objects").exists()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["receive", "pavo", "{file}", "--release", "2018"], 2, "'pavo' is not a source; did you mean 'paavo'?"),
        (["receive", "paavo", "nowhere.csv", "--release", "2018"], 2, "does not exist"),
        (["receive", "paavo", "{file}"], 2, "--release"),
        (["receive", "paavo", "{file}", "--release", "last"], 1, "not a year"),
        (["refresh", "--edition", "2019"], 2, "there are the editions 2026 to"),
        (["refresh", "--edition", "2026", "--profile", "real"], 2, "is not one of 'demo', 'own', 'live'"),
        (["refresh", "--edition", "2026", "--profile", "own"], 1, "nothing has been received"),
        (["sources", "fetch", "helsinki"], 2, "helsinki has no service"),
        (["sources", "fetch", "pavo"], 2, "did you mean 'paavo'?"),
        (["sources", "coverage"], 1, "has not been refreshed yet"),
        (["snapshots", "show", "2026.1"], 1, "there is no snapshot '2026.1'"),
        (["snapshots", "verify"], 1, "no snapshot in"),
        (["withdraw", "paavo", "--release", "2018", "--why", "x"], 1, "no such revision"),
        (["publish"], 2, "No such command"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(seg: Seg, tmp_path: Path, words: list[str], status: int, said: str) -> None:
    file = tmp_path / "paavo.csv"
    file.write_bytes(paavo("2018"))
    done = seg(*[word.format(file=file) for word in words])
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert said in done.stderr + done.stdout


def test_an_empty_house_says_what_to_do(seg: Seg) -> None:
    assert "nothing has been received" in seg("received").stdout
    assert "no snapshot" in seg("snapshots", "list").stdout
    wrong = seg("refresh", SEG_PROFILE="x")
    assert wrong.returncode == 1


@pytest.fixture
def refreshed(demo: Seg, tmp_path: Path) -> Seg:
    """The command in a copy of the folder where the demo edition has been refreshed."""
    return Seg(Path(shutil.copytree(demo.data, tmp_path / "data")))


def test_what_was_damaged_is_said_and_what_can_be_made_again_is_made_again(refreshed: Seg) -> None:
    seg, demo = refreshed, ("refresh", "--edition", "2026", "--profile", "demo")
    table = seg.data / "tables" / "demo" / "2026" / "counts.parquet"
    table.write_bytes(b"damaged")
    again = seg(*demo)
    assert again.returncode == 0 and " assets to make" in again.stderr and seg.snapshots == ["2026.1-demo"]
    manifest = seg.data / "snapshots" / "2026.1-demo" / "manifest.json"
    manifest.parent.chmod(0o755)
    manifest.chmod(0o644)
    manifest.write_bytes(b"{")
    for words in (demo, ("snapshots", "verify"), ("snapshots", "show")):
        done = seg(*words)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), words
        assert "backup" in done.stderr
    assert "damaged" in seg("snapshots", "list").stdout
    receipt = next((seg.data / "archive" / "demo" / "receipts" / "paavo").rglob("1.json"))
    receipt.chmod(0o644)
    receipt.write_bytes(b"{")
    done = seg(*demo)
    assert done.returncode == 1 and "cannot be read" in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_breaks_a_reader_is_kept_and_refused(
    seg: Seg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seg_pipeline.sources.archive import Archive
    from seg_pipeline.sources.reception import receive
    from seg_pipeline.sources.source import Source

    def broken(data: bytes, release: str) -> Any:
        raise IndexError("a fault of the reader")

    source = Source("paavo", "Paavo", "Statistics Finland", "CC BY 4.0", "yearly", broken)
    taken = receive(Archive(tmp_path), source, "2018", "x.csv", b"anything")
    assert taken.refused and taken.refused.refusal == "unreadable" and "IndexError" in taken.refused.message()
    assert Archive(tmp_path).read(taken.receipt) == b"anything"


def test_a_raw_count_is_told_to_its_sender_and_not_to_the_log(aside: Aside) -> None:
    assert 'found "3x"' in aside.joensuu and '"3x"' not in aside.refresh
    data = aside.seg.data
    published = b"".join(path.read_bytes() for path in (data / "snapshots").rglob("*") if path.is_file())
    assert b"joensuu.csv, line 4" in published and b'\\"3x\\"' not in published
    logged = b"".join(path.read_bytes() for path in (data / "dagster").rglob("*") if path.is_file())
    assert b"joensuu.csv, line 4" in logged and b'found \\"3x' not in logged and b'found "3x' not in logged


def test_a_table_changed_by_hand_is_never_published(refreshed: Seg) -> None:
    """A number that does not walk back to the archive: the footer says where it is from, its hash what it was."""
    from seg_pipeline import parquet

    seg, demo = refreshed, ("refresh", "--edition", "2026", "--profile", "demo")
    path = seg.data / "tables" / "demo" / "2026" / "counts.parquet"
    table, footer = parquet.read(path), parquet.footer(path)
    table.loc[0, ["count", "upper"]] = table.loc[0, ["count", "upper"]] + 5000
    path.write_bytes(parquet.encode(table, footer))
    done = seg(*demo)
    assert done.returncode == 1 and "--force" in done.stderr and "counts.parquet" in done.stderr
    assert seg.snapshots == ["2026.1-demo"]
    assert seg(*demo, "--force").returncode == 0 and seg.snapshots == ["2026.1-demo"]


@pytest.mark.parametrize("words", [("receive", "helsinki", "{file}", "--release", "2026"), ("check", "{file}")])
def test_what_is_no_plain_file_is_refused_at_once(seg: Seg, tmp_path: Path, words: tuple[str, ...]) -> None:
    pipe = tmp_path / "helsinki_2026.csv"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero")):
        done = seg(*[word.format(file=file) for word in words])
        assert done.returncode == 1 and "no plain file" in done.stderr and "Traceback" not in done.stderr
    assert not (seg.data / "archive").exists()


def test_a_sheet_name_never_leads_out_of_the_archive(seg: Seg, tmp_path: Path) -> None:
    """A workbook's sheets are parts of a municipal list: their names are whatever the sender typed."""
    import zipfile

    made_up = settings.DEMO / "municipal_changes" / "made_up_municipal_changes_2026.xlsx"
    file = tmp_path / "kunnat.xlsx"
    with zipfile.ZipFile(made_up) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = re.sub(rb'<sheet name="[^"]*"', b'<sheet name="x/../../../paavo/2026/whole"', data, count=1)
            target.writestr(name, data.replace(b"Keksitty ", b""))
    seg("receive", "municipal_changes", file, "--release", "2026")
    receipts = [path.relative_to(seg.data / "archive" / "real" / "receipts") for path in seg.data.rglob("1.json")]
    assert [path.parts[:2] for path in receipts] == [("municipal_changes", "2026")]
    assert "municipal_changes" in seg("received").stdout


def test_a_corrected_file_of_the_same_name_puts_the_refused_one_right(aside: Aside, tmp_path: Path) -> None:
    """A CSV without its header is no sheet of the format; the corrected one is another part of the release."""
    seg, city = aside.copy(tmp_path), tmp_path / "joensuu_2026.csv"
    groups = {"total": 703, "domestic": 600, "foreign": 103}
    rows = "".join(f"1;Koivu;;language;{group};2024;{count}\r\n" for group, count in groups.items())
    city.write_text(rows, encoding="utf-8")
    refused = seg("receive", "joensuu", city, "--release", "2026", "--language", "fi")
    assert refused.returncode == 1 and "Sen tilalla ei käytetä mitään." in refused.stderr
    city.write_text(f"{HEADER}{rows}", encoding="utf-8")
    assert seg("receive", "joensuu", city, "--release", "2026").returncode == 0
    done = seg("refresh", "--edition", "2026", "--profile", "own")
    assert done.returncode == 0 and "put aside, of: paavo\n" in done.stdout, done.stderr
    told = seg("sources", "coverage", "--edition", "2026", "--all").stdout
    assert re.search(r"joensuu +counts +language +arrived", told)
