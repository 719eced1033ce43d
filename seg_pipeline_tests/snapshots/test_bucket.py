"""Snapshots in a bucket, over real HTTP: whole or not at all, once, whatever the store, the network or a kill does."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seg_pipeline import snapshots
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.shelves import bucket, objects
from seg_pipeline.snapshots.shelves.bucket import Bucket
from seg_pipeline.snapshots.shelves.folder import ShelfFailed
from seg_pipeline.snapshots.shelves.shelf import shelf
from seg_pipeline.snapshots.store import MANIFEST, MANIFEST_HASH, hash_line
from seg_pipeline.snapshots.trust import chain, keys, signing, verify
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.servers import s3
from seg_pipeline_tests.snapshots.publishers import Job, do, end, little, race, start
from seg_pipeline_tests.snapshots.test_signing import Signer

PREFIXES = (f"prefix/{number}" for number in itertools.count())
COMMIT = "/publications/000001.txt"


@pytest.fixture(scope="module")
def running() -> Iterator[s3.S3]:
    with s3.running() as server:
        yield server


@pytest.fixture
def store(running: s3.S3, monkeypatch: pytest.MonkeyPatch) -> s3.S3:
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    running.seen.clear()
    return running


@pytest.fixture
def address(store: s3.S3) -> str:
    """A prefix that nobody has used."""
    return store.address(next(PREFIXES))


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many tries as ever, with less time between them."""
    backoff = {**objects.RETRIES["backoff"], "init_backoff": timedelta(milliseconds=5)}
    monkeypatch.setattr(objects, "RETRIES", {**objects.RETRIES, "backoff": backoff})


@pytest.fixture
def impatient(brisk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "RETRIES", {**objects.RETRIES, "max_retries": 1})


def there(address: str) -> Bucket:
    return Bucket.at(address)


def stored(address: str) -> dict[str, bytes]:
    """Return every object, those that no reader sees as well."""
    found = there(address).objects
    return {one.key: found.get(one.key) for one in found.under()}


def attempts(address: str) -> set[str]:
    return {found[0] for key in stored(address) if (found := bucket.ATTEMPT.match(key))}


def require_sound(address: str) -> list[str]:
    """Return the versions that are visible, after all of them were found sound."""
    seen = snapshots.versions(address)
    assert [snapshot.verify() for snapshot in seen] == [[]] * len(seen)
    assert chain.remarks(seen) == [] and there(address).faults() == []
    return [snapshot.version for snapshot in seen]


@pytest.mark.parametrize("address", ["memory://bucket/prefix", "s3"], ids=["memory", "s3"])
def test_a_snapshot_is_published_found_read_and_verified(address: str, store: s3.S3) -> None:
    address = store.address(next(PREFIXES)) if address == "s3" else address
    first, new = do(Job(address, 30))
    assert new and do(Job(address, 30)) == (first, False) and do(Job(address, 31))[0].version == "2026.2"
    assert do(Job(address, 30, made_up=True))[0].version == "2026.1-demo"
    assert require_sound(address) == ["2026.1-demo", "2026.1", "2026.2"]
    opened = snapshots.open("2026.1", address)
    assert opened.where.startswith(f"{address}/2026.1/snapshot-") and opened.package["resources"]
    pd.testing.assert_frame_equal(opened.table("counts"), little(30)["counts"])
    assert opened.manifest["sequence"] == 1
    with pytest.raises(snapshots.SnapshotError, match=r"there are: 2026\.1-demo, 2026\.1, 2026\.2"):
        snapshots.open("2030.1", address)


def test_opening_reads_no_table_and_a_table_is_read_in_ranges(address: str, store: s3.S3) -> None:
    table = pa.table({name: pa.array(range(at, at + 600_000)) for at, name in enumerate("abcdefgh")})
    large = pa.BufferOutputStream()
    pq.write_table(table, large, row_group_size=50_000, compression="none", use_dictionary=False)
    data = large.getvalue().to_pybytes()
    with there(address).alone() as made_visible:
        assert made_visible("2026.1", {"large.parquet": data, MANIFEST: b"{}"})
    fetched = store.fetched
    file = pq.ParquetFile(there(address).file("2026.1", "large.parquet"))
    assert file.read_row_group(3, columns=["c"])["c"].to_pylist() == list(range(150_002, 200_002))
    assert store.fetched - fetched < len(data) / 4
    do(Job(f"{address}/other", 30))
    store.seen.clear()
    assert snapshots.open("2026.1", f"{address}/other").manifest["version"] == "2026.1"
    assert not any(".parquet" in request for request in store.seen)


