"""The delivery format as the stewards' documentation shows it: a table for each sheet, in one language."""

from __future__ import annotations

from seg_pipeline.sources.cities.examples import word
from seg_pipeline.sources.refusal import say
from seg_pipeline.tables import delivery

CITY = "091"  # whose codes the examples show


def guide(language: str) -> str:
    """Return the sheets and columns of the format as Markdown, in Finnish, Swedish or English."""
    parts = []
    for sheet in delivery.SHEETS:
        head = [say(key, language) for key in ("col_column", "col_code", "col_what", "example")]
        lines = [
            f"### {sheet.called(language)} (`{sheet.name}`)",
            "",
            sheet.explained(language),
            "",
            f"| {' | '.join(head)} |",
            "| --- | --- | --- | --- |",
        ]
        for column in sheet.columns:
            example = word(column, column.example.format(city=CITY), language, "language")
            wanted = say("required" if column.required else "optional", language)
            about = f"{column.explained(language)} ({wanted})"
            lines.append(f"| {column.called(language)} | `{column.name}` | {about} | `{example}` |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
