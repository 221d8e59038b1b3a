//! A scheme as a rule sheet: every limit, band and formula, with a star at each value that is our sample.

use crate::diag::{Lang, fill};
use crate::period::Every;
use crate::scheme::{
    Among, Grades, ItemKind, Most, Origin, Per, Poll, QuotaBase, RankPlace, Rest, Rounding, RowContent, Rules, Scheme, Stacking, Value,
    Window, plain, share,
};

/// A sheet in the making.
struct Page {
    lang: Lang,
    lines: Vec<String>,
}

impl Page {
    fn say(&mut self, key: &str, args: &[(&str, &str)]) {
        self.lines.push(fill(key, self.lang, args));
    }

    fn text(&self, key: &str) -> String {
        fill(key, self.lang, &[])
    }

    fn comma(&self) -> &'static str {
        if self.lang == Lang::Zh { "，" } else { ", " }
    }

    fn list(&self, parts: &[String]) -> String {
        parts.join(self.comma())
    }

    fn clause(&self, clause: Option<&String>) -> String {
        clause.map(|clause| if self.lang == Lang::Zh { format!("（{clause}）") } else { format!(" ({clause})") }).unwrap_or_default()
    }
}

fn star(origin: Origin) -> &'static str {
    if origin == Origin::Sample { "*" } else { "" }
}

/// The lines of the sheet.
pub fn lines(scheme: &Scheme, lang: Lang) -> Vec<String> {
    let mut page = Page { lang, lines: Vec::new() };
    page.say("show-title", &[("name", &scheme.name), ("id", &scheme.id), ("version", &scheme.version)]);
    if scheme.rests_on_samples() {
        page.say("show-samples", &[]);
    }
    let decimals = format!("{}{}", scheme.decimals, star(scheme.decimals_origin));
    page.say("show-numbers", &[("decimals", &decimals), ("digits", &scheme.digits.to_string())]);
    if !scheme.scores_members() {
        page.say("show-branches-alone", &[]);
        of_branch(&mut page, scheme);
        return page.lines;
    }
    rules(&mut page, &scheme.member);
    for poll in &scheme.polls {
        ballots(&mut page, poll);
    }
    adjustments(&mut page, scheme);
    outcomes(&mut page, &scheme.member);
    consequences(&mut page, scheme);
    page.say(
        "show-publication",
        &[
            ("year", &format!("{}{}", scheme.publication.year, star(scheme.publication.year_origin))),
            ("shorter", &format!("{}{}", scheme.publication.shorter, star(scheme.publication.shorter_origin))),
        ],
    );
    page.say("show-board", &[("heading", &scheme.board.heading), ("note", &scheme.board.note)]);
    for row in &scheme.rows {
        if let RowContent::Formula { formula, .. } = &row.content {
            page.say("show-row", &[("name", &row.name), ("formula", &formula.words(&scheme.member, lang))]);
        }
    }
    of_branch(&mut page, scheme);
    page.lines
}

fn of_branch(page: &mut Page, scheme: &Scheme) {
    let Some(branch) = &scheme.branch else { return };
    page.lines.push(String::new());
    page.say("show-branch", &[]);
    rules(page, branch);
    outcomes(page, branch);
}

fn every(page: &Page, every: Every) -> String {
    page.text(&format!("show-every-{}", every.word()))
}

