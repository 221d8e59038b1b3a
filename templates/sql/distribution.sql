-- Distribution of totals within each scheme, in bands of ten points, half-open from below: band 90 is 90 to under 100.
-- Bands go by total_floor, the whole points of the exact total: a published 90.00 may be 89.998.
SELECT
    county,
    year,
    scheme,
    CAST(FLOOR(total_floor / 10.0) AS BIGINT) * 10 AS band,
    COUNT(*) AS members
FROM results
WHERE subject = 'member' AND total IS NOT NULL
GROUP BY county, year, scheme, CAST(FLOOR(total_floor / 10.0) AS BIGINT) * 10
ORDER BY county, year, scheme, band
