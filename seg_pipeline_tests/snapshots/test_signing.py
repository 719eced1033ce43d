"""Signatures: made offline, verified by openssl as well, and refused when they do not count."""

from __future__ import annotations

import base64
import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seg_pipeline import settings, snapshots
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.store import MANIFEST
from seg_pipeline.snapshots.trust import chain, keys, signing
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots import damage
from seg_pipeline_tests.snapshots.publishers import Job, do

PASSPHRASE = "korrekt häst batteri"  # noqa: S105  of keys that live as long as a test
OWNER = "Made-up office"


@dataclass
class Signer:
    """A key of the tests, and the list in which it is trusted."""

    folder: Path
    private: bytes
    public_pem: bytes
    public: bytes
    row: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, folder: Path, **row: str) -> Signer:
        """Return a new key, in use since 2020 unless the row says otherwise."""
        signer = cls(folder, *keys.new(PASSPHRASE))
        signer.row = {
            "key_id": keys.key_id(signer.public), "public_key": base64.b64encode(signer.public).decode(),
            "owner": OWNER, "valid_from": "2020-01-01", "valid_to": "", "revoked": "", "reason": "",
        } | row  # fmt: skip
        return signer

    def list(self, *others: Signer, **changed: str) -> Path:
        """Write the list of trusted keys with this key and others; return its path."""
        path = self.folder / "trusted.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, keys.COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows([self.row | changed, *(other.row for other in others)])
        return path

    def sign(self, snapshot: Snapshot) -> tuple[str, bytes]:
        """Return the name of the signature's file, and the signature."""
        key_id, signature = signing.sign(manifest_of(snapshot), self.private, PASSPHRASE)
        return f"{MANIFEST}.{key_id}.sig", signature

    def attach(self, snapshot: Snapshot) -> bool:
        """Sign a snapshot and keep the signature beside it."""
        return signing.attach(snapshot, *self.sign(snapshot), keys.trusted(self.list()))[1]


