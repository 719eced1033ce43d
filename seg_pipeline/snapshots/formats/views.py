"""The queries that analysts would write every time: views of the DuckDB file. Each is one statement on whole tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A ready query: its name, the tables that it reads, and the query."""

    name: str
    needs: frozenset[str]
    query: str


VIEWS = (
    View(
        "latest_indicators",
        frozenset({"indicators", "cities", "groups"}),
        """
        SELECT c.name_fi AS city_fi, c.name_sv AS city_sv, c.name_en AS city_en,
               g.name_fi AS group_fi, g.name_sv AS group_sv, g.name_en AS group_en, i.*
        FROM indicators AS i
        LEFT JOIN cities AS c USING (city)
        LEFT JOIN "groups" AS g ON g.dimension = i.dimension AND g."group" = i."group"
        QUALIFY row_number() OVER (
            PARTITION BY i.source, i.city, i.geography, i.indicator, i.dimension, i."group", i.reference_group, i.scale
            ORDER BY i.reference_year DESC, i.release DESC
        ) = 1
        ORDER BY i.source, i.city, i.geography, i.indicator, i.dimension, i."group", i.reference_group, i.scale
        """,
    ),
    View(
        "wellbeing_named",
        frozenset({"wellbeing", "cities", "wellbeing_indicators"}),
        """
        SELECT c.name_fi AS city_fi, c.name_sv AS city_sv, c.name_en AS city_en,
               n.name_fi AS indicator_fi, n.name_sv AS indicator_sv, n.name_en AS indicator_en, w.*
        FROM wellbeing AS w
        LEFT JOIN cities AS c USING (city)
        LEFT JOIN wellbeing_indicators AS n ON n.indicator = w.indicator
        ORDER BY w.source, w.release, w.city, w.indicator, w."group", w.reference_year, w.period
        """,
    ),
    View(
        "shares",
        frozenset({"counts", "cities", "areas"}),
        """
        SELECT c.name_fi AS city_fi, c.name_sv AS city_sv, c.name_en AS city_en,
               a.name_fi AS area_fi, a.name_sv AS area_sv, n.*, t.count AS total,
               CASE WHEN t.count > 0 THEN n.count / t.count END AS share
        FROM counts AS n
        JOIN counts AS t ON t."group" = 'total' AND t.source = n.source AND t.release = n.release AND t.city = n.city
            AND t.geography = n.geography AND t.area_id = n.area_id AND t.boundary_vintage = n.boundary_vintage
            AND t.dimension = n.dimension AND t.reference_year = n.reference_year
        LEFT JOIN cities AS c ON c.city = n.city
        LEFT JOIN areas AS a ON a.city = n.city AND a.geography = n.geography AND a.area_id = n.area_id
            AND a.boundary_vintage = n.boundary_vintage
        WHERE n."group" <> 'total'
        """,
    ),
    View(
        "suppressed_by_source",
        frozenset({"counts"}),
        """
        SELECT source, release, geography, dimension, reference_year, count(*) AS cells,
               count(*) FILTER (status = 'observed') AS observed, count(*) FILTER (status = 'suppressed') AS suppressed,
               count(*) FILTER (status = 'missing') AS missing
        FROM counts
        GROUP BY ALL
        ORDER BY ALL
        """,
    ),
)
