"""The objects of a bucket: put, put once, get, list, read in parts. A failure says where it was and what to do.

Where and with which credentials is told by the usual variables of the environment (``AWS_*``, ``GOOGLE_*``,
``AZURE_*``). They are never part of an address, and never printed.
"""

from __future__ import annotations

import errno
import io
import ipaddress
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions

from seg_pipeline.snapshots.shelves.folder import ShelfFailed

SCHEMES = ("s3", "gs", "az", "abfss", "memory")
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
PATIENCE: Any = {"connect_timeout": "5s", "read_timeout": "60s", "timeout": "10min"}
RETRIES: Any = {
    "max_retries": 5,
    "retry_timeout": timedelta(seconds=120),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
}
AT_ONCE = 4  # parts of one file that are on their way at the same time
AHEAD = 1 << 20  # bytes that are read at least, where a part of a file is asked for
DENIED = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
DENIAL = re.compile(r"status code: 40[13]")  # which a listing does not tell from other failures


@dataclass(frozen=True)
class Object:
    """What a listing says of an object: its key, its size, and when it was put, in seconds by the store's clock."""

    key: str
    size: int
    put: float


@dataclass(frozen=True)
class Objects:
    """The objects under one address."""

    address: str
    store: Any = field(compare=False, repr=False)

    @classmethod
    def at(cls, address: str) -> Objects:
        """Return the objects under an address such as ``s3://bucket/prefix``; refuse one that cannot be used."""
        parts = urlsplit(address)
        if parts.scheme not in SCHEMES or not parts.netloc:
            raise ShelfFailed(f"snapshots cannot live at {parts.scheme}://…; use a folder, or s3://, gs:// or az://")
        if parts.username or parts.query or parts.fragment:
            raise ShelfFailed(
                "an address of snapshots holds no credentials and no query; they belong in the environment"
            )
        plain = address.rstrip("/")
        return cls(plain, _memory(plain) if parts.scheme == "memory" else _connected(plain))

    def get(self, key: str) -> bytes:
        """Return the bytes of an object; raise FileNotFoundError where there is none."""
        with self.in_words(key):
            return bytes(obstore.get(self.store, key).bytes())

    def find(self, key: str) -> bytes | None:
        """Return the bytes of an object, or None where there is none."""
        with suppress(FileNotFoundError):
            return self.get(key)
        return None

    def put(self, key: str, data: bytes) -> None:
        """Put an object: all of it, or nothing."""
        with self.in_words(key, "the bucket is not there"):
            obstore.put(self.store, key, data, max_concurrency=AT_ONCE)

    def put_once(self, key: str, data: bytes) -> bool:
        """Put an object where there is none; return False where there is one, which stays as it is."""
        with self.in_words(key, "the bucket is not there"):
            try:
                obstore.put(self.store, key, data, mode="create")
            except exceptions.AlreadyExistsError:
                return False
        return True

    def under(self, prefix: str = "") -> list[Object]:
        """Return the objects under a prefix that ends with a slash, by key."""
        with self.in_words(prefix, "the bucket is not there"):
            found = obstore.list(self.store, prefix or None).collect()
        return sorted(
            (Object(str(o["path"]), int(o["size"]), o["last_modified"].timestamp()) for o in found),
            key=lambda o: o.key,
        )

    def remove(self, keys: list[str]) -> None:
        """Remove objects; one that is not there is none to remove."""
        with self.in_words("several objects"), suppress(FileNotFoundError):
            obstore.delete(self.store, keys)

    def file(self, key: str) -> io.BufferedReader:
        """Return an object as an open file: what is read is fetched, and little more."""
        return io.BufferedReader(Ranges(self, key), AHEAD)

    @contextmanager
    def in_words(self, key: str, absent: str = "") -> Iterator[None]:
        """Turn what the store's client says into what a person can act on."""
        where = f"{self.address}/{key}"
        try:
            yield
        except FileNotFoundError:
            if absent:
                raise ShelfFailed(f"{where}: {absent}; make it, or mend the address") from None
            raise FileNotFoundError(errno.ENOENT, "there is no such object", where) from None
        except exceptions.BaseError as error:
            why, remedy = _why(error), "try again when it answers"
            if isinstance(error, DENIED) or DENIAL.search(why):
                remedy = "check the credentials in the environment and what they may do"
            raise ShelfFailed(f"{where}: the store fails ({why}); {remedy}") from None


class Ranges(io.RawIOBase):
    """An object, read in ranges."""

    def __init__(self, objects: Objects, key: str) -> None:
        """Ask nothing yet."""
        self._objects, self._key, self._at = objects, key, 0

    @cached_property
    def _size(self) -> int:
        with self._objects.in_words(self._key):
            return int(obstore.head(self._objects.store, self._key)["size"])

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is fetched."""
        start = self._size if whence == io.SEEK_END else self._at if whence == io.SEEK_CUR else 0
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, into: Any) -> int:
        """Fetch what fits."""
        length = min(len(into), self._size - self._at)
        if length <= 0:
            return 0
        with self._objects.in_words(self._key):
            into[:length] = obstore.get_range(self._objects.store, self._key, start=self._at, length=length)
        self._at += length
        return length


@cache
def _memory(address: str) -> Any:  # noqa: ARG001  one store for each address, as long as the process lives
    return obstore.store.MemoryStore()


def _connected(address: str) -> Any:
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), "")
    plain = endpoint.startswith("http://")
    if plain and not _loopback(urlsplit(endpoint).hostname or ""):
        raise ShelfFailed("the store's endpoint is http:// on another machine; bytes and credentials need https://")
    try:
        connect: Any = obstore.store.from_url  # its type knows one kind of store at a time
        return connect(address, client_options={**PATIENCE, "allow_http": plain}, retry_config=RETRIES)
    except (exceptions.BaseError, ValueError) as error:
        raise ShelfFailed(f"{address}: it cannot be used ({_why(error)}); see docs/operations/storage.md") from None


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _why(error: Exception) -> str:
    """Return what is safe and short of a client's message: no answer's body but its code, no query of an address."""
    said, _, body = str(error).partition("<")
    code = re.search(r"<Code>(\w+)</Code>", body)
    line = re.sub(r"\?\S*", "", said.split("\n\nDebug")[0]).strip().rstrip(":")
    return " ".join(filter(None, [line, code[1] if code else ""]))