def test_published_objects_never_change(address: str) -> None:
    do(Job(address, 30))
    before = stored(address)
    do(Job(address, 31))
    do(Job(address, 32, 2027))
    after = stored(address)
    assert {key: after[key] for key in before} == before and len(attempts(address)) == 3


def requests_of(address: str, store: s3.S3) -> list[str]:
    """Return the requests that publishing makes when nothing happens."""
    store.seen.clear()
    do(Job(address, 30))
    return list(store.seen)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_kill_at_any_request_leaves_nothing_broken_and_the_next_try_publishes(store: s3.S3, answered: bool) -> None:
    """Kill the publisher when the n-th request has arrived: before the store does what it asks, or just after."""
    asked = requests_of(store.address(next(PREFIXES)), store)
    commit = next(at for at, request in enumerate(asked) if request.endswith(COMMIT))
    assert len(asked) > 15
    for nth in range(len(asked)):
        address, number = store.address(next(PREFIXES)), itertools.count()
        publisher: list[Any] = []

        def killing(_: str, __: str, nth: int = nth, number: Any = number, publisher: Any = publisher) -> Any:
            if next(number) != nth:
                return None

            def kill(request: s3.Answering) -> Any:
                done = request.answer() if answered else None
                os.kill(publisher[0].pid, signal.SIGKILL)
                return done or s3.reset(request)

            return kill

        with store.failing(killing):
            publisher.append(start(Job(address, 30, environment=store.environment)))
            assert end(publisher[0]) == -signal.SIGKILL, asked[nth]
        published = nth > commit or (nth == commit and answered)
        assert require_sound(address) == (["2026.1"] if published else []), asked[nth]
        again, new = do(Job(address, 30))
        assert new is not published and require_sound(address) == ["2026.1"], asked[nth]
        pd.testing.assert_frame_equal(again.table("counts"), little(30)["counts"])
        assert len(attempts(address)) <= 2


