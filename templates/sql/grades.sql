-- Grades of members by county, year, scheme and category. Schemes are never mixed: their points cannot be compared.
-- total is the sum of published totals in points; divide it by scored for a mean.
SELECT
    county,
    year,
    scheme,
    category,
    COUNT(*) AS members,
    SUM(CASE WHEN total IS NOT NULL THEN 1 ELSE 0 END) AS scored,
    SUM(total) AS total,
    SUM(CASE WHEN grade = '优秀' THEN 1 ELSE 0 END) AS excellent,
    SUM(CASE WHEN grade = '合格' THEN 1 ELSE 0 END) AS qualified,
    SUM(CASE WHEN grade = '基本合格' THEN 1 ELSE 0 END) AS barely,
    SUM(CASE WHEN grade = '不合格' THEN 1 ELSE 0 END) AS unqualified
FROM results
WHERE subject = 'member'
GROUP BY county, year, scheme, category
ORDER BY county, year, scheme, category
