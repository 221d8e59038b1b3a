//! 民主测评汇总表: what the ballots on each member came to.

use super::field::{Contents, columns, listed, number, rows, text, with_common};
use super::view::{View, mark, plain_text, remark, score, told_apart};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::exact::Exact;
use crate::form::data::{Datum, Record};
use crate::period::{Every, Period};
use crate::scheme::{Figure, Poll};
use crate::submission::{Ballots, Mark, Submission};

/// 民主测评汇总表.
pub const POLL: Form = Form {
    id: "poll",
    title: "民主测评汇总表",
    runs: &[Every::Year],
    contents,
    data: Data::Branch(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let mut member = listed();
    member.extend([
        number("票数", "有效票数", "valid ballots", "18"),
        number("评议分", "计入总分的测评得分", "what the ballots add to the total", "18.40"),
        text("备注", "没有测评的缘由", "why there are no ballots", ""),
    ]);
    let fields = with_common(vec![
        text("有星级", "评星时不为空", "not empty when stars are given", "是"),
        text("有效票", "有效票数，各人不同时为起止", "number of valid ballots, from and to if members differ", "18"),
        text("最少票数", "细则规定的最少有效票数", "fewest valid ballots that the scheme asks for", "10"),
        text(
            "得分名称",
            "计入总分的测评得分的名称，没有时为空",
            "what the scheme calls the score of the ballots, empty if it has none",
            "民主测评",
        ),
        text(
            "票面说明",
            "票上写等级词时各词折合的分值，写分数时为空",
            "what words on a ballot are worth, empty if numbers are written",
            "好=1、一般=0.8、差=0.6",
        ),
        text("有票别", "票上写等级词时不为空", "not empty if words are written on ballots", ""),
    ]);
    let item = vec![text("名称", "测评项目", "item", "理想信念"), number("满分", "满分", "maximum", "10")];
    let lists = vec![
        columns("项目", item),
        columns("票别", vec![text("名称", "票上的等级词", "word on a ballot", "好")]),
        rows(
            "",
            member,
            vec![
                columns("项目", vec![number("均分", "该项平均分", "mean of the ballots", "9.45")]),
                columns("票别", vec![number("票数", "写这个词的票数", "ballots with that word", "12")]),
            ],
        ),
    ];
    (fields, lists)
}

/// A vote that the run looks at: of which body, when, and what it asks.
struct Vote<'a> {
    at: usize,
    poll: &'a Poll,
    period: Period,
}

impl Vote<'_> {
    fn on<'a>(&self, submission: &'a Submission, member: u32) -> Option<&'a Ballots> {
        submission.vote(member, self.at, self.period).filter(|ballots| ballots.count > 0)
    }
}