def test_what_killed_publishers_leave_is_removed_when_it_is_old(
    address: str, store: s3.S3, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = requests_of(address, store)
    left = Bucket.at(address).objects
    for number in range(3):
        left.put(f"2026.2/snapshot-{number:016}/counts.parquet", b"half")
    left.put("2026.2/of somebody else/counts.parquet", b"theirs")
    do(Job(address, 31))
    assert len(attempts(address)) == 5, "a publisher may be alive"
    monkeypatch.setattr(bucket, "ABANDONED", -2.0)
    with store.failing(lambda method, _: s3.status(403) if method in ("POST", "DELETE") else None):
        do(Job(address, 32))
    assert "cannot be removed" in caplog.text and len(attempts(address)) == 6
    do(Job(address, 33))
    assert require_sound(address) == ["2026.1", "2026.2", "2026.3", "2026.4"] and len(attempts(address)) == 4
    assert "2026.2/of somebody else/counts.parquet" in stored(address) and len(asked) > 15


@pytest.mark.parametrize(
    "fault", [s3.status(500), s3.status(503), s3.reset, s3.lost], ids=["500", "503", "reset", "lost"]
)
def test_a_failure_that_passes_is_tried_again(address: str, store: s3.S3, fault: s3.Fault, brisk: None) -> None:
    for phase in range(3):
        number = itertools.count(phase)
        with store.failing(lambda *_, number=number: None if next(number) % 3 else fault):
            snapshot, new = do(Job(address, 30 + phase))
        assert new and snapshot.version == f"2026.{phase + 1}"
    assert require_sound(address) == ["2026.1", "2026.2", "2026.3"] and len(attempts(address)) == 3


@pytest.mark.parametrize("fault", [s3.status(503), s3.lost], ids=["503", "lost"])
def test_a_failure_that_stays_leaves_nothing_broken_and_the_next_try_publishes(
    store: s3.S3, fault: s3.Fault, impatient: None
) -> None:
    """From the n-th request on the store fails; `lost` does what was asked and never says so."""
    asked = requests_of(store.address(next(PREFIXES)), store)
    commit = next(at for at, request in enumerate(asked) if request.endswith(COMMIT))
    for nth in range(len(asked)):
        address, number = store.address(next(PREFIXES)), itertools.count()
        with store.failing(lambda *_, nth=nth, number=number: fault if next(number) >= nth else None):
            try:
                assert do(Job(address, 30))[1] and nth > commit, asked[nth]
            except ShelfFailed as failed:
                assert nth <= commit and address in str(failed) and s3.SECRET not in str(failed), asked[nth]
        published = nth > commit or (nth == commit and fault is s3.lost)
        assert require_sound(address) == (["2026.1"] if published else []), asked[nth]
        assert do(Job(address, 30))[1] is not published and require_sound(address) == ["2026.1"], asked[nth]


def test_an_answer_that_comes_too_late_is_not_guessed_at(
    address: str, store: s3.S3, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PATIENCE", {"connect_timeout": "1s", "read_timeout": "400ms", "timeout": "400ms"})
    with store.failing(lambda _, path: s3.slow(1.0) if path.endswith(COMMIT) and store.once(path) else None):
        snapshot, new = do(Job(address, 30))
    assert new and require_sound(address) == ["2026.1"] and snapshot.verify() == []
    assert do(Job(address, 30)) == (snapshot, False)


@pytest.mark.parametrize("publishers", [8, pytest.param(20, marks=pytest.mark.scale)])
def test_publishers_at_the_same_time_never_mix_and_never_fork(address: str, store: s3.S3, publishers: int) -> None:
    numbers = range(publishers)
    jobs = [Job(address, 1 + at, 2026 + at % 3, at % 4 == 0, environment=store.environment) for at in numbers]
    said = race(jobs)
    assert sorted(version for _, version, new in said if new) == sorted(require_sound(address))
    for number, version, _ in said:
        snapshot = snapshots.open(version, address)
        pd.testing.assert_frame_equal(snapshot.table("counts"), little(jobs[number].low)["counts"])
    assert len(attempts(address)) == publishers, "who came second has taken his files away"
    sequences = [(s.made_up, s.manifest["sequence"]) for s in snapshots.versions(address)]
    made_up = publishers // 4
    assert sorted(sequences) == [
        *((False, number) for number in range(1, publishers - made_up + 1)),
        *((True, number) for number in range(1, made_up + 1)),
    ]


@pytest.mark.parametrize("rounds", [15, pytest.param(100, marks=pytest.mark.scale)])
def test_of_two_publishers_of_one_version_one_wins_in_every_round(store: s3.S3, rounds: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            address = store.address(next(PREFIXES))
            with there(address).alone() as one, there(address).alone() as other:
                tried = [
                    pool.submit(place, "2026.1", {"a": own, MANIFEST: own})
                    for place, own in ((one, b"1"), (other, b"2"))
                ]
            won = [own for attempt, own in zip(tried, (b"1", b"2"), strict=True) if attempt.result()]
            assert len(won) == 1 and {there(address).read("2026.1", name) for name in ("a", MANIFEST)} == set(won)
            assert len(attempts(address)) == 1


def test_a_store_that_ignores_conditions_is_refused(address: str, store: s3.S3) -> None:
    with store.failing(lambda *_: s3.deaf):
        with pytest.raises(ShelfFailed, match="If-None-Match"):
            do(Job(address, 30))
    assert snapshots.versions(address) == [] and attempts(address) == set()


def test_a_publisher_that_is_too_slow_gives_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "SLOW", -1.0)
    with pytest.raises(ShelfFailed, match="publish from nearer by"):
        do(Job(address, 30))
    assert snapshots.versions(address) == [] and attempts(address) == set()


def test_a_store_that_loses_a_file_is_noticed_before_anything_is_visible(address: str, store: s3.S3) -> None:
    def forget(request: s3.Answering) -> Any:
        request.begin("200 OK", [("ETag", '"x"'), ("Content-Length", "0")])
        return [b""]

    with store.failing(lambda method, path: forget if method == "PUT" and path.endswith("counts.parquet") else None):
        with pytest.raises(ShelfFailed, match="does not list what was put"):
            do(Job(address, 30))
    assert snapshots.versions(address) == []


def test_refusals_say_where_and_what_to_do_and_no_secret(
    address: str, store: s3.S3, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.failing(lambda *_: s3.status(403)), pytest.raises(ShelfFailed) as denied:
        snapshots.versions(address)
    assert address in str(denied.value) and "check the credentials" in str(denied.value)
    with pytest.raises(ShelfFailed, match="the bucket is not there"):
        do(Job("s3://no-such-bucket/x", 30))
    with pytest.raises(ShelfFailed, match="they belong in the environment") as told:
        shelf(f"s3://user:{s3.SECRET}@bucket/x")
    with pytest.raises(ShelfFailed, match="cannot live at ftp://"):
        shelf("ftp://host/x")
    with pytest.raises(ShelfFailed, match="it cannot be used"):
        shelf("az://container/x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.example")
    with pytest.raises(ShelfFailed, match="need https://") as plain:
        snapshots.versions(address)
    assert not any(s3.SECRET in str(one.value) for one in (denied, told, plain))


def test_what_was_changed_in_the_bucket_is_found(address: str) -> None:
    do(Job(address, 30))
    newest, _ = do(Job(address, 31))
    shelf_, folder = there(address), newest.where.removeprefix(f"{address}/")
    whole = stored(address)
    forged = newest.shelf.read("2026.2", MANIFEST).replace(b'"edition": 2026', b'"edition": 2025')
    for changes, said in (
        ({f"{folder}/counts.parquet": b"other"}, "counts.parquet: its bytes have changed"),
        ({f"{folder}/extra": b""}, "extra: not part of the snapshot"),
        (
            {f"{folder}/{MANIFEST}": forged, f"{folder}/{MANIFEST_HASH}": hash_line(forged)},
            "the journal of publications",
        ),
    ):
        for key, data in changes.items():
            shelf_.objects.put(key, data)
        assert said in " ".join(snapshots.open("2026.2", address).verify())
        shelf_.objects.remove(list(changes))
        for key in changes.keys() & whole.keys():
            shelf_.objects.put(key, whole[key])
    assert require_sound(address) == ["2026.1", "2026.2"]
    shelf_.objects.remove([f"{folder}/areas.parquet"])
    assert snapshots.open("2026.2", address).verify() == ["areas.parquet: missing"]
    rewritten = whole["publications/000001.txt"].replace(b"2026.1/", b"2026.9/")
    shelf_.objects.put("publications/000001.txt", rewritten)
    assert len(shelf_.faults()) == 1 and "publications/000002.txt" in shelf_.faults()[0]
    shelf_.objects.remove(["publications/000001.txt"])
    with pytest.raises(ShelfFailed, match="a number is missing"):
        snapshots.versions(address)


def test_a_signature_is_kept_once_beside_the_snapshot(address: str, tmp_path: Path) -> None:
    snapshot, _ = do(Job(address, 30))
    signer = Signer.new(tmp_path)
    assert signer.attach(snapshot) and not signer.attach(snapshot)
    (remark,) = signing.remarks([snapshot], keys.trusted(signer.list()), required=True)
    assert remark.text.startswith("signed by") and not remark.fault and require_sound(address) == ["2026.1"]
    with there(address).alone() as made_visible:
        assert not made_visible("2026.1", {MANIFEST: b"{}"})


def test_a_file_of_a_snapshot_in_a_bucket_is_known_again(address: str, tmp_path: Path) -> None:
    snapshot, _ = do(Job(address, 30))
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(snapshot.shelf.read("2026.1", "counts.parquet"))
    assert [(of.version, name) for of, name in verify.whose(copy, [snapshot])] == [("2026.1", "counts.parquet")]


def test_the_commands_work_on_a_bucket(demo: Seg, address: str, store: s3.S3, tmp_path: Path) -> None:
    """The edition of the demo is published there: the tables are made already, the snapshot is not."""
    for part in ("archive", "tables"):
        shutil.copytree(demo.data / part, tmp_path / "data" / part)
    seg, told = Seg(tmp_path / "data"), {"SEG_SNAPSHOTS": address}
    done = seg("refresh", "--edition", "2026", "--profile", "demo", **told)
    assert done.returncode == 0 and f"where    {address}/2026.1-demo/snapshot-" in done.stdout, done.stderr
    assert "nothing has changed" in seg("refresh", "--edition", "2026", "--profile", "demo", **told).stderr
    for words in (["list"], ["show", "2026.1-demo"], ["verify"], ["verify", "2026.1", "indicators.parquet"]):
        shown = seg("snapshots", *words, **told)
        assert shown.returncode == 0 and "2026.1-demo" in shown.stdout, shown.stderr
    ours = Snapshot.at(demo.data / "snapshots" / "2026.1-demo")
    assert snapshots.open("2026.1-demo", address).manifest["content"] == ours.manifest["content"]
    assert not (tmp_path / "data" / "snapshots").exists() and s3.SECRET not in done.stdout + done.stderr
