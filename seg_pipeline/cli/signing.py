"""Commands of trust: make a key pair, sign a manifest offline, keep the signature beside its snapshot.

``seg sign`` needs a manifest and a key, and nothing else: no archive, no network.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from seg_pipeline.cli import asked
from seg_pipeline.cli.printed import Failed

PASSPHRASE = "SEG_KEY_PASSPHRASE"  # noqa: S105  the name of a variable
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
TRUSTED = click.option(
    "--trusted", type=FILE, default=None, help="The list of trusted keys. Default: SEG_TRUSTED_KEYS, or the clone's."
)
PRIVATE, PUBLIC = 0o600, 0o644


@click.group()
def keys() -> None:
    """Make the keys that sign snapshots."""


@keys.command()
@click.argument("name")
@click.option("--owner", required=True, help="Who answers for the key: an office, not a person who may leave.")
def new(name: str, owner: str) -> None:
    """Make a key pair: NAME.private.pem, which stays offline, and NAME.public.pem.

    The private key is encrypted with a passphrase, asked for or taken from SEG_KEY_PASSPHRASE. Nothing is replaced.
    """
    from seg_pipeline.snapshots.trust import keys as made

    files = {Path(f"{name}.public.pem"): PUBLIC, Path(f"{name}.private.pem"): PRIVATE}
    for path in files:
        if path.exists():
            raise Failed(f"{path} is there already; a key is never replaced, choose another name")
    private, public, raw = made.new(_passphrase(confirm=True))
    for (path, mode), pem in zip(files.items(), (public, private), strict=True):
        _write_new(path, pem, mode)
    row = [made.key_id(raw), base64.b64encode(raw).decode(), owner, datetime.now(UTC).date().isoformat(), "", "", ""]
    click.echo(f"key {row[0]}: {name}.private.pem belongs on an offline medium, with its passphrase elsewhere")
    click.echo("the row of the list of trusted keys, to be reviewed and committed:")
    click.echo(_csv_line(row))


@click.command()
@click.argument("manifest", type=FILE)
@click.option("--key", required=True, type=FILE, help="The private key.")
def sign(manifest: Path, key: Path) -> None:
    """Sign MANIFEST, the manifest.json of a snapshot. Its signature is written beside it.

    Compare the sha256 that is shown with manifest.json.sha256 on the machine that publishes.
    """
    from seg_pipeline.snapshots.trust import signing, verify

    data = asked.file_bytes(manifest)
    key_id, signature = signing.sign(data, asked.file_bytes(key), _passphrase())
    said = verify.parsed(data)
    path = manifest.with_name(f"{manifest.name}.{key_id}.sig")
    if not path.exists():
        _write_new(path, signature, PUBLIC)
    elif path.read_bytes() != signature:
        raise Failed(f"{path} is there already and is another signature; move it away")
    click.echo(f"snapshot {said['version']}, published {said['published']}")
    click.echo(f"sha256   {hashlib.sha256(data).hexdigest()}")
    click.echo(f"signed   {path}")


@click.command()
@click.argument("version")
def manifest(version: str) -> None:
    """Write the manifest of a snapshot, byte for byte, to standard output, to be signed."""
    from seg_pipeline.snapshots.store import MANIFEST

    snapshot = asked.snapshot(version)
    sys.stdout.buffer.write(snapshot.shelf.read(snapshot.version, MANIFEST))


@click.command()
@click.argument("version")
@click.argument("signature", type=FILE)
@TRUSTED
def attach(version: str, signature: Path, trusted: Path | None) -> None:
    """Keep SIGNATURE, the file that `seg sign` wrote, beside a snapshot, if it is one that counts."""
    from seg_pipeline.snapshots.trust import keys as listed
    from seg_pipeline.snapshots.trust import signing

    snapshot = asked.snapshot(version)
    key, is_new = signing.attach(snapshot, signature.name, asked.file_bytes(signature), listed.trusted(trusted))
    said = "signed" if is_new else "it was there already: signed"
    click.echo(f"{snapshot.version}: {said} by {key.owner} (key {key.key_id})")


def _passphrase(confirm: bool = False) -> str:
    told = os.environ.get(PASSPHRASE)
    return told or str(click.prompt("passphrase of the key", hide_input=True, confirmation_prompt=confirm, err=True))


def _write_new(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)


def _csv_line(row: list[str]) -> str:
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(row)
    return line.getvalue()
