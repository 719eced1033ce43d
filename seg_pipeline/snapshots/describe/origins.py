"""What the crate tells besides the files: receipts, sources, publishers, licences, and the snapshot before.

A receipt is no file of the crate: its bytes are in the archive. It is named by the sha256 of its bytes, by which the
archive keeps them (RFC 6920), and by what else tells it from other receipts of the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.describe import words
from seg_pipeline.snapshots.describe.subject import Subject

Entity = dict[str, Any]


def receipt(receipt: Mapping[str, Any]) -> Entity:
    """Return what was received, by whom it was published, and when it came."""
    url = {"url": receipt["url"]} if receipt.get("url") else {}
    return {
        "@id": receipt_id(receipt),
        "@type": "CreativeWork",
        "name": receipt["file"],
        "description": f"{receipt['source']} {receipt['release']}, {receipt['part']}, revision {receipt['revision']}",
        "version": receipt["release"],
        "contentSize": str(receipt["size"]),
        "sha256": receipt["sha256"],
        "dateAccepted": receipt["received"],
        "license": {"@id": licence_id(receipt["licence"])},
        "publisher": {"@id": f"#publisher-{receipt['source']}"},
        "isPartOf": {"@id": f"#source-{receipt['source']}"},
        **({"keywords": words.said("made_up_word")["en"]} if receipt["made_up"] else {}),
        **url,
    }


def sources(subject: Subject) -> Iterable[Entity]:
    """Yield each source and its publisher."""
    for id_ in subject.uses:
        name, publisher, url = words.source(id_, subject.sources)
        yield {
            "@id": f"#source-{id_}",
            "@type": "CreativeWork",
            "name": name["en"],
            "alternateName": [name[language] for language in LANGUAGES if language != "en"],
            "publisher": {"@id": f"#publisher-{id_}"},
            **({"url": url} if url else {}),
        }
        yield organisation(f"#publisher-{id_}", publisher)


def organisation(id_: str, name: words.Texts, url: str = "") -> Entity:
    """Return a publisher."""
    other = [name[language] for language in LANGUAGES if name[language] != name["en"]]
    return {
        "@id": id_,
        "@type": "Organization",
        "name": name["en"],
        **({"alternateName": other} if other else {}),
        **({"url": url} if url else {}),
    }


def licences(subject: Subject) -> Iterable[Entity]:
    """Yield each licence."""
    used = {receipt["licence"] for receipt in subject.receipts} | {words.publisher()["licence"]} - {""}
    for name in sorted(used):
        known = words.licence(name)
        described = name if known["en"] == name else f"{name}: {known['en']}"
        yield {"@id": licence_id(name), "@type": "CreativeWork", "name": name, "description": described}
    country, label = words.concept("FIN")
    yield {"@id": country, "@type": "Place", "name": label["en"]}


def before(subject: Subject) -> Iterable[Entity]:
    """Yield the snapshot published before, if there is one."""
    if subject.predecessor:
        yield {
            "@id": before_id(subject.predecessor),
            "@type": "CreativeWork",
            "name": words.said("snapshot_title", version=subject.predecessor["version"])["en"],
            "version": subject.predecessor["version"],
            "description": "The manifest of the snapshot published before, by its sha256",
        }


def before_id(predecessor: Mapping[str, str]) -> str:
    """Return the name of the manifest of the snapshot published before."""
    return _by_hash(predecessor["manifest_sha256"], version=predecessor["version"])


def receipt_id(receipt: Mapping[str, Any]) -> str:
    """Return the name of a receipt."""
    return _by_hash(receipt["sha256"], **{key: receipt[key] for key in ("source", "release", "part", "revision")})


def licence_id(name: str) -> str:
    """Return the address of a licence; one without an address has a name in this crate."""
    return words.licence(name)["url"] or f"#licence-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _by_hash(sha256: str, **told: object) -> str:
    """Return the name of bytes by their hash (RFC 6920), and what else tells them apart."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}?{urlencode(told)}"
