// The peers of npm: node fill.mjs PEER FORM TEMPLATE DATA OUT. Each document is read from the same template and written to a file.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [peer, form, template, data, out] = process.argv.slice(2);
const bytes = readFileSync(template);
const documents = JSON.parse(readFileSync(data, "utf8"));

const peers = {
  "xlsx-template": () => {
    const Template = require("xlsx-template");
    return async (one) => {
      const filled = new Template();
      await filled.loadTemplate(bytes);
      await filled.substitute(1, one);
      return filled.generate({ type: "nodebuffer" });
    };
  },
  carbone: () => {
    const carbone = require("carbone");
    return (one) => new Promise((done, failed) => carbone.render(template, one, {}, (error, result) => (error ? failed(error) : done(result))));
  },
  ejsexcel: () => {
    const ejs = require("ejsexcel");
    return (one) => ejs.renderExcel(bytes, one);
  },
  exceljs: () => {
    const excel = require("exceljs");
    // By hand: the library has no markers, and does not move merged cells with rows that are added.
    return async (one) => {
      const book = new excel.Workbook();
      await book.xlsx.load(bytes);
      const sheet = book.worksheets[0];
      const put = (place) => { const cell = sheet.getCell(place); cell.value = String(cell.value).replace(/\{(\w+)\}/g, (_, name) => one[name]); };
      if (form === "card") {
        sheet.eachRow((row) => row.eachCell((cell) => { if (typeof cell.value === "string" && /^\{\w+\}$/.test(cell.value)) cell.value = one[cell.value.slice(1, -1)]; else if (typeof cell.value === "string" && cell.value.includes("{")) put(cell.address); }));
        return book.xlsx.writeBuffer();
      }
      put("A1");
      const names = ["seq", "name", "kind", "q1", "q2", "q3", "q4", "total"];
      sheet.unMergeCells("A4:C4");
      sheet.unMergeCells("A5:H5");
      sheet.duplicateRow(3, one.rows.length - 1, true);
      one.rows.forEach((row, at) => {
        const line = sheet.getRow(3 + at);
        line.height = sheet.getRow(3).height;
        names.forEach((name, column) => { line.getCell(column + 1).value = row[name]; });
      });
      const foot = 3 + one.rows.length;
      sheet.getCell(`H${foot}`).value = one.sum;
      sheet.mergeCells(`A${foot}:C${foot}`);
      sheet.mergeCells(`A${foot + 1}:H${foot + 1}`);
      sheet.getCell(`A${foot + 1}`).value = `${one.unit} ${one.day}`;
      return book.xlsx.writeBuffer();
    };
  },
};

const fill = peers[peer]();
for (const [at, one] of documents.entries()) writeFileSync(`${out}/${at + 1}.xlsx`, await fill(one));
process.exit(0);
