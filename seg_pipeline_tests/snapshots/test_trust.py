"""Trust: every change to what was published is found, by its bytes, by the chain, or by a signature."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from seg_pipeline import snapshots
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.carrying import carry
from seg_pipeline.snapshots.store import MANIFEST
from seg_pipeline.snapshots.trust import chain, keys, signing, verify
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots import damage
from seg_pipeline_tests.snapshots.publishers import Job, do
from seg_pipeline_tests.snapshots.test_signing import Signer


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf with three snapshots that anyone can write to, two editions of one chain."""
    shelf = tmp_path_factory.mktemp("three") / "snapshots"
    for low, edition in ((30, 2026), (31, 2026), (32, 2027)):
        do(Job(str(shelf), low, edition))
    writable(shelf)
    return shelf


@pytest.fixture
def copied(three: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(three, tmp_path / "snapshots"))


def writable(shelf: Path) -> None:
    for path in [*shelf.glob("[0-9]*"), *shelf.glob("[0-9]*/*")]:
        path.chmod(0o755)


def faults(shelf: Path, trusted: dict[str, keys.Key] | None = None) -> list[str]:
    """Return all that `seg snapshots verify` would fail for."""
    there = snapshots.versions(shelf)
    found = [problem for snapshot in there for problem in verify.problems(snapshot)]
    remarks = chain.remarks(there) + signing.remarks(there, trusted or {})
    return found + [remark.text for remark in remarks if remark.fault]


@pytest.mark.parametrize("damages", [300, pytest.param(1000, marks=pytest.mark.scale)])
def test_of_random_damages_every_one_is_found(three: Path, tmp_path: Path, damages: int) -> None:
    """Files, whole snapshots, and forgeries whose hashes were all computed anew; the newest snapshot is signed."""
    signer = Signer.new(tmp_path)
    shutil.copytree(three, tmp_path / "signed")
    signer.attach(Snapshot.at(tmp_path / "signed" / "2027.1"))
    trusted = keys.trusted(signer.list())
    assert faults(tmp_path / "signed", trusted) == []
    draw, missed, done = random.Random(2026), [], Counter[str]()
    for _ in range(damages):
        shelf = tmp_path / "damaged" / "snapshots"
        shutil.copytree(tmp_path / "signed", shelf)
        kind = draw.choice(damage.DAMAGES)
        what = kind(shelf, draw)
        done[kind.__name__] += 1
        if not faults(shelf, trusted):
            missed.append(what)
        shutil.rmtree(tmp_path / "damaged")
    assert (
        missed == [] and min(done.values()) > damages / 50 and set(done) == {kind.__name__ for kind in damage.DAMAGES}
    )


def test_without_a_signature_the_chain_finds_every_forgery_but_that_of_the_newest(copied: Path) -> None:
    for version, found in (("2026.1", True), ("2026.2", True), ("2027.1", False)):
        shelf = Path(shutil.copytree(copied, copied.parent / version / "snapshots"))
        data = (shelf / version / "counts.parquet").read_bytes()
        (shelf / version / "counts.parquet").write_bytes(data + b"\0")
        damage.rewrite(shelf / version, lambda _: None)
        assert Snapshot.at(shelf / version).verify() == []
        said = faults(shelf)
        assert bool(said) is found and (not found or "its manifest was rewritten" in said[0])


def test_a_snapshot_that_is_gone_is_missed_by_the_one_after_it(copied: Path) -> None:
    shutil.rmtree(copied / "2026.2")
    (remark,) = chain.remarks(snapshots.versions(copied))
    assert remark.fault and remark.about == ("2027.1", "2026.2")
    assert "2027.1 was published after 2026.2, which is not on this shelf" in remark.text


