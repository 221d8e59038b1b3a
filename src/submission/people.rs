//! From a name in a row to a member of the roster.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{Member, Submission};
use super::roster::{read_name, read_seq};
use super::sink::Sink;
use super::table::Line;
use crate::diag::{Code, Finding};
use crate::words::differs_in_a_letter;
use crate::workbook::column;

/// Members by name.
pub struct People {
    by_name: BTreeMap<Arc<str>, Vec<u32>>,
    /// Rows of the roster without a name: as many names elsewhere may be theirs.
    nameless: usize,
    theirs: RefCell<BTreeSet<String>>,
    /// Members of whom there are rows that could not be taken as theirs.
    doubtful: RefCell<BTreeSet<u32>>,
    /// Rows whose name cannot be read.
    unreadable: Cell<u32>,
}

impl People {
    pub fn new(submission: &Submission) -> Self {
        let mut by_name: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
        for (at, member) in submission.members.iter().enumerate() {
            if member.repeats.is_none() && !member.name.is_empty() {
                by_name.entry(Arc::clone(&member.name)).or_default().push(at as u32);
            }
        }
        // One identity number under two names is found once; the second is nobody else because of it.
        for (at, member) in submission.members.iter().enumerate().filter(|(_, member)| member.repeats.is_some()) {
            by_name.entry(Arc::clone(&member.name)).or_insert_with(|| vec![at as u32]);
        }
        let nameless = submission.nameless.members as usize;
        Self { by_name, nameless, theirs: RefCell::default(), doubtful: RefCell::default(), unreadable: Cell::new(0) }
    }

    /// Remembers that a row of a member could not be taken as his.
    pub fn doubt(&self, members: impl IntoIterator<Item = u32>) {
        self.doubtful.borrow_mut().extend(members);
    }

    /// Members of whom there are rows that could not be taken as theirs; what seems to be missing may be those.
    pub fn doubtful(&self) -> BTreeSet<u32> {
        self.doubtful.borrow().clone()
    }

    /// How many rows have a name that cannot be read.
    pub fn unreadable(&self) -> u32 {
        self.unreadable.get()
    }

    /// True where nobody can say whether the roster has the name: there is no roster, or rows of it lack theirs.
    fn may_be_nameless(&self, name: &str) -> bool {
        let mut theirs = self.theirs.borrow_mut();
        (self.by_name.is_empty() && self.nameless == 0)
            || theirs.contains(name)
            || (!name.is_empty() && theirs.len() < self.nameless && theirs.insert(name.to_owned()))
    }

    /// True for a name of the roster.
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The member a row is about, without a word where there is none.
    pub fn find(&self, line: &Line<'_>, members: &[Member]) -> Option<u32> {
        let found = self.by_name.get(crate::words::name(&line.shown(column::NAME)?).as_str())?;
        let seq = || read_seq(line, &mut Sink::new(&Arc::from("")));
        let mut matched = found.iter().copied().filter(|at| found.len() == 1 || seq() == Some(members[*at as usize].seq));
        matched.next().filter(|_| matched.next().is_none())
    }

    /// Whom a row is about, in words: two of one name with their numbers.
    pub fn told(&self, line: &Line<'_>, members: &[Member]) -> String {
        let name = crate::words::name(&line.shown(column::NAME).unwrap_or_default());
        if self.by_name.get(name.as_str()).is_none_or(|found| found.len() == 1) {
            return name;
        }
        match self.find(line, members) {
            Some(at) => format!("{name}（{}）", members[at as usize].seq),
            None => name,
        }
    }

    /// The member a row is about. 序号 decides only where two share a name; elsewhere it is often just a line number.
    pub fn resolve(&self, line: &Line<'_>, members: &[Member], sink: &mut Sink) -> Option<u32> {
        line.column(column::NAME)?;
        let before = sink.count();
        line.unseen(column::NAME, sink);
        let name = read_name(line, sink);
        let place = line.place(column::NAME, sink);
        let Some(found) = self.by_name.get(name.as_str()) else {
            if name.is_empty() && sink.count() > before {
                self.unreadable.set(self.unreadable.get() + 1);
                return None; // the cell itself could not be read, which is said already
            }
            if self.may_be_nameless(&name) {
                return None;
            }
            let near = self.nearest(&name);
            sink.push(Finding::new(Code::UnknownMember, place).value(name).arg("near", near));
            return None;
        };
        if let [only] = found.as_slice() {
            return Some(*only);
        }
        let seq = read_seq(line, sink);
        let matched: Vec<u32> = found.iter().copied().filter(|at| seq == Some(members[*at as usize].seq)).collect();
        if let [only] = matched.as_slice() {
            return Some(*only);
        }
        let numbers: Vec<String> = found.iter().map(|at| members[*at as usize].seq.to_string()).collect();
        self.doubt(found.iter().copied());
        sink.push(Finding::new(Code::AmbiguousName, place).value(name).arg("numbers", numbers.join("、")));
        None
    }

    /// A name of the roster that differs little, for the hint.
    fn nearest(&self, name: &str) -> String {
        self.by_name
            .keys()
            .find(|known| known.chars().count() > 1 && differs_in_a_letter(name, known))
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}