def manifest_of(snapshot: Snapshot) -> bytes:
    return snapshot.shelf.read(snapshot.version, MANIFEST)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.new(tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> list[Snapshot]:
    """Three snapshots of one chain."""
    return [do(Job(str(tmp_path / "snapshots"), low))[0] for low in (30, 31, 32)]


def said(there: list[Snapshot], trusted: Path, required: bool = False) -> list[tuple[str, bool]]:
    """Return what is said of signatures, and whether it is a fault."""
    return [(remark.text, remark.fault) for remark in signing.remarks(there, keys.trusted(trusted), required)]


def test_a_signature_counts_and_stands_beside_the_snapshot(signer: Signer, shelf: list[Snapshot]) -> None:
    assert signer.attach(shelf[2]) and not signer.attach(shelf[2])
    kept = Path(shelf[2].where).parent / "signatures" / "2026.3" / f"{signer.row['key_id']}.sig"
    assert kept.stat().st_size == 64 and kept.stat().st_mode & 0o222 == 0
    assert shelf[2].verify() == [] and len(snapshots.versions(kept.parents[2])) == 3
    texts = said(shelf, signer.list(), required=True)
    assert texts[0] == (f"signed by {OWNER} (key {signer.row['key_id']})", False)
    assert [fault for _, fault in texts] == [False] * 3
    assert sum("names it through the chain" in text for text, _ in texts) == 2


def test_what_is_not_signed_is_a_note_and_a_fault_where_it_is_required(signer: Signer, shelf: list[Snapshot]) -> None:
    assert said(shelf, signer.list()) == [("not signed", False)] * 3
    assert said(shelf, signer.list(), required=True) == [("not signed", True)] * 3
    signer.attach(shelf[0])
    assert [fault for _, fault in said(shelf, signer.list(), required=True)] == [False, True, True]


def test_a_signature_for_another_version_is_refused(signer: Signer, shelf: list[Snapshot]) -> None:
    with pytest.raises(signing.SignatureRefused, match="not one over this manifest"):
        signing.attach(shelf[1], *signer.sign(shelf[0]), keys.trusted(signer.list()))
    assert not (Path(shelf[1].where).parent / "signatures").exists()


def test_a_key_that_is_not_trusted_is_refused(signer: Signer, shelf: list[Snapshot], tmp_path: Path) -> None:
    name, signature = Signer.new(tmp_path).sign(shelf[0])
    with pytest.raises(signing.SignatureRefused, match="a key that is not trusted"):
        signing.attach(shelf[0], name, signature, keys.trusted(signer.list()))
    with pytest.raises(signing.SignatureRefused, match="not one over this"):  # under the name of a trusted key
        signing.attach(shelf[0], f"{signer.row['key_id']}.sig", signature, keys.trusted(signer.list()))
    shelf[0].shelf.attach("2026.1", name.removeprefix(f"{MANIFEST}."), signature)
    refused = [text for text, fault in said(shelf, signer.list()) if fault]
    assert len(refused) == 1 and refused[0].startswith("signature refused: a signature by a key that is not trusted")


def test_a_manifest_that_was_altered_is_refused(signer: Signer, shelf: list[Snapshot]) -> None:
    signer.attach(shelf[2])
    folder = Path(shelf[2].where)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    damage.rewrite(folder, lambda manifest: manifest.update(findings=[]) or manifest.update(content="0" * 64))
    assert Snapshot.at(folder).verify() == [] and chain.remarks(shelf) == []
    assert any("one of them was altered" in text and fault for text, fault in said(shelf, signer.list()))


def test_a_key_counts_for_the_days_it_was_in_use(signer: Signer, shelf: list[Snapshot]) -> None:
    signer.attach(shelf[0])
    day = shelf[0].manifest["published"][:10]
    assert said(shelf[:1], signer.list(valid_to=day))[0][1] is False
    (text, fault), *_ = said(shelf[:1], signer.list(valid_to="2020-12-31"))
    assert fault and f"was in use from 2020-01-01 to 2020-12-31; the snapshot was published on {day}" in text
    assert said(shelf[:1], signer.list(valid_from="2099-01-01"))[0][1] is True


def test_a_revoked_key_counts_only_where_a_sound_one_proves_the_age(
    signer: Signer, shelf: list[Snapshot], tmp_path: Path
) -> None:
    """The thief of a key can write any day into a manifest: the day alone is no proof, the chain is."""
    signer.attach(shelf[0])
    revoked = {"revoked": "2099-01-01", "reason": "the medium was lost"}
    (text, fault), *_ = said(shelf, signer.list(**revoked))
    assert fault and "was revoked from 2099-01-01 on (the medium was lost)" in text
    with pytest.raises(signing.SignatureRefused, match="sign with today's key"):
        signing.attach(shelf[1], *signer.sign(shelf[1]), keys.trusted(signer.list(**revoked)))
    fresh = Signer.new(tmp_path)
    fresh.attach(shelf[2])
    texts = said(shelf, signer.list(fresh, **revoked), required=True)
    assert not any(fault for _, fault in texts)
    assert any("revoked later; that it is older is proved by 2026.3" in text for text, _ in texts)
    before = {"revoked": "2020-06-01", "reason": "it was published after the theft"}
    assert any("signature refused" in text and fault for text, fault in said(shelf, signer.list(fresh, **before)))


def test_a_snapshot_whose_signature_stayed_is_missed(signer: Signer, shelf: list[Snapshot]) -> None:
    signer.attach(shelf[2])
    shutil.rmtree(shelf[2].where)
    assert said(shelf[:2], signer.list())[-1] == ("its signature is here and the snapshot is not", True)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"key_id": "0" * 16}, "not that of the public key"),
        ({"public_key": "AAAA"}, "not that of the public key"),
        ({"public_key": "å"}, "row 1"),
        ({"valid_from": ""}, "a first day"),
        ({"valid_to": "31.12.2026"}, "row 1"),
        ({"revoked": "20260101"}, "not a day"),
        ({"owner": " "}, "has an owner"),
    ],
)
def test_a_list_of_keys_that_is_wrong_is_refused_with_its_row(
    signer: Signer, changed: dict[str, str], why: str
) -> None:
    with pytest.raises(keys.KeyRefused, match=why):
        keys.trusted(signer.list(**changed))
    with pytest.raises(keys.KeyRefused, match="there twice"):
        keys.trusted(signer.list(signer))
    with pytest.raises(keys.KeyRefused, match="cannot be read"):
        keys.trusted(signer.folder / "absent.csv")


def test_the_list_that_is_delivered_has_no_key_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keys.TRUSTED, raising=False)
    assert keys.trusted() == {}
    assert settings.KEYS.read_text(encoding="utf-8") == ",".join(keys.COLUMNS) + "\n"


