//! Data of 年度综合得分登记表, of a branch or a committee.

use crate::form::data::{Datum, Record};
use crate::rollup::{Counts, GRADES};
use crate::scheme::Scheme;

use super::view::{Issuer, View, common, plain_figures, remark, score, stars_text};

/// A heading of four characters or more over two lines of about one length: narrow columns break it anywhere else.
fn balanced(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let (first, second) = letters.split_at(letters.len() / 2);
    format!("{}\n{}", first.iter().collect::<String>(), second.iter().collect::<String>())
}

/// The form over any number of branches of one scheme, in the order given.
pub fn yearly(unit: &str, issuer: &Issuer, scheme: &Scheme, views: &[View<'_>], digest: &str) -> Record {
    let run = issuer.run.period;
    let mut rows = Vec::new();
    let mut counts = Counts::default();
    for view in views {
        for (_, member, outcome) in view.members() {
            counts.add(outcome);
            let mut row = Record::default();
            row.count("序号", rows.len() + 1);
            row.text("党支部", &view.branch.name);
            row.text("姓名", &*member.name);
            row.text("类别", &*member.category);
            row.set("总分", score(outcome.score.total.as_ref(), scheme.digits));
            row.text("等次", outcome.score.grade.clone().unwrap_or_default());
            row.text("星级", stars_text(outcome.score.stars));
            row.set("名次", outcome.rank.map_or(Datum::Empty, |rank| Datum::Number { value: i64::from(rank).into(), digits: 0 }));
            row.text("备注", remark(outcome, member));
            for grade in GRADES {
                row.count(grade, usize::from(outcome.score.grade.as_deref() == Some(grade)));
            }
            // The total has its own column.
            let parts = plain_figures(&scheme.member, run).map(|figure| Record {
                fields: [("得分", score(outcome.score.figure(&figure.id), scheme.digits))].into(),
                ..Record::default()
            });
            row.lists.insert("分项", parts.collect());
            rows.push(row);
        }
    }
    let mut root = Record::default();
    match views {
        [view] => view.common(&mut root, rows.len()),
        _ => common(&mut root, issuer, &[scheme], digest, rows.len()),
    }
    root.text("校验码", digest);
    root.text("填报单位", unit);
    root.text("合计等次", counts.grades_text());
    root.text("有星级", if scheme.member.stars.is_some() { "是" } else { "" });
    let headings = plain_figures(&scheme.member, run).map(|figure| {
        let mut heading = Record::default();
        heading.text("名称", balanced(&figure.name));
        heading
    });
    root.lists.insert("分项", headings.collect());
    root.lists.insert("", rows);
    root
}
