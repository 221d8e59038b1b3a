#!/usr/bin/env bash
# numfmt (npm) writes fractions of numbers just below the next whole one wrongly: 0.999 in `# ???/???` becomes
# "1 998/999", which is nearly two, and 7.9 in `# ?/?` becomes "7 1/1". 0.999 is 998/999 to the nearest of three digits (or 1), 7.9 is 8.
# Expected (ECMA-376 part 1, 18.8.31; what ssf and LibreOffice show): "998/999" and "8". Ends with 1 if that is what comes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund numfmt@4.0.1
node -e '
const numfmt = require(process.cwd() + "/node_modules/numfmt/dist/index.js");
console.log("numfmt", require(process.cwd() + "/node_modules/numfmt/package.json").version);
const seen = [["# ???/???", 0.999, "1 998/999"], ["# ?/?", 7.9, "7 1/1"], ["# ?/?", 7.5, "7 1/2"]];
let same = true;
for (const [code, value, expected] of seen) {
    const text = numfmt.format(code, value);
    console.log(`${value} in ${code}: ${JSON.stringify(text)}`);
    same = same && text === expected;
}
process.exit(same ? 0 : 1);
' || { echo "behaviour has changed"; exit 1; }
