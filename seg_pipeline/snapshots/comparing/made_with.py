"""What two snapshots were made with, where it differs: method, code, catalogue, lock, deliveries, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow.compute as pc

from seg_pipeline.snapshots.comparing.sides import Side, Table

METHOD = "method_version"
PART = ("source", "release", "part")


class Changed(NamedTuple):
    """Something that is otherwise than before; empty where it was not, or is no more."""

    what: str
    before: str
    after: str


class Delivery(NamedTuple):
    """A delivery that one side was made from and the other was not, or from another revision of it."""

    what: str  # added, gone, revised
    source: str
    release: str
    part: str
    before: Mapping[str, Any]  # its receipts; empty where there is none
    after: Mapping[str, Any]


def methods(before: Side, after: Side) -> Iterable[Changed]:
    """Yield, of each table that says by which version of the method it was made, the versions where they differ."""
    for name in sorted({*before.tables, *after.tables}):
        versions = [_versions(one.tables.get(name)) for one in (before, after)]
        if all(versions) and versions[0] != versions[1]:
            yield Changed(f"method of {name}", *versions)


def _versions(table: Table | None) -> str:
    if table is None or METHOD not in table.columns:
        return ""
    return ", ".join(sorted(str(one) for one in pc.unique(table.column(METHOD)).to_pylist()))


def made_with(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Changed]:
    """Return what differs in code, catalogue and lock, as two manifests name them."""
    one, other = (
        {f"code {name}": facts.get("code", {}).get(name) for name in ("version", "commit", "source_sha256")}
        | {"catalogue": facts.get("catalogue_sha256"), "lock": facts.get("lock_sha256")}
        for facts in (before, after)
    )
    return [Changed(what, one[what] or "", other[what] or "") for what in one if one[what] != other[what]]


def deliveries(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Delivery]:
    """Yield the deliveries in which two manifests differ: by source, release and part."""
    one, other = ({tuple(r[n] for n in PART): r for r in facts.get("receipts", ())} for facts in (before, after))
    for source, release, part in sorted({*one, *other}):
        old, new = (side.get((source, release, part), {}) for side in (one, other))
        what = "added" if not old else "gone" if not new else "revised"
        if what != "revised" or old["sha256"] != new["sha256"]:
            yield Delivery(what, source, release, part, old, new)


def findings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Changed]:
    """Return the findings that are gone, then those that are new."""
    one, other = ([f"{f['subject']}: {f['message']}" for f in facts.get("findings", ())] for facts in (before, after))
    return [Changed("finding", said, "") for said in one if said not in other] + [
        Changed("finding", "", said) for said in other if said not in one
    ]
