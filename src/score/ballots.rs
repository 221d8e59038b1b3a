//! What ballots come to.

use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::scheme::Poll;
use crate::submission::{Ballots, Mark, Spot};

use super::evaluate::{Scope, note};
use super::subject::{Subject, Who};
use super::trace::{Label, Trace};

/// The mean of a body's ballots, added up over its columns. Of votes in several periods it is their sum divided by the number of
/// periods in which the member is expected.
pub(super) fn mean(subject: &Subject<'_>, at: usize, scope: Scope<'_>, parts: Option<&mut Vec<Trace>>) -> Exact {
    let Who::Member { at: member, .. } = subject.who else { return Exact::zero() };
    let Some(poll) = subject.scheme.polls.get(at) else { return Exact::zero() };
    let vote = |period: Period| subject.submission.vote(member, at, period).filter(|ballots| ballots.count > 0);
    // The year's vote is one, whatever part of the year is looked at.
    if poll.every == Every::Year {
        return vote(Period::YEAR).map_or_else(Exact::zero, |ballots| of_vote(subject, poll, ballots, parts));
    }
    let (first, last) = scope.months;
    let within = |period: &Period| first <= period.first_month() && period.last_month() <= last;
    let periods: Vec<Period> = poll.every.all().filter(|period| within(period) && subject.expected(*period)).collect();
    if let [only] = periods.as_slice() {
        return vote(*only).map_or_else(Exact::zero, |ballots| of_vote(subject, poll, ballots, parts));
    }
    let (mut sum, mut steps) = (Exact::zero(), Vec::new());
    for ballots in periods.iter().filter_map(|period| vote(*period)) {
        sum = sum + of_vote(subject, poll, ballots, parts.as_ref().map(|_| &mut steps));
    }
    if periods.is_empty() {
        return sum;
    }
    let mean = sum.clone() / periods.len() as i64;
    note(parts, || Trace::step(Label::Mean { sum, periods: periods.len() }, mean.clone(), steps));
    mean
}

/// One vote: the mean of its ballots, added up over the columns.
fn of_vote(subject: &Subject<'_>, poll: &Poll, ballots: &Ballots, parts: Option<&mut Vec<Trace>>) -> Exact {
    let count = i64::from(ballots.count);
    let alone = subject.only.map(|item| &subject.rules.items[item].name);
    let columns = poll.columns.iter().zip(&ballots.sums);
    let sum = columns.filter(|((name, _), _)| alone.is_none_or(|alone| alone == name)).map(|(_, sum)| sum).sum();
    let value = Mark::exact_sum(sum) / count;
    note(parts, || {
        let columns = poll.columns.iter().enumerate().map(|(column, (name, _))| {
            let cells = ballots.cast.iter().enumerate().map(|(number, cast)| {
                let place = ballots.columns.get(column).map(|at| subject.place(Spot { column: *at, ..cast.at }));
                Trace::leaf(Label::Ballot(number + 1), Mark::exact_sum(cast.marks[column].thousandths()), place)
            });
            let sum = Mark::exact_sum(ballots.sums[column]);
            Trace::step(Label::PollColumn { name: name.clone(), ballots: count, sum: sum.clone() }, sum / count, cells.collect())
        });
        let label = Label::Poll { vote: poll.vote(ballots.period), ballots: count };
        Trace { clause: poll.clause.clone(), ..Trace::step(label, value.clone(), columns.collect()) }
    });
    value
}
