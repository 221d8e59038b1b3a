"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = {
    zh: {
      skip: "跳到正文", theme: "深浅", print: "打印", other: "English", overview: "总览", progress: "报送进度", missing: "未报", returned: "退回",
      grades: "等次", scores: "分数分布", notable: "需要关注", changes: "公布后变动", stages: "公示", branches: "支部", members: "党员", files: "文件",
      t_branches: "名册支部", t_accepted: "通过", t_returned: "退回", t_missing: "未报", t_members: "在册党员", t_scored: "计分", t_exempt: "免积分", t_warnings: "警告",
      by_committee: "各党委报送进度（支部数）", grade_committee: "各党委等次（人数）", grade_category: "各类别等次（人数）", histogram: "分数分布（人数）", band: "分数段",
      committee: "上级党组织", branch: "支部", code: "编码", state: "状态", contact: "联系人", phone: "联系电话", count: "支部数", total: "合计", category: "类别", scheme: "积分制",
      name: "姓名", score: "积分", board: "公示积分", grade: "等次", stars: "星级", rank: "名次", honours: "荣誉", remark: "说明", people: "党员", scored: "计分", errors: "错误", warnings: "警告",
      accepted: "通过", returned_s: "退回", missing_s: "未报", owed_s: "未要求", seek_branch: "查支部：名称、编码、上级党组织", seek_member: "查党员：姓名、支部", all_states: "全部状态", all_grades: "全部等次",
      shown: "共 {n} 条，第 {p} / {q} 页", prev: "上一页", next: "下一页", none: "无", kind: "情况", now: "本次", before: "上年", period: "期间", old: "原公布", changed: "现重算", diff: "变动",
      place: "位置", value: "填报内容", problem: "问题", hint: "修改意见", of: " / ", mean: "平均分", most: "最高分", least: "最低分", scope: "名次在本支部同一积分制内",
      veto: "一票否决", exempt: "免积分", probationary: "预备", "part-year": "部分月份在册", "not-expected": "本期不在册", "not-scored": "本期不计分", left: "已离开", "moved-out": "已转出",
      made: "纸面日期 {date}；scorebook {version}", note: "不同积分制之间不比较分数。", own: "支部积分", papers: "各党委的表",
      due: "报送截止", times: "公示次数", posted_on: "张贴日", last_day: "公示至", stage_open: "公示中", stage_posted: "已公示", stage_now: "本次（未公示）", stage_none: "未公示", stage_over: "未公示，已过报送截止日", clock: "是否公示中、是否过截止日，按打开本页这台电脑的日期判断。",
      show_board: "看公示栏", hide_board: "收起公示栏", board_old: "这个浏览器版本太旧，不能在这里显示；请打开公示栏的 PDF。", board_of: "{name}考核公示栏，第 {p} 页", was_posted: "本期公示", nth: "第 {n} 次", not_posted: "未公示",
    },
    en: {
      skip: "Skip to content", theme: "Light or dark", print: "Print", other: "中文", overview: "Overview", progress: "Progress", missing: "Missing", returned: "Returned",
      grades: "Grades", scores: "Distribution", notable: "To look at", changes: "Changed since published", stages: "Publication", branches: "Branches", members: "Members", files: "Files",
      t_branches: "Branches", t_accepted: "Accepted", t_returned: "Returned", t_missing: "Missing", t_members: "Members", t_scored: "Scored", t_exempt: "Exempt", t_warnings: "Warnings",
      by_committee: "Progress per committee (branches)", grade_committee: "Grades per committee (members)", grade_category: "Grades per category (members)", histogram: "distribution (members)", band: "Points",
      committee: "Committee", branch: "Branch", code: "Code", state: "State", contact: "Contact", phone: "Phone", count: "Branches", total: "Total", category: "Category", scheme: "Scheme",
      name: "Name", score: "Points", board: "Board", grade: "Grade", stars: "Stars", rank: "Rank", honours: "Honours", remark: "Remarks", people: "Members", scored: "Scored", errors: "Errors", warnings: "Warnings",
      accepted: "accepted", returned_s: "returned", missing_s: "missing", owed_s: "not owed", seek_branch: "Find a branch: name, code, committee", seek_member: "Find a member: name, branch", all_states: "every state", all_grades: "every grade",
      shown: "{n} rows, page {p} of {q}", prev: "Previous", next: "Next", none: "none", kind: "What", now: "Now", before: "Last year", period: "Period", old: "Published", changed: "Now", diff: "Change",
      place: "Place", value: "Entered", problem: "Problem", hint: "What to do", of: " of ", mean: "Mean", most: "Highest", least: "Lowest", scope: "ranks are within a branch and scheme",
      veto: "veto", exempt: "exempt", probationary: "probationary", "part-year": "part of the year", "not-expected": "not on the roll", "not-scored": "not scored", left: "left", "moved-out": "moved out",
      made: "papers of {date}; scorebook {version}", note: "Points of different schemes are not compared.", own: "Branch score", papers: "Papers per committee",
      due: "Due", times: "Records", posted_on: "Posted", last_day: "Published until", stage_open: "in publication", stage_posted: "posted", stage_now: "this run (not posted)", stage_none: "not posted", stage_over: "not posted, past its deadline", clock: "Whether a publication runs and a deadline has passed goes by the date of this computer.",
      show_board: "Show the board", hide_board: "Hide the board", board_old: "This browser is too old to show it here; open the PDF of the board.", board_of: "Board of {name}, page {p}", was_posted: "Posted", nth: "record {n}", not_posted: "not posted",
    },
  };
  let lang = data.lang;
  const t = (key, values = {}) => (words[lang][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return node;
  };
  const main = document.getElementById("main");
  const B = data.branches, M = data.members;
  const states = ["accepted", "returned_s", "missing_s", "owed_s"], tone = ["good", "bad", "warn", ""];
  const state = (branch) => t(states[branch.state]);
  const link = (path, text) => make("a", { href: path.split("/").map(encodeURIComponent).join("/") }, text);
  const section = (id, ...children) => {
    const part = make("section", { id, "aria-labelledby": `h-${id}` }, make("h2", { id: `h-${id}` }, t(id)), ...children);
    main.append(part);
    return part;
  };
  const table = (heads, rows, caption) => make("div", { class: "wide" }, make("table", {},
    caption ? make("caption", {}, caption) : null,
    make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col", class: head.n ? "n" : "" }, head.text)))),
    make("tbody", {}, rows.length ? rows.map((row) => make("tr", {}, row.map((cell, at) => make(at ? "td" : "th", { scope: at ? null : "row", class: heads[at].n ? "n" : "" }, cell ?? "")))) : make("tr", {}, make("td", { colspan: heads.length, class: "none" }, t("none"))))));
  const head = (key, n) => ({ text: t(key), n });

  // Charts are drawn again when language or colours change.
  let plots = [];
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const shades = ["#2e7d5b", "#4f8fcf", "#e0a030", "#c0504d", "#8064a2", "#7f7f7f", "#4bacc6", "#9bbb59"];
  const chart = (title, labels, sets, sideways) => {
    const canvas = make("canvas", { role: "img", "aria-label": `${title}: ${labels.map((label, at) => `${label} ${sets.map((set) => `${set.label} ${set.data[at]}`).join(" ")}`).join("; ")}`.slice(0, 4000) });
    const height = sideways ? Math.min(70 + labels.length * 26, 900) : 260;
    plots.push(() => {
      const ink = style("--ink"), line = style("--line");
      const axis = { stacked: sets.length > 1, ticks: { color: ink, precision: 0, autoSkip: !sideways }, grid: { color: line } };
      return new Chart(canvas, {
        type: "bar",
        data: { labels, datasets: sets.map((set, at) => ({ ...set, backgroundColor: set.color ?? shades[at % shades.length] })) },
        options: { animation: false, maintainAspectRatio: false, indexAxis: sideways ? "y" : "x", scales: { x: axis, y: axis }, plugins: { legend: { display: sets.length > 1, labels: { color: ink } } } },
      });
    });
    return make("figure", {}, make("figcaption", {}, title), make("div", { class: "plot", style: `height:${height}px` }, canvas));
  };
  let drawn = [];
  const redraw = () => { drawn.forEach((one) => one.destroy()); drawn = plots.map((plot) => plot()); };

  // A table that is searched, sorted and turned over page by page: sixty thousand rows are never in the page at once.
  const size = 100;
  const finder = (host, options) => {
    let sort = options.sort ?? null, down = false, page = 0, found = [];
    const box = make("input", { type: "search", placeholder: options.hint, "aria-label": options.hint });
    const choice = make("select", { "aria-label": options.choice[0] }, options.choice.map((text, at) => make("option", { value: at - 1 }, text)));
    const body = make("tbody"), line = make("span", { role: "status" });
    const heads = options.columns.map((column, at) => make("th", { scope: "col", class: `${column.n ? "n" : ""} ${column.hide ? "hide" : ""}` }, make("button", { type: "button", onclick: () => { down = sort === at && !down; sort = at; page = 0; seek(); } }, column.text)));
    const back = make("button", { type: "button", onclick: () => { page--; show(); } }, t("prev"));
    const on = make("button", { type: "button", onclick: () => { page++; show(); } }, t("next"));
    const compare = (a, b) => {
      const column = options.columns[sort], one = column.key(a), two = column.key(b);
      if (one === two) return a - b;
      if (one === null || one === "") return 1;
      if (two === null || two === "") return -1;
      const order = typeof one === "number" ? one - two : one < two ? -1 : 1;
      return down ? -order : order;
    };
    const seek = () => {
      const wanted = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean), only = Number(choice.value);
      found = [];
      for (let at = 0; at < options.count; at++) {
        if (only >= 0 && !options.is(at, only)) continue;
        if (wanted.length) { const text = options.text(at); if (!wanted.every((word) => text.includes(word))) continue; }
        found.push(at);
      }
      if (sort !== null) found.sort(compare);
      heads.forEach((one, at) => at === sort ? one.setAttribute("aria-sort", down ? "descending" : "ascending") : one.removeAttribute("aria-sort"));
      page = 0;
      show();
    };
    const show = () => {
      const pages = Math.max(1, Math.ceil(found.length / size));
      page = Math.min(Math.max(page, 0), pages - 1);
      body.replaceChildren(...found.slice(page * size, page * size + size).map((at) => {
        const cells = options.columns.map((column, c) => {
          const value = column.show(at);
          const inner = c === options.opens ? make("button", { type: "button", class: "more", "aria-expanded": "false" }, value) : value;
          return make("td", { class: `${column.n ? "n" : ""} ${column.hide ? "hide" : ""} ${column.tone ? column.tone(at) : ""}` }, inner ?? "");
        });
        const row = make("tr", { class: "row" }, cells);
        row.addEventListener("click", (event) => {
          if (event.target.closest("a")) return;
          const button = row.querySelector(".more"), next = row.nextElementSibling;
          if (next?.classList.contains("open")) { next.remove(); button.setAttribute("aria-expanded", "false"); return; }
          button.setAttribute("aria-expanded", "true");
          row.after(make("tr", { class: "open" }, make("td", { colspan: options.columns.length }, options.detail(at))));
        });
        return row;
      }));
      if (!found.length) body.append(make("tr", {}, make("td", { colspan: options.columns.length, class: "none" }, t("none"))));
      line.textContent = t("shown", { n: found.length, p: page + 1, q: pages });
      back.disabled = page === 0; on.disabled = page >= pages - 1;
    };
    let timer = 0;
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(seek, 120); });
    choice.addEventListener("change", seek);
    host.append(make("div", { class: "find" }, box, choice), make("div", { class: "wide" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), body)), make("div", { class: "pages" }, back, on, line));
    seek();
    return { seek: (text) => { box.value = text; seek(); host.scrollIntoView(); } };
  };

  const honoursOf = (at) => M.h[at] < 0 ? "" : data.honours[M.h[at]];
  const flagsOf = (at) => [M.v[at] ? t("veto") : null, ...data.flags.filter((_, bit) => M.f[at] >> bit & 1).map((flag) => t(flag))].filter(Boolean).join("、");
  const gradeOf = (at) => M.g[at] < 0 ? "" : data.grades[M.g[at]];
  const starsOf = (at) => M.st[at] < 0 ? "" : String(M.st[at]);
  const rankOf = (at) => M.r[at] < 0 ? "" : `${M.r[at]}${t("of")}${M.o[at]}`;
  const number = (text) => text === "" ? null : Number(text);
  const figures = (at) => {
    const list = data.schemes[M.s[at]]?.figures ?? [], values = M.x[at].split("|");
    const shown = list.map((one, i) => values[i] ? [make("dt", {}, lang === "zh" ? one.zh : one.en || one.zh), make("dd", {}, values[i])] : []);
    return make("div", {}, make("h3", {}, `${M.n[at]}　${data.schemes[M.s[at]]?.name ?? ""}`), make("dl", {}, shown.flat()));
  };
  const filesOf = (branch) => make("ul", { class: "files" }, (data.sets[branch.files] ?? []).map((name) => make("li", {}, link(`${branch.folder}/${name}`, name))));
  const findingsOf = (at) => data.findings.filter((one) => one.b === at).map((one) => [one.place, one.value, one.text, one.hint]);
  const ranges = [];
  for (let at = 0, from = 0; at < B.length; at++) { while (from < M.b.length && M.b[from] < at) from++; let to = from; while (to < M.b.length && M.b[to] === at) to++; ranges.push([from, to]); from = to; }
  // Boards are packed as laid out, in tenths of a point; all are unpacked when the first is opened.
  const packed = document.getElementById("boards").textContent.trim();
  let unpacked = null;
  const boards = () => unpacked ??= (async () => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text());
  })();
  const svg = (tag, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const faces = [[/serif|宋/i, '"Noto Serif SC","Source Han Serif SC","SimSun","Songti SC",serif'], [/wenkai|楷|仿/i, '"LXGW WenKai","KaiTi","STKaiti",serif'], [/sans|黑/i, '"Noto Sans SC","Source Han Sans SC","Microsoft YaHei","SimHei",sans-serif']];
  const family = (name) => `"${name.replace(/["\\]/g, "")}",${faces.find(([known]) => known.test(name))?.[1] ?? "serif"}`;
  const strokes = [() => null, (w) => `${2 * w} ${2 * w}`, (w) => `${6 * w} ${3 * w}`, (w) => `${8 * w} ${3 * w} ${3 * w} ${3 * w}`];
  const drawBoard = (pages, name) => pages.map((page, at) => {
    const root = svg("svg", { viewBox: `0 0 ${page.w} ${page.h}`, class: "paper", role: "group", "aria-label": t("board_of", { name, p: at + 1 }) });
    root.append(svg("rect", { width: page.w, height: page.h, fill: "#fff" }));
    for (const [x, y, width, height, color] of page.f) root.append(svg("rect", { x, y, width, height, fill: `#${color}` }));
    for (const [color, d] of page.s) root.append(svg("path", { d: `${d}Z`, fill: `#${color}` }));
    for (const [width, dash, color, d] of page.l) root.append(svg("path", { d, stroke: `#${color}`, "stroke-width": width, "stroke-dasharray": strokes[dash](width), fill: "none", "stroke-linecap": dash ? "butt" : "square" }));
    for (const [kind, ...part] of page.c) {
      if (kind === 0) root.append(svg("rect", { x: part[0], y: part[1], width: part[2], height: part[3], fill: `#${part[4]}` }));
      else if (kind === 1) root.append(svg("path", { d: `${part[1]}Z`, fill: `#${part[0]}` }));
      else root.append(svg("path", { d: part[2], stroke: `#${part[1]}`, "stroke-width": part[0], fill: "none" }));
    }
    for (const [y, ...texts] of page.t) for (const [x, width, style, text] of texts) {
      const [size, face, color, look, turn] = page.y[style];
      const inner = svg("text", { x, y, "font-size": size, "font-family": family(face), "font-weight": /bold|black|medium/i.test(face) || look & 1 ? 700 : 400, "font-style": look & 2 ? "italic" : null, fill: `#${color}`, textLength: text.length > 1 && width > 0 ? width : null, lengthAdjust: "spacingAndGlyphs", transform: turn ? `rotate(${-turn} ${x} ${y})` : null, "xml:space": "preserve" }, text);
      root.append(inner);
    }
    return make("div", { class: "sheet" }, root);
  });
  const boardOf = (at) => {
    if (!packed || B[at].state !== 0) return null;
    const place = make("div", { class: "board" });
    const button = make("button", { type: "button", "aria-expanded": "false", onclick: async () => {
      const open = button.getAttribute("aria-expanded") === "true";
      place.replaceChildren();
      button.setAttribute("aria-expanded", String(!open));
      button.textContent = t(open ? "show_board" : "hide_board");
      if (open) return;
      if (typeof DecompressionStream === "undefined") { place.append(make("p", { class: "hint" }, t("board_old"))); return; }
      const pages = (await boards())[at];
      place.replaceChildren(...(pages ? drawBoard(pages, B[at].name) : [make("p", { class: "none" }, t("none"))]));
    } }, t("show_board"));
    return make("div", { class: "screen" }, button, place);
  };
  const ofBranch = (at) => {
    const branch = B[at], [from, to] = ranges[at], rows = [];
    for (let m = from; m < to; m++) rows.push([M.n[m], data.categories[M.c[m]] ?? "", M.t[m], M.d[m], gradeOf(m), starsOf(m), rankOf(m), [honoursOf(m), flagsOf(m)].filter(Boolean).join("；")]);
    const found = findingsOf(at);
    return make("div", {},
      make("dl", {}, make("dt", {}, t("committee")), make("dd", {}, data.committees[branch.committee]), make("dt", {}, t("contact")), make("dd", {}, [branch.contact, branch.phone].filter(Boolean).join(" ") || t("none")), branch.state === 0 ? [make("dt", {}, t("was_posted")), make("dd", {}, branch.posted ? t("nth", { n: branch.posted }) : t("not_posted"))] : [], branch.own ? [make("dt", {}, t("own")), make("dd", {}, branch.own)] : []),
      filesOf(branch), boardOf(at),
      found.length ? table([head("place"), head("value"), head("problem"), head("hint")], found) : null,
      rows.length ? table([head("name"), head("category"), head("score", 1), head("board", 1), head("grade"), head("stars", 1), head("rank", 1), head("remark")], rows, t("scope")) : null);
  };

  const build = () => {
    main.replaceChildren();
    plots = [];
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.querySelectorAll("[data-t]").forEach((node) => { node.textContent = t(node.dataset.t); });
    document.getElementById("lang").textContent = t("other");
    document.getElementById("title").textContent = `${data.county} ${lang === "zh" ? data.run.zh : data.run.en}`;
    document.getElementById("about").textContent = t("made", { date: data.date, version: data.version });
    const T = data.totals, tile = (key, value, look = "") => make("div", { class: `tile ${look}` }, make("b", {}, String(value)), make("span", {}, t(key)));
    section("overview", make("div", { class: "tiles" }, tile("t_branches", T.branches), tile("t_accepted", T.accepted, "good"), tile("t_returned", T.returned, T.returned ? "bad" : ""), tile("t_missing", T.missing, T.missing ? "warn" : ""), tile("t_members", T.members), tile("t_scored", T.scored), tile("t_exempt", T.exempt), tile("t_warnings", T.warnings)),
      make("ul", { class: "files" }, data.files.filter((path) => !path.includes("/")).map((path) => make("li", {}, link(path, path)))));

    const C = data.committees, per = C.map(() => [0, 0, 0, 0]);
    B.forEach((branch) => per[branch.committee][branch.state]++);
    const stateSets = [0, 1, 2].map((s) => ({ label: t(states[s]), data: per.map((one) => one[s]), color: ["#2e7d5b", "#c0504d", "#e0a030"][s] }));
    section("progress", chart(t("by_committee"), C, stateSets, true),
      table([head("committee"), head("count", 1), ...states.slice(0, 3).map((key) => head(key, 1))], C.map((name, at) => [name, per[at].reduce((a, b) => a + b, 0), per[at][0], per[at][1], per[at][2]].map(String))),
      make("details", {}, make("summary", {}, t("papers")), data.folders.map(([folder, names]) => [make("h3", {}, folder.replace(/^[^/]*\//, "")), make("ul", { class: "files" }, names.map((name) => make("li", {}, link(`${folder}/${name}`, name))))])));

    const day = new Date(), today = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    const stageOf = (one) => one.n ? t(one.last && one.date <= today && today <= one.last ? "stage_open" : "stage_posted") : t(one.now ? "stage_now" : one.due && one.due < today ? "stage_over" : "stage_none");
    section("stages", table([head("period"), head("state"), head("due"), head("times", 1), head("posted_on"), head("last_day")], data.stages.map((one) => [lang === "zh" ? one.zh : one.en, stageOf(one), one.due ?? "", one.n ? String(one.n) : "", one.date ?? "", one.last ?? ""])),
      make("p", { class: "hint" }, t("clock")));

    const lacking = B.map((branch, at) => at).filter((at) => B[at].state === 2);
    section("missing", table([head("committee"), head("code"), head("branch"), head("contact"), head("phone")], lacking.map((at) => [data.committees[B[at].committee], B[at].code, B[at].name, B[at].contact ?? "", B[at].phone ?? ""])));

    const back = B.map((branch, at) => at).filter((at) => B[at].state === 1);
    section("returned", ...(back.length ? back.map((at) => make("details", {}, make("summary", {}, `${B[at].code} ${B[at].name}　${data.committees[B[at].committee]}　${t("errors")} ${B[at].errors}`),
      filesOf(B[at]), table([head("place"), head("value"), head("problem"), head("hint")], findingsOf(at)))) : [make("p", { class: "none" }, t("none"))]));

    if (data.grades.length) {
      const gradeSets = (rows) => data.grades.map((label, at) => ({ label, data: rows.map((row) => row[at]) }));
      const byCommittee = C.map(() => data.grades.map(() => 0));
      B.forEach((branch) => branch.grades.forEach((count, at) => { byCommittee[branch.committee][at] += count; }));
      const kinds = data.kinds;
      section("grades", make("div", { class: "charts" }, chart(t("grade_committee"), C, gradeSets(byCommittee), true), chart(t("grade_category"), kinds.map((one) => one.name), gradeSets(kinds.map((one) => one.grades)), true)),
        table([head("category"), head("scheme"), head("people", 1), head("scored", 1), ...data.grades.map((text) => ({ text, n: 1 }))], kinds.map((one) => [data.categories[one.category], data.schemes[one.scheme].name, String(one.members), String(one.scored), ...one.grades.map(String)])));
    }
    section("scores", make("p", { class: "hint" }, t("note")), make("div", { class: "charts" }, data.schemes.filter((one) => one.bands.length).map((one) => chart(`${one.name} ${t("histogram")}`, one.bands.map((band) => `${band[0]}–${band[0] + 10}`), [{ label: one.name, data: one.bands.map((band) => band[1]), color: "#4f8fcf" }], false))),
      table([head("scheme"), head("scored", 1), head("mean", 1), head("most", 1), head("least", 1)], data.schemes.map((one) => [one.name, String(one.scored), one.mean, one.most, one.least])));

    section("notable", table([head("code"), head("branch"), head("committee"), head("kind"), head("scheme"), head("now"), head("before")], data.unusual.map((one) => [B[one.b].code, B[one.b].name, data.committees[B[one.b].committee], lang === "zh" ? one.zh : one.en, one.scheme < 0 ? "" : data.schemes[one.scheme].name, one.now, one.before])));
    section("changes", table([head("branch"), head("name"), head("period"), head("old", 1), head("changed", 1), head("diff")], data.changes.map((one) => [B[one.b].name, one.name, one.period, one.old, one.now, one.what])));

    const branches = section("branches");
    finder(branches, {
      hint: t("seek_branch"), choice: [t("all_states"), ...states.map((key) => t(key))], count: B.length, opens: 1, is: (at, only) => B[at].state === only,
      text: (at) => `${B[at].code} ${B[at].name} ${data.committees[B[at].committee]}`.toLowerCase(), detail: ofBranch,
      columns: [
        { text: t("code"), key: (at) => B[at].code, show: (at) => B[at].code },
        { text: t("branch"), key: (at) => B[at].name, show: (at) => B[at].name },
        { text: t("committee"), key: (at) => B[at].committee, show: (at) => data.committees[B[at].committee], hide: true },
        { text: t("state"), key: (at) => B[at].state, show: (at) => state(B[at]), tone: (at) => tone[B[at].state] },
        { text: t("people"), n: 1, key: (at) => B[at].members, show: (at) => String(B[at].members) },
        { text: t("scored"), n: 1, hide: true, key: (at) => B[at].scored, show: (at) => String(B[at].scored) },
        { text: t("errors"), n: 1, key: (at) => B[at].errors, show: (at) => String(B[at].errors) },
        { text: t("warnings"), n: 1, hide: true, key: (at) => B[at].warnings, show: (at) => String(B[at].warnings) },
      ],
    });
    const members = section("members");
    const lower = M.n.map((name, at) => `${name} ${B[M.b[at]].name} ${B[M.b[at]].code}`.toLowerCase());
    finder(members, {
      hint: t("seek_member"), choice: [t("all_grades"), ...data.grades], count: M.b.length, opens: 0, is: (at, only) => M.g[at] === only, text: (at) => lower[at],
      detail: (at) => make("div", {}, figures(at), filesOf(B[M.b[at]])),
      columns: [
        { text: t("name"), key: (at) => M.n[at], show: (at) => M.n[at] },
        { text: t("branch"), key: (at) => M.b[at], show: (at) => B[M.b[at]].name },
        { text: t("category"), hide: true, key: (at) => M.c[at], show: (at) => data.categories[M.c[at]] ?? "" },
        { text: t("score"), n: 1, key: (at) => number(M.t[at]), show: (at) => M.t[at] },
        { text: t("board"), n: 1, hide: true, key: (at) => number(M.d[at]), show: (at) => M.d[at] },
        { text: t("grade"), key: (at) => M.g[at] < 0 ? null : M.g[at], show: gradeOf },
        { text: t("stars"), n: 1, hide: true, key: (at) => M.st[at] < 0 ? null : M.st[at], show: starsOf },
        { text: t("rank"), n: 1, hide: true, key: (at) => M.r[at] < 0 ? null : M.r[at], show: rankOf },
        { text: t("remark"), hide: true, key: (at) => `${honoursOf(at)}${flagsOf(at)}`, show: (at) => [honoursOf(at), flagsOf(at)].filter(Boolean).join("；") },
      ],
    });
    document.getElementById("nav").replaceChildren(...[...main.querySelectorAll("section")].map((part) => make("a", { href: `#${part.id}` }, t(part.id))));
    redraw();
  };
  const wanted = matchMedia("(prefers-color-scheme: dark)");
  const paint = (theme) => { document.documentElement.dataset.theme = theme; redraw(); };
  document.documentElement.dataset.theme = wanted.matches ? "dark" : "light";
  document.getElementById("lang").addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; build(); });
  document.getElementById("theme").addEventListener("click", () => paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  document.getElementById("print").addEventListener("click", () => print());
  wanted.addEventListener("change", () => paint(wanted.matches ? "dark" : "light"));
  let before = null;
  addEventListener("beforeprint", () => { before = document.documentElement.dataset.theme; paint("light"); drawn.forEach((one) => one.resize(700, undefined)); });
  addEventListener("afterprint", () => { if (before) paint(before); });
  build();
})();
