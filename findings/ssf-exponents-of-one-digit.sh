#!/usr/bin/env bash
# ssf (npm) shows numbers in scientific codes with a minus in another form than the code says. A mantissa of one digit without decimals gets
# one decimal: 12345 in `0E-0` is "1.2E4", 5 is "5.0E0"; and two digits of the exponent become one: 0.012 in `0.00E-00` is "1.20E-2".
# Expected (ECMA-376 part 1, 18.8.31: digits are placeholders on both sides of the E; what numfmt and LibreOffice show): "1E4", "5E0", "1.20E-02".
#
# Seen with ssf 0.11.2 (numfmt 4.0.1 beside it): as above.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund ssf@0.11.2 numfmt@4.0.1
node -e '
const ssf = require(process.cwd() + "/node_modules/ssf");
const numfmt = require(process.cwd() + "/node_modules/numfmt/dist/index.js");
const seen = [["0E-0", 12345, "1.2E4", "1E4"], ["0E-0", 5, "5.0E0", "5E0"], ["0.00E-00", 0.012, "1.20E-2", "1.20E-02"], ["0.0E-0", 12345, "1.2E4", "1.2E4"]];
let same = true;
for (const [code, value, bySsf, expected] of seen) {
    const texts = [ssf.format(code, value), numfmt.format(code, value)];
    console.log(`${value} in ${code}: ssf ${JSON.stringify(texts[0])}, numfmt ${JSON.stringify(texts[1])}`);
    same = same && texts[0] === bySsf && texts[1] === expected;
}
process.exit(same ? 0 : 1);
' || { echo "behaviour has changed"; exit 1; }
