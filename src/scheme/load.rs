//! From a scheme file's text to a proven [`Scheme`]; everything that is wrong is said at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::exact::Exact;
use crate::period::Every;

use super::bands::{Band, Bands};
use super::file::{self, File};
use super::formula::{self, Formula, Names};
use super::model::{
    AdjustmentKind, Adjustments, BoardView, Figure, Grades, Honour, Item, ItemKind, Letter, Origin, Poll, Publication, QuotaBase,
    RowContent, Rules, Scheme, Scorers, SummaryRow, Value, Veto,
};

/// A scheme file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemeError {
    /// Not TOML, an unknown or missing key, a value of the wrong kind; the text has line and column.
    #[error("{0}")]
    Format(String),
    /// Well formed but inconsistent; one line a fault.
    #[error("{}", .0.join("\n"))]
    Inconsistent(Vec<String>),
}

/// Largest entry and most decimals that fit the compact marks of a submission.
const LARGEST_ENTRY: i64 = 100_000;
const MOST_DECIMALS: u16 = 3;

/// Reads and proves a scheme. The digest is left empty for the caller who has the bytes.
pub fn load(text: &str) -> Result<Scheme, SchemeError> {
    let file: File = toml::from_str(text).map_err(|error| SchemeError::Format(error.to_string().trim_end().to_owned()))?;
    let mut proof = Proof::default();
    let scheme = proof.scheme(file);
    if proof.faults.is_empty() { Ok(scheme) } else { Err(SchemeError::Inconsistent(proof.faults)) }
}

#[derive(Default)]
struct Proof {
    faults: Vec<String>,
    samples: Vec<String>,
}

impl Proof {
    fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    fn note_origin(&mut self, origin: Origin, what: impl FnOnce() -> String) {
        if origin == Origin::Sample {
            self.samples.push(what());
        }
    }

