-- Quotas: branches by how many of their graded members are 优秀 (the national rule of thumb is one third), and how many
-- honours of the year they gave. One row a branch that graded anybody.
SELECT
    county,
    year,
    branch_code,
    branch,
    COUNT(*) AS graded,
    SUM(CASE WHEN grade = '优秀' THEN 1 ELSE 0 END) AS excellent,
    CASE WHEN 3 * SUM(CASE WHEN grade = '优秀' THEN 1 ELSE 0 END) > COUNT(*) THEN 1 ELSE 0 END AS above_a_third,
    SUM(CASE WHEN honours LIKE '%年度之星%' THEN 1 ELSE 0 END) AS stars_of_the_year
FROM results
WHERE subject = 'member' AND grade IS NOT NULL
GROUP BY county, year, branch_code, branch
ORDER BY county, year, branch_code
