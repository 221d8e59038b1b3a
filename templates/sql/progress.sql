-- Progress: branches and members of each committee, by county and year. One row a committee.
SELECT
    county,
    year,
    committee,
    COUNT(*) AS branches,
    SUM(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) AS accepted,
    SUM(CASE WHEN state = 'returned' THEN 1 ELSE 0 END) AS returned,
    SUM(CASE WHEN state = 'missing' THEN 1 ELSE 0 END) AS missing,
    SUM(members) AS members,
    SUM(scored) AS scored
FROM branches
GROUP BY county, year, committee
ORDER BY county, year, committee