    fn unique<'a>(&mut self, what: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.fault(format!("{what} `{name}` is given twice"));
            }
        }
    }

    fn scheme(&mut self, file: File) -> Scheme {
        if file.decimals > MOST_DECIMALS {
            self.fault(format!("decimals = {}: at most {MOST_DECIMALS}", file.decimals));
        }
        if file.digits > 6 {
            self.fault(format!("digits = {}: at most 6", file.digits));
        }
        self.note_origin(file.decimals_origin, || format!("每项最多{}位小数", file.decimals));
        let items = self.items(file.items);
        let poll = file.poll.map(|poll| self.poll(poll, &items));
        let adjustments = file.adjustments.map(|adjustments| self.adjustments(adjustments));
        let (poll_known, adjustments_known) = (poll.is_some(), adjustments.is_some());
        let values = self.values(file.values);
        let figures = self.figures(file.figures, &items, &values, poll_known, adjustments_known);
        // Views are evaluated on their own, without the figures; naming one there would give nothing.
        let formula_of = |proof: &mut Self, place: String, text: &str| -> Formula {
            let names = Names { items: &items, values: &values, figures: &[], poll: poll_known, adjustments: adjustments_known };
            formula::parse(text, &names).unwrap_or_else(|error| {
                proof.fault(format!("{place}: {error}"));
                Formula::Number(Exact::zero())
            })
        };
        let board = BoardView {
            period: formula_of(self, "board.period".into(), &file.board.period),
            heading: file.board.heading,
            note: file.board.note,
            note_part: file.board.note_part,
        };
        let card_item = file.card.map(|card| formula_of(self, "card.item".into(), &card.item));
        let mut rows = Vec::new();
        for row in file.rows {
            let content = match (row.value, row.reasons) {
                (Some(text), false) => {
                    let formula = formula_of(self, format!("row `{}`", row.name), &text);
                    RowContent::Formula { formula, window: row.window, total: row.total }
                }
                (None, true) => RowContent::Reasons,
                _ => {
                    self.fault(format!("row `{}` needs either `value` or `reasons = true`", row.name));
                    continue;
                }
            };
            rows.push(SummaryRow { name: row.name, content });
        }
        let stars = file.stars.map(|stars| self.stars(stars));
        let grades = self.grades(file.grades);
        let member = self.rules(file.entries, items, figures, grades, stars);
        let branch = file.branch.map(|branch| self.branch(branch));
        let known_grades = grade_names(&member.grades);
        let veto = file.veto.map(|veto| {
            self.known_grade("veto", &veto.grade, &known_grades);
            self.note_origin(veto.origin, || "一票否决情形".into());
            self.unique("veto fact", veto.facts.iter().map(String::as_str));
            Veto { facts: veto.facts, grade: veto.grade }
        });
        let mut letters = Vec::new();
        for letter in file.letters {
            self.known_grade("letter", &letter.grade, &known_grades);
            self.note_origin(letter.origin, || format!("{}期限{}个月", letter.name, letter.months));
            letters.push(Letter { grade: letter.grade, name: letter.name, months: letter.months });
        }
        let honours = file.honours.into_iter().map(|honour| self.honour(honour, member.max_stars)).collect();
        let publication = Publication { year: file.publication.year, shorter: file.publication.shorter };
        self.note_origin(file.publication.year_origin, || format!("年度公示{}个工作日", publication.year));
        self.note_origin(file.publication.shorter_origin, || format!("其他各期公示{}个工作日", publication.shorter));
        let registry_note = file.registry.map_or_else(|| board.note.clone(), |registry| registry.note);
        Scheme {
            id: file.id,
            name: file.name,
            version: file.version,
            digest: String::new(),
            digits: file.digits,
            decimals: file.decimals,
            member,
            branch,
            poll,
            adjustments,
            veto,
            honours,
            letters,
            grade_probationary: file.grade_probationary,
            publication,
            board,
            registry_note,
            card_item,
            rows,
            samples: std::mem::take(&mut self.samples),
        }
    }

    fn branch(&mut self, branch: file::Branch) -> Rules {
        let items = self.items(branch.items);
        let values = self.values(branch.values);
        let figures = self.figures(branch.figures, &items, &values, false, false);
        let stars = branch.stars.map(|stars| self.stars(stars));
        let grades = self.grades(branch.grades);
        self.rules(branch.entries, items, figures, grades, stars)
    }

    fn rules(
        &mut self,
        entries: file::Entries,
        items: Vec<Item>,
        figures: Vec<Figure>,
        grades: Grades,
        stars: Option<(Bands<u8>, u8)>,
    ) -> Rules {
        let scorers = entries.scorers.map(|scorers| {
            self.note_origin(scorers.origin, || format!("{}与{}相差上限", scorers.own, scorers.counts));
            Scorers { counts: scorers.counts, own: scorers.own, gap: scorers.gap.map(|gap| gap.0) }
        });
        let max_stars = stars.as_ref().map_or(0, |(_, max)| *max);
        Rules {
            every: entries.every,
            scorers,
            reviewed: entries.reviewed,
            items,
            figures,
            grades,
            stars: stars.map(|(bands, _)| bands),
            max_stars,
        }
    }

    fn items(&mut self, items: Vec<file::Item>) -> Vec<Item> {
        self.unique("item", items.iter().map(|item| item.name.as_str()));
        items
            .into_iter()
            .map(|item| {
                let max = item.max.0;
                if max.is_negative() || max.is_zero() || max > Exact::from(LARGEST_ENTRY) {
                    self.fault(format!("item `{}`: max must be above 0 and at most {LARGEST_ENTRY}", item.name));
                }
                self.note_origin(item.origin, || format!("项目“{}”", item.name));
                self.note_origin(item.max_origin.unwrap_or(item.origin), || format!("“{}”上限{max}", item.name));
                Item {
                    name: item.name,
                    group: item.group,
                    kind: item.kind,
                    max,
                    categories: item.categories,
                    start: item.start.map(|number| number.0),
                    floor: item.floor.map(|number| number.0),
                    caps: item.cap.into_iter().map(|(every, number)| (every, number.0)).collect(),
                    reason: item.reason,
                    optional: item.optional,
                }
            })
            .collect()
    }

    fn poll(&mut self, poll: file::Poll, items: &[Item]) -> Poll {
        self.note_origin(poll.origin, || format!("民主测评每人至少{}票", poll.min_ballots));
        let columns = match (poll.columns.as_str(), poll.max) {
            ("items", None) => {
                items.iter().filter(|item| item.kind == ItemKind::Mark).map(|item| (item.name.clone(), item.max.clone())).collect()
            }
            ("items", Some(_)) => {
                self.fault("poll.max: the ballots' items have the maxima of the items; leave it out".into());
                Vec::new()
            }
            (_, None) => {
                self.fault(format!("poll.max is missing: the largest number on a ballot in column `{}`", poll.columns));
                Vec::new()
            }
            (name, Some(max)) => {
                self.note_origin(poll.origin, || format!("“{name}”每票上限{}", max.0));
                vec![(name.to_owned(), max.0)]
            }
        };
        Poll { columns, min_ballots: poll.min_ballots }
    }

    fn adjustments(&mut self, adjustments: file::Adjustments) -> Adjustments {
        self.note_origin(adjustments.origin, || "奖惩分值".into());
        self.unique("adjustment", adjustments.kinds.iter().map(|kind| kind.name.as_str()));
        let mut kinds: Vec<AdjustmentKind> = Vec::new();
        for kind in adjustments.kinds {
            let levels: Vec<(String, Exact)> = kind
                .levels
                .into_iter()
                .filter_map(|(level, points)| match points.try_into::<file::Number>() {
                    Ok(points) => Some((level, points.0)),
                    Err(error) => {
                        self.fault(format!("adjustment `{}`, level `{level}`: {error}", kind.name));
                        None
                    }
                })
                .collect();
            let deducts = levels.iter().any(|(_, points)| points.is_negative());
            if deducts && levels.iter().any(|(_, points)| !points.is_negative() && !points.is_zero()) {
                self.fault(format!("adjustment `{}` mixes awards and deductions", kind.name));
            }
            kinds.push(AdjustmentKind { name: kind.name, levels, deducts });
        }
        for (alias, level) in &adjustments.aliases {
            if !kinds.iter().any(|kind| kind.levels.iter().any(|(name, _)| name == level)) {
                self.fault(format!("adjustments.aliases: `{alias}` stands for `{level}`, which is no level"));
            }
        }
        Adjustments { stacking: adjustments.stacking, kinds, aliases: adjustments.aliases }
    }

    fn values(&mut self, values: BTreeMap<String, file::Value>) -> Vec<(String, Value)> {
        values
            .into_iter()
            .map(|(key, value)| {
                self.note_origin(value.origin, || format!("{}{}", value.name, value.number.0));
                let by_category = value.by_category.into_iter().map(|(category, number)| (category, number.0)).collect();
                (key, Value { name: value.name, value: value.number.0, by_category })
            })
            .collect()
    }

    fn figures(
        &mut self,
        figures: Vec<file::Figure>,
        items: &[Item],
        values: &[(String, Value)],
        poll: bool,
        adjustments: bool,
    ) -> Vec<Figure> {
        let mut done: Vec<Figure> = Vec::new();
        let mut used: BTreeSet<(String, Every)> = BTreeSet::new();
        for figure in figures {
            let mut earlier: Vec<String> = Vec::new();
            for other in &done {
                // A figure may be used only where it exists in every run that the user is worked out for.
                let everywhere = figure.runs.iter().all(|every| done.iter().any(|d| d.id == other.id && d.runs.contains(every)));
                if everywhere && !other.each_period && !earlier.contains(&other.id) {
                    earlier.push(other.id.clone());
                }
            }
            for every in &figure.runs {
                if !used.insert((figure.id.clone(), *every)) {
                    self.fault(format!("figure `{}` is given twice for {} runs", figure.id, every.word()));
                }
            }
            let names = Names { items, values, figures: &earlier, poll, adjustments };
            let formula = formula::parse(&figure.value, &names).unwrap_or_else(|error| {
                self.fault(format!("figure `{}`: {error}", figure.id));
                Formula::Number(Exact::zero())
            });
            done.push(Figure {
                id: figure.id,
                name: figure.name,
                runs: figure.runs,
                each_period: figure.each_period,
                window: figure.window,
                formula,
                text: figure.value,
                clause: figure.clause,
            });
        }
        if !done.iter().any(|figure| figure.id == "total") {
            self.fault("no figure has the id `total`".into());
        }
        done
    }

    fn grades(&mut self, grades: Option<file::Grades>) -> Grades {
        let Some(grades) = grades else { return Grades::None };
        match (grades.bands.is_empty(), grades.rank) {
            (false, None) => {
                let bands = grades
                    .bands
                    .into_iter()
                    .map(|band| {
                        let (from, to) = (band.from.map(|n| n.0), band.to.map(|n| n.0));
                        if let Some(from) = &from {
                            self.note_origin(band.origin, || format!("{}≥{from}", band.name));
                        }
                        Band { from, to, gives: band.name }
                    })
                    .collect();
                match Bands::tile(bands) {
                    Ok(bands) => Grades::Bands(bands),
                    Err(error) => {
                        self.fault(format!("grades.bands: {error}"));
                        Grades::None
                    }
                }
            }
            (true, Some(rank)) => {
                for band in [&rank.top, &rank.bottom] {
                    self.note_origin(band.origin, || format!("{}比例", band.name));
                    if band.share.0.is_negative() || band.share.0 > Exact::from(1) {
                        self.fault(format!("grades.rank: the share of `{}` must lie between 0% and 100%", band.name));
                    }
                }
                Grades::Rank { top: (rank.top.name, rank.top.share.0), bottom: (rank.bottom.name, rank.bottom.share.0), rest: rank.rest }
            }
            _ => {
                self.fault("grades needs either `bands` or `rank`".into());
                Grades::None
            }
        }
    }

    fn stars(&mut self, stars: file::Stars) -> (Bands<u8>, u8) {
        let bands = stars
            .bands
            .into_iter()
            .map(|band| {
                let (from, to) = (band.from.map(|n| n.0), band.to.map(|n| n.0));
                if let Some(from) = &from {
                    self.note_origin(band.origin, || format!("{}星≥{from}", band.stars));
                }
                if band.stars > stars.max {
                    self.fault(format!("stars.bands: {} stars, but stars.max is {}", band.stars, stars.max));
                }
                Band { from, to, gives: band.stars }
            })
            .collect();
        let bands = Bands::tile(bands).or_else(|error| {
            self.fault(format!("stars.bands: {error}"));
            Bands::tile(vec![Band { from: None, to: None, gives: 0 }])
        });
        (bands.unwrap_or_else(|_| unreachable!("one band without bounds tiles the line")), stars.max)
    }

    fn known_grade(&mut self, what: &str, grade: &str, known: &[String]) {
        if !known.iter().any(|name| name == grade) {
            let near = formula::nearest(grade, known.iter().map(String::as_str));
            self.fault(format!("{what}: `{grade}` is no grade of this scheme{near}"));
        }
    }

    fn honour(&mut self, honour: file::Honour, max_stars: u8) -> Honour {
        self.note_origin(honour.origin, || format!("{}名额", honour.name));
        if honour.share.0.is_negative() || honour.share.0 > Exact::from(1) {
            self.fault(format!("honour `{}`: the share must lie between 0% and 100%", honour.name));
        }
        if honour.of == QuotaBase::Stars && honour.stars.is_none() {
            self.fault(format!("honour `{}`: `of = \"stars\"` needs `stars`", honour.name));
        }
        if honour.stars.is_some_and(|stars| stars > max_stars) {
            self.fault(format!("honour `{}`: more stars than stars.max", honour.name));
        }
        Honour {
            name: honour.name,
            every: honour.every,
            share: honour.share.0,
            of: honour.of,
            floor: matches!(honour.round, file::Rounding::Floor),
            min_members: honour.min_members,
            stars: honour.stars,
        }
    }
}