def test_a_key_that_does_not_open_or_is_none_is_refused(signer: Signer, shelf: list[Snapshot]) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    def pem(key: Any, lock: Any) -> bytes:
        return bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))

    locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    wrong = {
        "another passphrase": (signer.private, "another passphrase"),
        "no private key": (signer.public_pem, PASSPHRASE),
        "no passphrase": (pem(ed25519.Ed25519PrivateKey.generate(), serialization.NoEncryption()), PASSPHRASE),
        "of the kind Ed25519": (pem(ec.generate_private_key(ec.SECP256R1()), locked), PASSPHRASE),
    }
    for why, (key, passphrase) in wrong.items():
        with pytest.raises(keys.KeyRefused, match=why):
            signing.sign(manifest_of(shelf[0]), key, passphrase)
    with pytest.raises(signing.SignatureRefused, match="not the manifest"):
        signing.sign(b'{"version": "2026.1"}', signer.private, PASSPHRASE)
    with pytest.raises(keys.KeyRefused, match="too short"):
        keys.new("short")


def test_openssl_verifies_what_is_signed_here_and_signs_what_is_attached_here(
    signer: Signer, shelf: list[Snapshot], tmp_path: Path
) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not on this machine")

    def openssl(*words: str) -> int:
        return subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True, check=False).returncode

    name, signature = signer.sign(shelf[0])
    files = {"m.json": manifest_of(shelf[0]), "m.sig": signature, "pub": signer.public_pem, "key": signer.private}
    for file, data in files.items():
        (tmp_path / file).write_bytes(data)
    verify = ("pkeyutl", "-verify", "-pubin", "-inkey", "pub", "-rawin", "-in", "m.json", "-sigfile", "m.sig")
    assert openssl(*verify) == 0
    (tmp_path / "m.json").write_bytes(files["m.json"] + b" ")
    assert openssl(*verify) != 0
    (tmp_path / "m.json").write_bytes(files["m.json"])
    password = ("-passin", f"pass:{PASSPHRASE}")
    assert openssl("pkeyutl", "-sign", "-inkey", "key", *password, "-rawin", "-in", "m.json", "-out", "o.sig") == 0
    assert (tmp_path / "o.sig").read_bytes() == signature
    assert signing.attach(shelf[0], name, (tmp_path / "o.sig").read_bytes(), keys.trusted(signer.list()))[1]


def test_the_whole_way_from_a_new_key_to_a_signed_snapshot_by_command(
    shelf: list[Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the offline machine there is nothing but the manifest and the key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offline").mkdir()
    seg = Seg(tmp_path / "offline" / "nothing")
    told = {"SEG_KEY_PASSPHRASE": PASSPHRASE}
    made = seg("keys", "new", "offline/office", "--owner", 'The "made-up" office, unit 1', **told)
    assert made.returncode == 0, made.stderr
    private = tmp_path / "offline" / "office.private.pem"
    assert private.stat().st_mode & 0o777 == 0o600 and b"ENCRYPTED" in private.read_bytes()
    assert PASSPHRASE not in made.stdout + made.stderr
    again = seg("keys", "new", "offline/office", "--owner", "x", **told)
    assert again.returncode == 1 and "there already" in again.stderr
    trusted = tmp_path / "trusted.csv"
    trusted.write_text(f"{','.join(keys.COLUMNS)}\n{made.stdout.splitlines()[-1]}\n", encoding="utf-8")

    publishing = {"SEG_SNAPSHOTS": str(tmp_path / "snapshots"), "SEG_TRUSTED_KEYS": str(trusted)}
    told_by = subprocess.run(
        [Path(sys.executable).with_name("seg"), "snapshots", "manifest", "2026.3"],
        env=os.environ | publishing, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert told_by == manifest_of(shelf[2])
    carried = tmp_path / "offline" / MANIFEST
    carried.write_bytes(told_by)
    signed = seg("sign", str(carried), "--key", str(private), **told)
    assert signed.returncode == 0 and "snapshot 2026.3" in signed.stdout, signed.stderr
    assert not (tmp_path / "offline" / "nothing").exists()
    (signature,) = (tmp_path / "offline").glob("*.sig")

    refused = seg("snapshots", "attach", "2026.2", str(signature), **publishing)
    assert refused.returncode == 1 and "is not one over this manifest.json" in refused.stderr
    kept = seg("snapshots", "attach", "2026.3", str(signature), **publishing)
    assert kept.returncode == 0 and 'signed by The "made-up" office, unit 1' in kept.stdout, kept.stderr
    verified = seg("snapshots", "verify", "--signed", **publishing)
    assert verified.returncode == 0 and verified.stdout.count("names it through the chain") == 2, verified.stderr
    distrusted = seg("snapshots", "verify", **publishing | {"SEG_TRUSTED_KEYS": str(settings.KEYS)})
    assert distrusted.returncode == 1 and "a key that is not trusted" in distrusted.stdout