def test_a_beginning_that_is_elsewhere_is_a_fault_of_the_shelf_and_a_note_on_what_came_after(copied: Path) -> None:
    shutil.rmtree(copied / "2026.1")
    fault, note = chain.remarks(snapshots.versions(copied))
    assert fault.fault and fault.about == ("2026.1",) and "the chain does not begin here" in fault.text
    assert not note.fault and note.about == ("2026.2",) and "2026.1, which is not on this shelf" in note.text
    assert verified(copied, "2026.2").returncode == 0
    assert verified(copied).returncode == 1


def test_a_fork_and_a_step_that_is_not_one_are_found(copied: Path) -> None:
    shutil.copytree(copied / "2027.1", copied / "2028.1")
    damage.rewrite(copied / "2028.1", lambda manifest: manifest.update(version="2028.1"))
    said = [remark.text for remark in chain.remarks(snapshots.versions(copied))]
    assert said == [
        "the chain forks: 2027.1 and 2028.1 are both number 3",
        "the chain forks: 2027.1 and 2028.1 both name 2026.2 as predecessor",
    ]
    damage.rewrite(copied / "2028.1", lambda manifest: manifest.update(sequence=5))
    assert any("number 5 of the chain, 2026.2 before it is 2" in text for text in faults(copied))


def test_real_and_made_up_snapshots_are_two_chains(tmp_path: Path) -> None:
    for low, made_up in ((30, True), (30, False), (31, True), (31, False)):
        do(Job(str(tmp_path), low, made_up=made_up))
    there = {snapshot.version: snapshot.manifest for snapshot in snapshots.versions(tmp_path)}
    assert {version: said["sequence"] for version, said in there.items()} == {
        "2026.1-demo": 1, "2026.2-demo": 2, "2026.1": 1, "2026.2": 2,
    }  # fmt: skip
    assert there["2026.2"]["predecessor"]["version"] == "2026.1"
    assert there["2026.2-demo"]["predecessor"]["version"] == "2026.1-demo"
    assert faults(tmp_path) == []


def test_snapshots_from_before_there_was_a_chain_stand_at_its_start_only(copied: Path) -> None:
    def from_before(published: str) -> Callable[[dict[str, object]], None]:
        def change(manifest: dict[str, object]) -> None:
            del manifest["sequence"], manifest["predecessor"]
            manifest["published"] = published

        return change

    shelf = copied.parent / "older"
    shutil.copytree(copied / "2026.1", shelf / "2026.1")
    damage.rewrite(shelf / "2026.1", from_before("2026-01-01T00:00:00+00:00"))
    second, _ = do(Job(str(shelf), 31))
    assert second.manifest["sequence"] == 1 and second.manifest["predecessor"]["version"] == "2026.1"
    third, _ = do(Job(str(shelf), 32))
    assert third.manifest["sequence"] == 2 and faults(shelf) == []
    writable(shelf)
    damage.rewrite(shelf / "2026.3", from_before("2099-01-01T00:00:00+00:00"))
    assert faults(shelf) == ["it has no place in the chain, which had begun before it"]


def test_one_file_is_verified_alone(copied: Path) -> None:
    snapshot = Snapshot.at(copied / "2026.1")
    (copied / "2026.1" / "areas.parquet").unlink()
    assert verify.problems_of(snapshot, "counts.parquet") == []
    assert verify.problems_of(snapshot, "areas.parquet") == ["areas.parquet: missing"]
    with pytest.raises(snapshots.SnapshotError, match=r"has no file 'count\.parquet'; it has .*counts\.parquet"):
        verify.problems_of(snapshot, "count.parquet")


def test_a_copy_from_anywhere_is_told_whose_it_is(copied: Path, tmp_path: Path) -> None:
    there = snapshots.versions(copied)
    named = verify.whose(Path(shutil.copy(copied / "2026.2" / "counts.parquet", tmp_path / "a.parquet")), there)
    assert [(snapshot.version, name) for snapshot, name in named] == [("2026.2", "counts.parquet")]
    same = verify.whose(copied / "2026.1" / "areas.parquet", there)
    assert [snapshot.version for snapshot, _ in same] == ["2026.1", "2026.2", "2027.1"]
    assert [name for _, name in verify.whose(copied / "2027.1" / MANIFEST, there)] == [MANIFEST]
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-1])
    assert verify.whose(tmp_path / "a.parquet", there) == []


