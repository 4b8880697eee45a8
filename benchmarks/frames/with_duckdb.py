"""By hand in DuckDB: one query, with what ``with_polars.py`` knows of this rule and these tables too."""

from pathlib import Path

import duckdb
import pyarrow as pa
from tables import TABLES, ZONE

BITS = range(8)

#: A contract year is seen from the day after, whose date needs no exception for a start on 29 February.
MACROS = f"""
CREATE TEMP MACRO local_day(moment) AS timezone('{ZONE}', moment)::DATE;
CREATE TEMP MACRO day_of_year(date) AS (month(date) * 32 + day(date))::INTEGER;
CREATE TEMP MACRO contract_year(date, start_year, start_day) AS
    year(date + 1)::INTEGER - start_year - (day_of_year(date + 1) <= start_day)::INTEGER;
"""

QUERY = f"""
WITH contracts AS (
    SELECT
        id,
        file_row_number::INTEGER AS contract,
        start,
        until,
        package = 'elite' AS elite,
        year(start)::INTEGER AS start_year,
        day_of_year(start) AS start_day
    FROM read_parquet($contracts, file_row_number = true)
),
used AS (
    SELECT
        contract,
        contract_year(saturday, start_year, start_day) AS contract_year,
        min(saturday) AS used_on,
        CASE
            WHEN count(*) = count(request_id) AND count(cancelled_at) = 0
                AND min(request_id) = max(request_id) AND min(saturday) = max(saturday)
            THEN min(request_id)
        END AS used_by
    FROM read_parquet($bookings) JOIN contracts ON contract_id = id
    WHERE cancelled_at IS NULL OR local_day(cancelled_at) >= saturday
    GROUP BY ALL
),
asked AS (
    SELECT requests.*, contracts.* EXCLUDE id, contract_year("weekend.saturday", start_year, start_day) AS contract_year
    FROM read_parquet($requests) AS requests LEFT JOIN contracts ON requests."contract.id" = contracts.id
),
requests AS (
    SELECT
        "weekend.id" AS id,
        "weekend.saturday" AS saturday,
        local_day("weekend.submitted_at") AS submitted,
        "weekend.products[].standard" AS standard,
        "weekend.accepts_english" AS accepts_english,
        "weekend.implementation_consulting" AS consulting,
        start,
        until,
        elite,
        start_year,
        start_day,
        contract_year,
        used_on,
        used_by
    FROM asked LEFT JOIN used USING (contract, contract_year)
),
conditions AS (
    SELECT
        id,
        CASE WHEN saturday IS NOT NULL THEN elite END AS c0,
        start <= saturday AND saturday + 2 <= until AS c1,
        contract_year = contract_year(saturday + 1, start_year, start_day) AS c2,
        saturday - submitted >= 14 AS c3,
        CASE
            WHEN saturday IS NOT NULL
            THEN used_on IS NULL OR (used_by IS NOT NULL AND used_by = id AND used_on = saturday)
        END AS c4,
        standard AS c5,
        accepts_english AS c6,
        NOT consulting AS c7
    FROM requests
),
masks AS (
    SELECT
        id,
        ({" + ".join(f"CASE WHEN NOT c{bit} THEN {1 << bit} ELSE 0 END" for bit in BITS)})::UTINYINT AS unmet,
        ({" + ".join(f"CASE WHEN c{bit} IS NULL THEN {1 << bit} ELSE 0 END" for bit in BITS)})::UTINYINT AS unknown
    FROM conditions
)
SELECT
    id AS "weekend.id",
    CASE WHEN unmet <> 0 THEN 'denied' WHEN unknown <> 0 THEN 'needs_information' ELSE 'granted' END AS outcome,
    unmet,
    unknown
FROM masks
"""


def decide(folder: Path) -> pa.Table:
    """The id, the outcome and both masks of every request."""
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        files = {table: str(folder / f"{table}.parquet") for table in TABLES}
        return connection.sql(QUERY, params=files).to_arrow_table()
