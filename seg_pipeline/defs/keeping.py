"""How every asset ends: its contract is checked, and a table that keeps it is kept. One way for all assets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, provenance, tables
from seg_pipeline.defs import shown
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.quality import contracts
from seg_pipeline.quality.finding import Finding

CONTRACT = "contract"
CODE_VERSION = provenance.source_digest()[:12]


def spec(key: Key, name: str, **more: Any) -> dg.AssetSpec:
    """Return the asset of the table `name`, described by its contract."""
    return dg.AssetSpec(
        dg.AssetKey(list(key)),
        description=tables.CONTRACTS[name].description,
        metadata={"dagster/column_schema": shown.columns(name)},
        kinds={"parquet"},
        code_version=CODE_VERSION,
        **more,
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
        metadata={"findings": shown.markdown([vars(finding) for finding in findings])} if findings else {},
    )


def keep(
    edition: Edition, key: Key, table: pd.DataFrame, lineage: str, **more: Any
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Check a table against its contract, keep it, and say what was kept. A broken contract keeps nothing."""
    name = key[-1]
    findings = contracts.findings(table, name)
    yield checked(key, CONTRACT, findings)
    if findings:
        raise dg.Failure("; ".join(str(finding) for finding in findings), allow_retries=False)
    made_up = edition.warehouse.settings.made_up
    notice = catalogue.texts("texts", "text")["made_up"]["en"] if made_up else ""
    sha256 = edition.warehouse.write(key, edition.year, table, lineage, notice)
    yield dg.MaterializeResult(
        asset_key=dg.AssetKey(list(key)),
        metadata=shown.metadata(table, name, made_up) | more,
        data_version=dg.DataVersion(sha256),
    )
