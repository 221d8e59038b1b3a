#!/usr/bin/env bash
# ssf (npm) drops leading zeros as soon as a code has decimals: 3.5 in `00.0` becomes 3.5 and 1.5 in `000.00` becomes 1.50, while 7 in
# `000` becomes 007. Expected (ECMA-376 part 1, 18.8.31: 0 shows a zero where the number has fewer digits; what LibreOffice
# and numfmt show): 03.5 and 001.50. Ends with 1 if that is what comes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund ssf@0.11.2
node -e '
const ssf = require("ssf");
console.log("ssf", ssf.version);
const seen = [["00.0", 3.5, "3.5"], ["000.00", 1.5, "1.50"], ["000", 7, "007"]];
let same = true;
for (const [code, value, expected] of seen) {
    const text = ssf.format(code, value);
    console.log(`${value} in ${code}: ${JSON.stringify(text)}`);
    same = same && text === expected;
}
process.exit(same ? 0 : 1);
' || { echo "behaviour has changed"; exit 1; }
