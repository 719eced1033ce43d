"""How every asset ends: its contract is checked, and a table that keeps it is kept. One way for all assets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, provenance, tables
from seg_pipeline.defs import shown
from seg_pipeline.defs.drawn import small_table
from seg_pipeline.defs.lineage import FILES, Edition, upstream
from seg_pipeline.defs.warehouse import Key, fingerprint
from seg_pipeline.quality import contracts
from seg_pipeline.quality.finding import Finding

CONTRACT = "contract"
CODE_VERSION = provenance.source_digest()[:12]


def spec(key: Key, name: str, group: str) -> dg.AssetSpec:
    """Return the asset whose table is `name`, described by its contract and with what it is made from."""
    return dg.AssetSpec(
        dg.AssetKey(list(key)),
        group_name=group,
        deps=[dg.AssetKey(list(of)) for of in upstream(key)],
        description=tables.CONTRACTS[name].description,
        metadata={"dagster/column_schema": shown.columns(name)},
        kinds={"parquet"},
        code_version=CODE_VERSION,
    )


def contract_spec(key: Key) -> dg.AssetCheckSpec:
    """Return the blocking check that a table keeps its contract."""
    return dg.AssetCheckSpec(
        CONTRACT, asset=dg.AssetKey(list(key)), blocking=True, description="The table is what its contract says it is."
    )


def checked(key: Key, check: str, findings: Sequence[Finding]) -> dg.AssetCheckResult:
    """Return findings as the result of a check: it carries them and holds no rule of its own."""
    grave = any(finding.severity == "block" for finding in findings)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(list(key)),
        check_name=check,
        passed=not findings,
        severity=dg.AssetCheckSeverity.ERROR if grave else dg.AssetCheckSeverity.WARN,
        description="; ".join(str(finding) for finding in findings),
        metadata={"findings": small_table([vars(finding) for finding in findings])} if findings else {},
    )


def keep(
    edition: Edition,
    key: Key,
    made: Mapping[str, pd.DataFrame],
    lineage: str,
    judged: Collection[str] = (),
    **more: Any,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Check an asset's tables against their contracts, keep them, and say what was kept.

    Where a contract is broken nothing is kept and the asset fails. The first table is the one that is shown. Those
    that are `judged` have been found to keep their contracts as they are.
    """
    findings = [f for name, table in made.items() if name not in judged for f in contracts.findings(table, name)]
    yield checked(key, CONTRACT, findings)
    if findings:
        raise dg.Failure("; ".join(str(finding) for finding in findings), allow_retries=False)
    made_up = edition.warehouse.settings.made_up
    notice = catalogue.texts("texts", "text")["made_up"]["en"] if made_up else ""
    kept = [edition.warehouse.write(file, edition.year, made[file[-1]], lineage, notice) for file in FILES[key]]
    shown_first = next(iter(made))
    yield dg.MaterializeResult(
        asset_key=dg.AssetKey(list(key)),
        metadata=shown.metadata(made[shown_first], shown_first, made_up) | more,
        data_version=dg.DataVersion(fingerprint(kept)),
    )