fn rules(page: &mut Page, rules: &Rules) {
    let mut how = vec![every(page, rules.every)];
    if rules.dated {
        how.push(page.text("show-dated"));
    }
    if rules.reviewed {
        how.push(page.text("show-reviewed"));
    }
    if let Some(scorers) = &rules.scorers {
        let gap = scorers.gap.as_ref().map(|gap| format!("{}{}", plain(gap), star(scorers.origin))).unwrap_or_default();
        how.push(fill("show-scorers", page.lang, &[("own", &scorers.own), ("counts", &scorers.counts), ("gap", &gap)]));
    }
    page.say("show-entries", &[("how", &page.list(&how))]);
    page.say("show-items", &[]);
    for item in &rules.items {
        let kind = page.text(match item.kind {
            ItemKind::Mark => "show-kind-mark",
            ItemKind::Deduct => "show-kind-deduct",
            ItemKind::Bonus => "show-kind-bonus",
            ItemKind::Signed => "show-kind-signed",
            ItemKind::Count => "show-kind-count",
        });
        let mut said = item.rules_in(rules, page.lang);
        if !item.categories.is_empty() {
            said.insert(0, fill("show-for", page.lang, &[("who", &item.categories.join("、"))]));
        }
        if !item.group.is_empty() {
            said.insert(0, fill("show-group", page.lang, &[("group", &item.group)]));
        }
        said.extend(item.standard.clone());
        let max = format!("{}{}", plain(&item.max), star(item.max_origin));
        let name = format!("{}{}", item.name, star(item.origin));
        let clause = page.clause(item.clause.as_ref());
        let rule = page.list(&said);
        page.say("show-item", &[("kind", &kind), ("name", &name), ("max", &max), ("rule", &rule), ("clause", &clause)]);
    }
    if !rules.values.is_empty() {
        page.say("show-values", &[]);
    }
    for own in &rules.values {
        value(page, own, rules);
    }
    page.say("show-figures", &[]);
    for figure in &rules.figures {
        let mut when: Vec<String> = figure.runs.iter().map(|own| page.text(&format!("show-run-{}", own.word()))).collect();
        if figure.window == Window::SoFar {
            when.push(page.text("show-so-far"));
        }
        if let Some(over) = figure.over {
            let key = match over {
                Per::Day => "show-alone-day",
                Per::Period(every) if every == rules.every => "show-alone",
                Per::Period(Every::Quarter) => "show-alone-quarter",
                Per::Period(Every::Half) => "show-alone-half",
                Per::Period(_) => "show-alone-year",
            };
            when.push(page.text(key));
        }
        let formula = figure.words(rules, page.lang);
        let clause = page.clause(figure.clause.as_ref());
        let when = page.list(&when);
        page.say("show-figure", &[("name", &figure.name), ("id", &figure.id), ("when", &when), ("formula", &formula), ("clause", &clause)]);
    }
}

fn value(page: &mut Page, value: &Value, rules: &Rules) {
    // Shares read better as such; nothing in a value tells them but that they are parts of one.
    let is_share = |number: &crate::exact::Exact| number.to_string().contains('/') && *number < crate::exact::Exact::from(1);
    let shown = |number: &crate::exact::Exact| if is_share(number) { share(number) } else { plain(number) };
    let mut said = vec![format!("{}{}{}", shown(&value.value), star(value.origin), page.clause(value.clause.as_ref()))];
    said.extend(value.by_category.iter().map(|(category, number)| format!("{category} {}{}", shown(number), star(value.origin))));
    for change in &value.changes {
        let numbers = change.by_category.iter().map(|(category, number)| format!("{category} {}", shown(number)));
        let numbers = std::iter::once(shown(&change.value)).chain(numbers).collect::<Vec<_>>().join(" ");
        let number = format!("{numbers}{}", star(change.origin));
        let clause = page.clause(change.clause.as_ref());
        said.push(fill("show-from", page.lang, &[("date", &change.from.to_string()), ("number", &number), ("clause", &clause)]));
    }
    if !rules.uses(value) {
        said.push(page.text("show-unused"));
    }
    let numbers = page.list(&said);
    page.say("show-value", &[("name", &value.name), ("id", &value.id), ("numbers", &numbers)]);
}

fn ballots(page: &mut Page, poll: &Poll) {
    let columns: Vec<String> = if poll.words.is_empty() {
        poll.columns.iter().map(|(name, max)| format!("{name} 0—{}{}", plain(max), star(poll.origin))).collect()
    } else {
        let words = poll.words.iter().map(|(word, worth)| format!("{word} {}{}", plain(worth), star(poll.origin)));
        let columns = poll.columns.iter().map(|(name, _)| name.clone());
        columns.chain(words).collect()
    };
    let least = format!("{}{}", poll.min_ballots, star(poll.origin));
    let (columns, clause) = (page.list(&columns), page.clause(poll.clause.as_ref()));
    let every = if poll.every == Every::Year { "" } else { poll.every.word() };
    page.say("show-poll", &[("name", &poll.name), ("every", every), ("least", &least), ("columns", &columns), ("clause", &clause)]);
}

