"""What a PxWeb table says of itself: its variables, and the codes and texts of their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

from seg_pipeline.sources.readers import json_stat
from seg_pipeline.sources.refusal import Refused, quoted


class Variable(NamedTuple):
    """One dimension of a table: its code and text, and the code and text of each of its values."""

    code: str
    text: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    time: bool = False


@dataclass(frozen=True)
class Metadata:
    """What a table says of itself. `raw` is the answer."""

    title: str
    variables: tuple[Variable, ...]
    raw: bytes = field(default=b"", repr=False)

    def variable(self, *prefixes: str) -> Variable:
        """Return the variable whose code or text begins with one of `prefixes`, in any case; refuse its lack."""
        for wanted in map(str.casefold, prefixes):
            for one in self.variables:
                if _begins(one, wanted):
                    return one
        found = ", ".join(one.code for one in self.variables)
        raise Refused("missing_dimension", found=quoted(found), expected=quoted(" / ".join(prefixes)))

    def has(self, prefix: str) -> bool:
        """True when a variable's code or text begins with `prefix`."""
        return any(_begins(one, prefix.casefold()) for one in self.variables)


def understood(raw: bytes) -> Metadata:
    """Return the metadata in a table's own answer. Raises Refused when it is none."""
    told = json_stat.parsed(raw)
    variables = told.get("variables")
    if not isinstance(variables, list) or not variables:
        raise Refused("layout", found=quoted(", ".join(list(told)[:4])), expected="the metadata of a PxWeb table")
    title = told.get("title")
    return Metadata(title if isinstance(title, str) else "", tuple(map(_variable, variables)), raw)


def _begins(one: Variable, wanted: str) -> bool:
    return one.code.casefold().startswith(wanted) or one.text.casefold().startswith(wanted)


def _variable(told: Any) -> Variable:
    told = told if isinstance(told, dict) else {}
    code, values = told.get("code"), told.get("values")
    texts, text = told.get("valueTexts", values), told.get("text", code)
    if not (isinstance(code, str) and isinstance(text, str) and _texts(values) and _texts(texts)):
        raise Refused("layout", found=quoted(str(code)), expected="code and values of a variable")
    if len(values) != len(texts) or len(set(values)) != len(values):
        raise Refused("layout", found=quoted(str(code)), expected="each value once, with its text")
    return Variable(code, text, tuple(values), tuple(texts), told.get("time") is True)


def _texts(found: Any) -> TypeGuard[list[str]]:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)
