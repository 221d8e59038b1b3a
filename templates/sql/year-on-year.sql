-- Year on year: members scored under one scheme in both of two years, by the county of the later. A person is known by
-- the key of the identity number; who moved counts in the branch and county that scored last. Somebody whom two branches
-- scored in one year stands for as many pairs.
SELECT
    now.county AS county,
    now.year AS year,
    now.scheme AS scheme,
    COUNT(*) AS pairs,
    SUM(CASE WHEN now.total > before.total THEN 1 ELSE 0 END) AS risen,
    SUM(CASE WHEN now.total < before.total THEN 1 ELSE 0 END) AS fallen,
    SUM(now.total - before.total) AS difference,
    SUM(CASE WHEN now.county <> before.county OR now.branch_code <> before.branch_code THEN 1 ELSE 0 END) AS moved
FROM results now
JOIN results before
    ON now.person = before.person AND now.year = before.year + 1 AND now.scheme = before.scheme
WHERE now.subject = 'member' AND before.subject = 'member' AND now.total IS NOT NULL AND before.total IS NOT NULL
GROUP BY now.county, now.year, now.scheme
ORDER BY county, year, scheme