fn adjustments(page: &mut Page, scheme: &Scheme) {
    let Some(rules) = &scheme.adjustments else { return };
    let stacking = page.text(match rules.stacking {
        Stacking::Sum => "show-stacking-sum",
        Stacking::MaxEach => "show-stacking-max-each",
        Stacking::MaxAbs => "show-stacking-max-abs",
        Stacking::DeductionFirst => "show-stacking-deduction-first",
    });
    let clause = page.clause(rules.clause.as_ref());
    page.say("show-adjustments", &[("stacking", &stacking), ("clause", &clause)]);
    for kind in &rules.kinds {
        let levels: Vec<String> =
            kind.levels.iter().map(|(level, points)| format!("{level} {}{}", plain(points), star(rules.origin))).collect();
        let levels = page.list(&levels);
        // What formulas may ask of the kind by itself, where that is not what stacking does with all.
        let own = if kind.sum == (rules.stacking == Stacking::Sum) {
            String::new()
        } else {
            page.text(if kind.sum { "show-kind-sum" } else { "show-kind-max" })
        };
        page.say("show-kind", &[("name", &kind.name), ("levels", &levels), ("own", &own)]);
    }
    for (alias, level) in &rules.aliases {
        page.say("show-alias", &[("alias", alias), ("level", level)]);
    }
}

/// Grades and stars, the best first.
fn outcomes(page: &mut Page, rules: &Rules) {
    for grading in &rules.gradings {
        let mut who: Vec<String> = runs(page, &grading.runs).into_iter().collect();
        who.extend((!grading.categories.is_empty()).then(|| grading.categories.join("、")));
        who.extend(grading.probationary.map(|own| page.text(if own { "show-probationary" } else { "show-full" })));
        let who = page.list(&who);
        match &grading.by {
            Grades::Bands(bands) => {
                let all: Vec<String> = bands.iter().rev().map(|band| below(page, band.from.as_ref(), &band.gives, band.origin)).collect();
                page.say("show-grades", &[("who", &who), ("bands", &page.list(&all))]);
            }
            Grades::Rank(ranking) => {
                let mut said: Vec<String> = ranking.top.iter().map(|own| place(page, "show-place-top", own)).collect();
                said.extend(ranking.bottom.iter().map(|own| place(page, "show-place-bottom", own)));
                match &ranking.rest {
                    Rest::Grade(rest) => said.push(format!("{} {rest}", page.text("show-else"))),
                    Rest::Bands(bands) => {
                        said.extend(bands.iter().rev().map(|band| below(page, band.from.as_ref(), &band.gives, band.origin)));
                    }
                }
                let among = match ranking.among {
                    Among::Branch => "",
                    Among::Committee => "committee",
                    Among::County => "county",
                };
                page.say("show-rank", &[("among", among), ("who", &who), ("places", &page.list(&said))]);
            }
        }
    }
    if let Some(stars) = &rules.stars {
        let named = |stars: u8| fill("show-star", page.lang, &[("stars", &stars.to_string())]);
        let all: Vec<String> = stars.iter().rev().map(|band| below(page, band.from.as_ref(), &named(band.gives), band.origin)).collect();
        let when = runs(page, &rules.star_runs).unwrap_or_default();
        page.say("show-stars", &[("who", &when), ("bands", &page.list(&all))]);
    }
}

/// `前20%（四舍五入，≥90）优秀`.
fn place(page: &Page, key: &str, own: &RankPlace) -> String {
    let (most, mut said) = match &own.most {
        Most::Count(count) => (count.to_string(), Vec::new()),
        Most::Share(most, Rounding::Floor) => (share(most), Vec::new()),
        Most::Share(most, rounding) => (share(most), vec![rounded(page, *rounding)]),
    };
    said.extend(own.from.as_ref().map(|from| format!("≥{}", plain(from))));
    said.extend(own.to.as_ref().map(|to| format!("<{}", plain(to))));
    let people = if matches!(own.most, Most::Count(_)) { "people" } else { "" };
    let (most, said) = (format!("{most}{}", star(own.origin)), page.list(&said));
    fill(key, page.lang, &[("most", &most), ("people", people), ("said", &said), ("name", &own.name)])
}