fn grade_names(grades: &Grades) -> Vec<String> {
    match grades {
        Grades::None => Vec::new(),
        Grades::Bands(bands) => bands.iter().map(|band| band.gives.clone()).collect(),
        Grades::Rank { top, bottom, rest } => vec![top.0.clone(), bottom.0.clone(), rest.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin(id: &str) -> String {
        std::fs::read_to_string(format!("{}/templates/schemes/{id}.toml", env!("CARGO_MANIFEST_DIR"))).expect("scheme file")
    }

    #[test]
    fn builtin_schemes_load() {
        let ids = ["ju-10star", "register-60", "community-4", "detail-cap", "two-way-rank", "enterprise-82", "fuxian-418", "hospital-dual"];
        for id in ids {
            let scheme = load(&builtin(id)).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(scheme.id, id);
            assert!(scheme.rests_on_samples());
        }
    }

    #[test]
    fn says_everything_that_is_wrong_at_once() {
        let text = builtin("register-60")
            .replace("{ to = 60,", "{ to = 55,")
            .replace("sum(deductions))\"", "sum(deduction))\"")
            .replace("letter]]\ngrade = \"基本合格\"", "letter]]\ngrade = \"基本\"");
        let error = load(&text).expect_err("must be refused").to_string();
        for part in ["grades.bands: gap", "did you mean `deductions`?", "`基本` is no grade"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn refuses_binary_decimals_and_unknown_keys() {
        assert!(load(&builtin("ju-10star").replace("max = 10\n", "max = 9.5\n")).is_err());
        let error = load(&builtin("ju-10star").replace("min_ballots", "min_balots")).expect_err("unknown key").to_string();
        assert!(error.contains("min_balots") && error.contains("min_ballots"), "{error}");
    }
}