def verified(shelf: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return Seg(shelf.parent)("snapshots", "verify", *words, SEG_SNAPSHOTS=str(shelf))


def test_the_command_says_what_is_sound_and_what_is_not(copied: Path, tmp_path: Path) -> None:
    sound = verified(copied)
    assert sound.returncode == 0 and sound.stdout.count("every byte as published") == 3
    assert sound.stdout.count("note: not signed") == 3
    assert verified(copied, "--signed").returncode == 1
    copy = Path(shutil.copy(copied / "2026.1" / "counts.parquet", tmp_path / "downloaded.parquet"))
    whose = verified(copied, "--file", copy)
    assert whose.returncode == 0 and "it is counts.parquet of snapshot 2026.1, byte for byte" in whose.stdout
    none = verified(copied, "2026.2", "--file", copy)
    assert none.returncode == 1 and "no file of 2026.2 has these bytes" in none.stderr
    one = verified(copied, "2026.1", "counts.parquet")
    assert one.returncode == 0 and one.stdout.startswith("2026.1: as published")
    (copied / "2026.1" / "counts.parquet").write_bytes(b"")
    damage.rewrite(copied / "2026.1", lambda _: None)
    rewritten = verified(copied, "2026.1")
    assert rewritten.returncode == 1 and "its manifest was rewritten" in rewritten.stdout
    assert "restore from a backup" in rewritten.stderr
    shutil.rmtree(copied / "2026.2")
    assert "2026.2, which is not on this shelf" in verified(copied).stdout


@pytest.mark.parametrize("there", ["folder", "memory://carried/to"])
def test_a_shelf_is_copied_in_the_order_of_its_chain_with_its_signatures(
    copied: Path, tmp_path: Path, there: str
) -> None:
    signer, target = Signer.new(tmp_path), there if "://" in there else tmp_path / there
    signer.attach(Snapshot.at(copied / "2027.1"))
    assert list(carry(copied, target)) == ["2026.1", "2026.2", "2027.1"]
    assert list(carry(copied, target)) == []
    for one, other in zip(snapshots.versions(copied), snapshots.versions(target), strict=True):
        assert one.version == other.version and other.verify() == []
        assert one.shelf.read(one.version, MANIFEST) == other.shelf.read(other.version, MANIFEST)
    remarks = signing.remarks(snapshots.versions(target), keys.trusted(signer.list()), required=True)
    assert len(remarks) == 3 and not any(remark.fault for remark in remarks)
    new, _ = do(Job(str(target), 40))
    assert new.manifest["sequence"] == 4 and new.manifest["predecessor"]["version"] == "2027.1"


def test_what_is_gone_comes_back_and_what_does_not_fit_stays_away(copied: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(copied, tmp_path / "backup"))
    shutil.rmtree(copied / "2026.2")
    back = Seg(tmp_path)("snapshots", "copy", backup, SEG_SNAPSHOTS=str(copied))
    assert back.returncode == 0 and back.stdout == f"2026.2: copied to {copied}\n" and faults(copied) == []
    do(Job(str(tmp_path / "other"), 99))
    with pytest.raises(snapshots.SnapshotError, match=r"has another 2026\.1"):
        list(carry(tmp_path / "other", copied))
    do(Job(str(tmp_path / "third"), 99, 2029))
    with pytest.raises(snapshots.SnapshotError, match="do not make one chain"):
        list(carry(tmp_path / "third", copied))
    assert len(snapshots.versions(copied)) == 3
    (backup / "2026.1" / "counts.parquet").write_bytes(b"")
    with pytest.raises(snapshots.SnapshotError, match="not as it was published"):
        list(carry(backup, tmp_path / "new"))
    with pytest.raises(snapshots.SnapshotError, match="no snapshot in"):
        list(carry(tmp_path / "nowhere", copied))