/// `5%`, how it is rounded; or `6`, for so many people.
fn most(page: &Page, most: &Most, origin: Origin) -> (String, String, bool) {
    match most {
        Most::Share(own, rounding) => (format!("{}{}", share(own), star(origin)), rounded(page, *rounding), false),
        Most::Count(count) => (format!("{count}{}", star(origin)), String::new(), true),
    }
}

fn rounded(page: &Page, rounding: Rounding) -> String {
    page.text(match rounding {
        Rounding::Floor => "show-floor",
        Rounding::Ceil => "show-ceil",
        Rounding::Nearest => "show-nearest",
    })
}

/// Lengths of run that an outcome is for: `季度、年`; none where it is the year's alone, as most are.
fn runs(page: &Page, runs: &[Every]) -> Option<String> {
    let named: Vec<String> = runs.iter().map(|every| page.text(&format!("show-run-{}", every.word()))).collect();
    (runs != [Every::Year]).then(|| named.join(if page.lang == Lang::Zh { "、" } else { " and " }))
}

fn below(page: &Page, from: Option<&crate::exact::Exact>, gives: &str, origin: Origin) -> String {
    match from {
        Some(from) => format!("≥{}{} {gives}", plain(from), star(origin)),
        None => format!("{} {gives}", page.text("show-else")),
    }
}

fn consequences(page: &mut Page, scheme: &Scheme) {
    if let Some(veto) = &scheme.veto {
        page.say("show-vetoes", &[]);
        for (fact, effect) in veto.facts.iter().zip(&veto.effects) {
            let mut said = Vec::new();
            said.extend(effect.grade.as_ref().map(|grade| fill("show-veto-grade", page.lang, &[("grade", grade)])));
            said.extend(effect.max_grade.as_ref().map(|grade| fill("show-veto-max-grade", page.lang, &[("grade", grade)])));
            said.extend(effect.zero_total.then(|| page.text("show-veto-zero")));
            said.extend(effect.points.as_ref().map(|points| fill("show-veto-points", page.lang, &[("points", &plain(points))])));
            said.extend(effect.max_stars.map(|stars| fill("show-veto-stars", page.lang, &[("stars", &stars.to_string())])));
            said.extend(runs(page, &effect.runs).map(|runs| fill("show-in-runs", page.lang, &[("runs", &runs)])));
            let (fact, effects) = (format!("{fact}{}", star(effect.origin)), page.list(&said));
            let clause = page.clause(effect.clause.as_ref());
            page.say("show-veto", &[("fact", &fact), ("effects", &effects), ("clause", &clause)]);
        }
    }
    for quota in &scheme.quotas {
        let of = page.text(if quota.of == QuotaBase::Graded { "show-of-graded" } else { "show-of-expected" });
        let (most, round, people) = most(page, &quota.most, quota.origin);
        let of = if people { String::new() } else { of };
        let clause = page.clause(quota.clause.as_ref());
        let when = runs(page, &quota.runs).unwrap_or_default();
        let args = [("who", when.as_str()), ("grade", &quota.grade), ("of", &of), ("share", &most), ("round", &round), ("clause", &clause)];
        page.say("show-quota", &args);
    }
    for honour in &scheme.honours {
        let stars = honour.stars.map(|stars| stars.to_string()).unwrap_or_default();
        let of = match honour.of {
            QuotaBase::Stars => fill("show-of-stars", page.lang, &[("stars", &stars)]),
            _ => page.text("show-of-expected"),
        };
        let (most, round, people) = most(page, &honour.most, honour.origin);
        let of = if people { String::new() } else { of };
        let least = if honour.min_members > 0 { honour.min_members.to_string() } else { String::new() };
        let clause = page.clause(honour.clause.as_ref());
        let when = every(page, honour.every);
        page.say(
            "show-honour",
            &[
                ("name", &honour.name),
                ("every", &when),
                ("of", &of),
                ("share", &most),
                ("round", &round),
                ("stars", &stars),
                ("least", &least),
                ("clause", &clause),
            ],
        );
    }
    for letter in &scheme.letters {
        let months = format!("{}{}", letter.months, star(letter.origin));
        let clause = page.clause(letter.clause.as_ref());
        let when = runs(page, &letter.runs).unwrap_or_default();
        page.say(
            "show-letter",
            &[("who", &when), ("grade", &letter.grade), ("name", &letter.name), ("months", &months), ("clause", &clause)],
        );
    }
}
