"""The archive: bytes once, receipts for ever, and no way to overwrite."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seg_pipeline.sources.archive import Archive, ArchiveError, Attempt, Receipt
from seg_pipeline.sources.reception import receive_demo
from seg_pipeline.sources.refusal import Refused


def take(archive: Archive, data: bytes, release: str = "2018", part: str = "") -> tuple[Receipt, bool]:
    return archive.receive("paavo", release, part, "paavo.csv", data, "CC BY 4.0", made_up=False)


def objects(archive: Archive) -> list[Path]:
    return sorted(path for path in archive.root.glob("objects/*/*") if path.is_file())


def test_bytes_are_kept_by_their_hash_with_a_receipt(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    receipt, new = take(archive, b"one")
    assert new and receipt.sha256 == hashlib.sha256(b"one").hexdigest() and receipt.size == 3
    assert receipt.received.endswith("+00:00") and receipt.file == "paavo.csv" and receipt.licence == "CC BY 4.0"
    assert archive.read(receipt) == b"one"
    assert objects(archive)[0].stat().st_mode & 0o222 == 0


def test_of_two_received_in_one_second_it_is_told_which_came_last(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    times = [take(archive, b"one", part=part)[0].received for part in ("z", "m", "a")]
    assert times == sorted(times) and len(set(times)) == 3
    assert {datetime.fromisoformat(time).tzinfo for time in times} == {UTC}


def test_the_made_up_deliveries_of_a_city_come_in_one_order_however_long_they_take(tmp_path: Path) -> None:
    receipts = [receipt for receipt in receive_demo(Archive(tmp_path)) if receipt.source == "turku"]
    assert [Path(receipt.file).suffix for receipt in receipts] == [".xlsx", ".csv"]  # what the other one tells stands
    assert receipts[0].received < receipts[1].received
    assert receipts[0].when == receipts[0].received[:19] + "+00:00"


def test_the_same_bytes_twice_are_one_receipt(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first, _ = take(archive, b"one")
    again, new = take(archive, b"one")
    assert (again, new) == (first, False) and len(objects(archive)) == 1


def test_other_bytes_are_a_revision_and_the_last_one_counts(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first, _ = take(archive, b"one")
    second, new = take(archive, b"two")
    assert new and second.revision == 2
    assert archive.current("paavo", 2026) == [second]
    assert archive.read(first) == b"one" and list(archive.receipts()) == [first, second]


def test_a_withdrawn_revision_gives_way_to_the_one_before_and_can_come_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first, _ = take(archive, b"one")
    second, _ = take(archive, b"two")
    archive.withdraw(second, "the publisher took it back")
    assert archive.current("paavo", 2026) == [first]
    assert archive.withdrawn(second) == "the publisher took it back"
    with pytest.raises(ArchiveError, match="already withdrawn"):
        archive.withdraw(second, "again")
    third, new = take(archive, b"two")
    assert new and third.revision == 3 and archive.current("paavo", 2026) == [third]
    assert len(objects(archive)) == 2


def test_an_edition_reads_the_releases_up_to_it_and_all_their_parts(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for release, part, data in (("2018", "", b"a"), ("2025", "years-2020", b"b"), ("2025", "years-2021", b"c"),
                                ("2027", "", b"d")):  # fmt: skip
        take(archive, data, release, part)
    read = [(receipt.release, receipt.part) for receipt in archive.current("paavo", 2026)]
    assert read == [("2018", "whole"), ("2025", "years-2020"), ("2025", "years-2021")]


@pytest.mark.parametrize("release", ["", "latest", "18", "2018/..", "../2018", "2018 ", "12018"])
def test_a_release_is_a_year(tmp_path: Path, release: str) -> None:
    with pytest.raises(ArchiveError, match="not a year"):
        take(Archive(tmp_path), b"one", release)
    assert not objects(Archive(tmp_path))


def test_damaged_bytes_are_not_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    receipt, _ = take(archive, b"one")
    objects(archive)[0].chmod(0o644)
    objects(archive)[0].write_bytes(b"onf")
    with pytest.raises(Refused, match="not those of the receipt"):
        archive.read(receipt)


def _take(root: Path, number: int) -> int:
    return take(Archive(root), f"delivery {number % 4}".encode())[0].revision


def test_receivers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_take, [tmp_path] * 24, range(24)))
    kept = list(Archive(tmp_path).receipts())
    assert sorted(receipt.revision for receipt in kept) == list(range(1, len(kept) + 1))
    assert {Archive(tmp_path).read(receipt) for receipt in kept} == {f"delivery {n}".encode() for n in range(4)}
    assert not list(tmp_path.rglob(".receiving-*"))


def test_lost_or_damaged_bytes_are_put_back_by_receiving_them_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    receipt, _ = take(archive, b"one")
    for harm in (Path.unlink, lambda path: (path.chmod(0o644), path.write_bytes(b"onf"))):
        harm(objects(archive)[0])
        assert take(archive, b"one") == (receipt, False)
        assert archive.read(receipt) == b"one"


def test_a_lost_receipt_does_not_stop_the_next_delivery(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    take(archive, b"one")
    take(archive, b"two")
    next(tmp_path.rglob("1.json")).unlink()
    assert take(archive, b"three")[0].revision == 3
    (tmp_path / "receipts/paavo/2018/whole/1 (copy).json").write_text("{}", encoding="utf-8")
    assert take(archive, b"four")[0].revision == 4


def test_a_withdrawal_has_a_reason(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    receipt, _ = take(archive, b"one")
    with pytest.raises(ArchiveError, match="say why"):
        archive.withdraw(receipt, " ")
    assert archive.current("paavo", 2026) == [receipt]


def test_a_file_name_cannot_break_a_line(tmp_path: Path) -> None:
    receipt, _ = Archive(tmp_path).receive("paavo", "2018", "", "a\nb.csv", b"one", "CC BY 4.0", made_up=False)
    assert receipt.file == "a�b.csv"


@pytest.mark.parametrize(
    "part", ["../../../paavo/2026/whole", "x/../y", " ", ".", "..", "a" * 300, "ä\ud800", "\0", "/etc"]
)
def test_what_a_file_calls_its_parts_never_leads_out_of_the_archive(tmp_path: Path, part: str) -> None:
    archive = Archive(tmp_path / "archive")
    receipt, new = archive.receive("paavo", "2026", part, "x.csv", b"bytes", "", made_up=False)
    assert new and [r.part for r in archive.receipts()] == [receipt.part] and archive.read(receipt) == b"bytes"
    assert {path.name for path in tmp_path.iterdir()} == {"archive"}
    other, _ = archive.receive("paavo", "2026", part + "x", "y.csv", b"other", "", made_up=False)
    assert other.part != receipt.part


def test_attempts_that_were_cut_or_hold_strange_letters_are_passed_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    (tmp_path / "attempts").mkdir()
    (tmp_path / "attempts" / "paavo.jsonl").write_bytes(b'{"source": "paa\xff')
    attempt = Attempt("paavo", 2026, "2026-11-24T00:00:00+00:00", "unavailable", "https://x\u2028}.example")
    archive.note(attempt)
    archive.note(replace(attempt, edition=2027))
    assert archive.attempt("paavo", 2026) == attempt and archive.attempt("paavo", 2025) is None
