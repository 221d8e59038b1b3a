#!/usr/bin/env bash
# ssf (npm) takes a literal point for the decimal one: 123456 in `0\.0,"万"`, the usual code for ten thousands in Chinese offices
# (thousands, with a point written before the last digit), becomes 1.23万, a tenth of 12.3万; 12 in `0\.00` becomes 0.12 by luck.
# Expected (ECMA-376 part 1, 18.8.31: a backslash shows the next sign as a literal; what LibreOffice and numfmt show): 12.3万.
# Ends with 1 if that is what comes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund ssf@0.11.2
node -e '
const ssf = require("ssf");
console.log("ssf", ssf.version);
const seen = [["0\\.0,\"万\"", 123456, "1.23万"], ["0\\.0,\"万\"", 0, ".00万"], ["0\\.0", 123, "12.3"]];
let same = true;
for (const [code, value, expected] of seen) {
    const text = ssf.format(code, value);
    console.log(`${value} in ${code}: ${JSON.stringify(text)}`);
    same = same && text === expected;
}
process.exit(same ? 0 : 1);
' || { echo "behaviour has changed"; exit 1; }
