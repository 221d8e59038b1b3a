//! 季度之星公示 and 年度之星公示: who holds an honour, and how many the quota allows.

use super::field::{Contents, listed, number, rows, text};
use super::view::{BLANK, publication, publication_text, score};
use super::whole::{Whole, with_unit};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Record};
use crate::period::{Every, Period, zh_date};
use crate::rollup::{Nominees, OutcomeKind, nominees};
use crate::scheme::{Most, QuotaBase, Rounding};

/// 季度之星公示, 年度之星公示.
pub const HONOURS: Form = Form {
    id: "honours",
    title: "季度之星公示、年度之星公示",
    runs: &[Every::Year],
    contents,
    data: Data::Whole(&[Kind::Branch], data),
    retention: Retention::ThirtyYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let mut member = listed();
    member.extend([
        text("荣誉", "荣誉名称和期间", "honour and its period", "季度之星（三季度）"),
        text("职务", "党内外职务", "post", "村民小组组长"),
        number("总分", "得分：年度荣誉为年度总分", "score: the year's total for an honour of the year", "98.50"),
        text(
            "照片",
            "工作区“照片”文件夹里的照片（支部编码-序号.jpg 或 png），没有时为“（照片）”",
            "the photo in the workspace's folder 照片 (branch code-number.jpg or png); a word if there is none",
            "（照片）",
        ),
    ]);
    let fields = with_unit(vec![
        text("荣誉名称", "本表有哪些荣誉", "honours on the form", "季度之星、年度之星"),
        text(
            "名额说明",
            "各荣誉的名额如何得出",
            "how the quotas are worked out",
            "年度之星：十星党员25人的10%，舍去小数，名额2人，当选2人。",
        ),
        text(
            "公示说明",
            "公示起止说明",
            "publication from and to",
            "公示期为2026年12月14日至2026年12月23日，共7个工作日（张贴当日不计）。",
        ),
        text("落款日期", "张贴日期；未定时留空待填", "day of posting, or ruled blanks", "2026年12月14日"),
        text("监督电话", "监督电话", "objection phone", "0791-12380"),
    ]);
    (fields, vec![rows("", member, Vec::new())])
}

fn data(whole: &Whole<'_>) -> Record {
    let mut root = Record::default();
    let mut rows = Vec::new();
    let mut quotas = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let run = whole.issuer.run;
    for sent in &whole.branches {
        let several = sent.outcomes.iter().any(|outcome| outcome.scheme != sent.outcomes[0].scheme);
        let outcomes: Vec<_> = sent.outcomes.iter().collect();
        for group in nominees(&outcomes, sent.submission, whole.schemes, run) {
            let title = group.title();
            let held: Vec<_> = sent.outcomes.iter().filter(|one| one.scheme == group.scheme && one.honours.contains(&title)).collect();
            if held.is_empty() {
                continue;
            }
            if !names.contains(&group.honour.name.as_str()) {
                names.push(&group.honour.name);
            }
            quotas.push(quota_text(&group, held.len(), whole.schemes[group.scheme].name.as_str(), several));
            for outcome in held {
                let OutcomeKind::Member(at) = outcome.kind else { continue };
                let member = &sent.submission.members[at as usize];
                let mut row = Record::default();
                row.count("序号", rows.len() + 1);
                row.text("姓名", &*member.name);
                row.text("类别", &*member.category);
                row.text("荣誉", shown(&group).replace('（', "\n（"));
                row.text("职务", member.post.as_deref().unwrap_or_default());
                // Of a quarter's honour the year's total would say nothing.
                if group.period == run.period {
                    row.set("总分", score(outcome.score.total.as_ref(), whole.schemes[group.scheme].digits));
                }
                let photo = whole.photos.get(&(sent.branch.code.clone(), member.seq));
                row.set("照片", photo.map_or_else(|| Datum::Text("（照片）".into()), |photo| Datum::Picture(photo.clone())));
                rows.push(row);
            }
        }
    }
    whole.common(&mut root, rows.len());
    root.text("荣誉名称", names.join("、"));
    let scheme = whole.branches.iter().flat_map(|sent| sent.outcomes).find(|outcome| !outcome.honours.is_empty());
    if let Some(scheme) = scheme.map(|outcome| &whole.schemes[outcome.scheme]) {
        let (days, end) = publication(whole.issuer, whole.calendar, scheme);
        root.text("公示说明", publication_text(whole.issuer, days, end));
    }
    root.text("落款日期", whole.issuer.posted.map_or_else(|| BLANK.to_owned(), zh_date));
    let phone = &whole.issuer.phone;
    root.text("监督电话", if phone.is_empty() { "____________" } else { phone.as_str() });
    root.text("名额说明", quotas.join("\n"));
    root.lists.insert("", rows);
    root
}

/// `年度之星`, `季度之星（三季度）`.
fn shown(group: &Nominees<'_>) -> String {
    if group.period == Period::YEAR { group.honour.name.clone() } else { format!("{}（{}）", group.honour.name, group.period.zh()) }
}

/// `季度之星（三季度）：计分党员40人的5%，舍去小数，名额2人，当选2人。`
fn quota_text(group: &Nominees<'_>, held: usize, scheme: &str, several: bool) -> String {
    let honour = group.honour;
    let base = match (honour.of, honour.stars) {
        (QuotaBase::Stars, Some(stars)) => format!("{}及以上党员", super::view::stars_text(Some(stars))),
        (QuotaBase::Stars, None) => "评星党员".to_owned(),
        (QuotaBase::Graded, _) => "评等次党员".to_owned(),
        (QuotaBase::Expected, _) => "计分党员".to_owned(),
    };
    let of = if several { format!("（{scheme}）") } else { String::new() };
    let Most::Share(share, rounding) = &honour.most else {
        return format!("{}{of}：名额{}人，当选{held}人。", shown(group), group.quota);
    };
    let share = (share.clone() * crate::exact::Exact::from(100)).published_decimal(3).map(|share| share.to_string());
    let rounding = match rounding {
        Rounding::Floor => "舍去小数",
        Rounding::Ceil => "小数进一",
        Rounding::Nearest => "四舍五入",
    };
    let share = share.unwrap_or_default();
    format!("{}{of}：{base}{}人的{share}%，{rounding}，名额{}人，当选{held}人。", shown(group), group.base, group.quota)
}