fn data(view: &View<'_>) -> Record {
    let (scheme, run) = (view.scheme, view.issuer.run.period);
    let mut root = Record::default();
    let votes: Vec<Vote<'_>> = scheme.votes_in(run).into_iter().map(|(at, period)| Vote { at, poll: &scheme.polls[at], period }).collect();
    if votes.is_empty() {
        root.lists.insert("", Vec::new());
        return root;
    }
    let figure = scheme.member.ballot_figure(run.every());
    let words = word_columns(&votes, view.submission);
    let names = told_apart(view.members().map(|(_, member, _)| member));
    let mut counts: Vec<u32> = Vec::new();
    let listed = view.members().zip(names).enumerate().map(|(number, ((at, member, outcome), name))| {
        let cast: Vec<Option<&Ballots>> = votes.iter().map(|vote| vote.on(view.submission, at)).collect();
        let is_polled = cast.iter().any(Option::is_some);
        let mut row = Record::default();
        row.count("序号", number + 1);
        row.text("姓名", name);
        row.text("类别", &*member.category);
        if is_polled {
            counts.extend(cast.iter().flatten().map(|ballots| ballots.count));
            row.count("票数", cast.iter().flatten().map(|ballots| ballots.count as usize).sum());
        }
        row.set("评议分", score(figure.and_then(|figure| outcome.score.figure(&figure.id)), scheme.digits));
        row.text("备注", if is_polled { String::new() } else { remark(outcome, member, run) });
        let mean = |(ballots, column): (Option<&Ballots>, usize)| {
            let mean = ballots.map(|ballots| Mark::exact_sum(ballots.sums[column]) / i64::from(ballots.count));
            Record { fields: [("均分", score(mean.as_ref(), scheme.digits))].into(), ..Record::default() }
        };
        let columns = votes.iter().zip(&cast).flat_map(|(vote, ballots)| (0..vote.poll.columns.len()).map(|column| (*ballots, column)));
        row.lists.insert("项目", columns.map(mean).collect());
        let cast = |(_, worth): &(String, Exact)| {
            let count = cast.first().copied().flatten().map(|ballots| with_word(ballots, worth));
            let count = count.map_or(Datum::Empty, |count| Datum::Number { value: (count as i64).into(), digits: 0 });
            Record { fields: [("票数", count)].into(), ..Record::default() }
        };
        row.lists.insert("票别", words.iter().map(cast).collect());
        row
    });
    let members: Vec<Record> = listed.collect();
    view.common(&mut root, members.len());
    let range = (counts.iter().min(), counts.iter().max());
    root.text(
        "有效票",
        match range {
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least}～{most}"),
            _ => String::new(),
        },
    );
    root.text("最少票数", least_ballots(&scheme.polls));
    // A figure that is the mean of the one column stands there already.
    let sole =
        |figure: &Figure| matches!(votes.as_slice(), [Vote { poll, .. }] if poll.columns.len() == 1 && poll.columns[0].0 == figure.name);
    let own = figure.filter(|figure| !sole(figure));
    root.text("得分名称", own.map_or("", |figure| &figure.name));
    let mut worth: Vec<String> = Vec::new();
    for (word, points) in scheme.polls.iter().flat_map(|poll| &poll.words) {
        let said = format!("{word}={}", plain_text(points));
        if !worth.contains(&said) {
            worth.push(said);
        }
    }
    root.text("票面说明", worth.join("、"));
    root.text("有票别", if words.is_empty() { "" } else { "是" });
    let heading = |(vote, (name, max)): (&Vote<'_>, &(String, Exact))| {
        let mut heading = Record::default();
        let whose = vote.poll.vote(vote.period);
        heading.text("名称", if whose.is_empty() { name.clone() } else { format!("{whose}\n{name}") });
        heading.set("满分", mark(max, scheme.decimals));
        heading
    };
    let columns = votes.iter().flat_map(|vote| vote.poll.columns.iter().map(move |column| (vote, column)));
    root.lists.insert("项目", columns.map(heading).collect());
    let heading = |(name, _): &(String, Exact)| Record { fields: [("名称", Datum::Text(name.clone()))].into(), ..Record::default() };
    root.lists.insert("票别", words.iter().map(heading).collect());
    // A poll that nobody has been balloted in has no result.
    root.lists.insert("", if counts.is_empty() { Vec::new() } else { members });
    root
}

/// `10`; where bodies differ `党员互评 10、群众评议 5`.
fn least_ballots(polls: &[Poll]) -> String {
    match polls {
        [first, rest @ ..] if rest.iter().all(|poll| poll.min_ballots == first.min_ballots) => first.min_ballots.to_string(),
        several => several.iter().map(|poll| format!("{} {}", poll.name, poll.min_ballots)).collect::<Vec<_>>().join("、"),
    }
}

/// Words that ballots can be counted by: one vote with one column, each word worth something else, each ballot in a row of its own.
fn word_columns<'a>(votes: &[Vote<'a>], submission: &Submission) -> &'a [(String, Exact)] {
    let [Vote { poll, .. }] = votes else { return &[] };
    let single = submission.ballots.iter().flatten().all(|ballots| ballots.cast.len() == ballots.count as usize);
    let apart = poll.words.iter().enumerate().all(|(at, (_, worth))| poll.words[..at].iter().all(|(_, other)| other != worth));
    if apart && single { poll.tally() } else { &[] }
}

fn with_word(ballots: &Ballots, worth: &Exact) -> usize {
    let mark = |marks: &[Mark]| marks.first().and_then(|mark| mark.decimal()).map(Exact::from);
    ballots.cast.iter().filter(|cast| mark(&cast.marks).as_ref() == Some(worth)).count()
}
