//! Invented people: names, identity numbers, dates.

use chrono::{Datelike, NaiveDate};

use super::draw::Draw;

/// An invented member; one row of 党员名册.
#[derive(Clone, Debug)]
pub struct Person {
    /// 序号.
    pub seq: i64,
    /// 姓名.
    pub name: String,
    /// 性别.
    pub female: bool,
    /// 民族.
    pub nation: &'static str,
    /// 身份证号.
    pub id: String,
    /// 出生日期.
    pub born: NaiveDate,
    /// 入党日期.
    pub joined: NaiveDate,
    /// 预备党员.
    pub probationary: bool,
    /// 类别.
    pub category: String,
    /// 职务.
    pub post: Option<&'static str>,
    /// First expected month.
    pub first_month: u8,
    /// Last expected month.
    pub last_month: u8,
    /// 免积分原因.
    pub exempt: Option<&'static str>,
    /// How well this one does.
    pub level: Level,
}

/// How well a member does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Never below 96 in a hundred, nothing against him.
    Model,
    /// Mostly above 90.
    Good,
    /// About 85.
    Fair,
    /// Often below 70.
    Weak,
}

impl Level {
    /// What a mark loses at least and at most, in thousandths of its maximum.
    pub fn loss(self) -> (i64, i64) {
        match self {
            Self::Model => (0, 30),
            Self::Good => (10, 110),
            Self::Fair => (70, 220),
            Self::Weak => (220, 480),
        }
    }
}

/// Keeps identity numbers apart without a list of those given out: person `number` of a county of `total`.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    /// Which person, from 0.
    pub number: usize,
    /// How many there are.
    pub total: usize,
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const DOUBLE_SURNAMES: [&str; 5] = ["欧阳", "上官", "司徒", "诸葛", "令狐"];
const MEN: &str =
    "伟强军勇平刚涛斌建国华明辉志鹏飞海波林峰松柏春生根水金福贵长庆文武德昌荣光亮东南安邦忠义良诚树木山川宏远达成才学礼宝龙祥";
const WOMEN: &str = "芳敏静丽娟艳秀英霞梅兰竹菊桂花珍玉凤琴云莲翠红燕萍玲芬香月娥美慧颖洁雪晴婷倩琳佳欣怡蓉莉淑贞巧珠素";
const RARE: [&str; 6] = ["䶮", "㛃", "𠅤", "喆", "赟", "堃"];
const FOREIGN: [(&str, &str); 6] = [
    ("阿依努尔", "维吾尔族"),
    ("买买提江", "维吾尔族"),
    ("古丽米热", "维吾尔族"),
    ("叶尔兰", "哈萨克族"),
    ("卓玛", "藏族"),
    ("格桑", "藏族"),
];
const FATHERS: [&str; 5] = ["吐尔逊", "艾合买提", "巴合提", "才让", "次仁"];
const NATIONS: [&str; 6] = ["回族", "畲族", "满族", "苗族", "壮族", "土家族"];

/// Codes of areas that the standard (GB/T 2260) has not given out, so that no number can be anybody's.
const AREAS: [&str; 4] = ["369901", "369901", "369901", "369902"];

/// A name, and the people it belongs to.
pub fn name(draw: &mut Draw, female: bool) -> (String, &'static str) {
    if draw.below(120) == 0 {
        let (own, nation) = draw.pick(&FOREIGN);
        return (format!("{own}·{}", draw.pick(&FATHERS)), nation);
    }
    let characters = |text: &str| text.chars().collect::<Vec<char>>();
    let surname =
        if draw.below(150) == 0 { (*draw.pick(&DOUBLE_SURNAMES)).to_owned() } else { draw.pick_early(&characters(SURNAMES)).to_string() };
    let given = characters(if female { WOMEN } else { MEN });
    let mut name = surname;
    name.push(*draw.pick(&given));
    if draw.percent(72) {
        if draw.below(60) == 0 { name.push_str(*draw.pick::<&str>(&RARE)) } else { name.push(*draw.pick(&given)) }
    }
    (name, if draw.below(25) == 0 { *draw.pick::<&str>(&NATIONS) } else { "汉族" })
}

/// An invented member of a branch.
pub fn person(draw: &mut Draw, at: usize, category: &str, numbering: Numbering, year: i32, level: Level) -> Person {
    let female = draw.percent(31);
    let (name, nation) = name(draw, female);
    // The branch committee comes first in a roster; those are neither old nor new.
    let leads = at < 4;
    let old = !leads && draw.percent(36);
    let probationary = !leads && !old && draw.percent(6);
    let (from, to) = match (old, probationary) {
        (true, _) => (year - 88, year - 61),
        (_, true) => (year - 45, year - 22),
        _ => (year - 60, year - 24),
    };
    let born = born(draw, from, to, numbering);
    let joined = if probationary {
        let months = draw.between(0, 9) as u32;
        first_of(year - 1, 10 + months)
    } else {
        first_of((born.year() + draw.between(19, 36) as i32).min(year - 2), draw.between(1, 12) as u32)
    };
    let age = year - born.year();
    let exempt = if age >= 76 && draw.percent(45) {
        Some("年老体弱")
    } else if !leads && draw.below(220) == 0 {
        Some("长期患病")
    } else {
        None
    };
    let (first_month, last_month) = match draw.below(100) {
        0 | 1 if !leads && exempt.is_none() => (draw.between(2, 9) as u8, 12),
        2 if !leads && exempt.is_none() => (1, draw.between(3, 11) as u8),
        _ => (1, 12),
    };
    Person {
        seq: at as i64 + 1,
        name,
        female,
        nation,
        id: id(draw, born, female, numbering),
        born,
        joined,
        probationary,
        category: category.to_owned(),
        post: ["书记", "组织委员", "宣传委员", "纪检委员"].get(at).copied(),
        first_month,
        last_month,
        exempt,
        level: if leads && level == Level::Weak { Level::Good } else { level },
    }
}

/// The first of the `month`-th month counted from January of the year.
fn first_of(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year + (month as i32 - 1) / 12, (month - 1) % 12 + 1, 1).unwrap_or_default()
}

/// A birthday within the years. Five hundred people of a county share a remainder of their day's number, each with a
/// sequence number of his own; with the next five hundred the remainder is another.
fn born(draw: &mut Draw, from: i32, to: i32, numbering: Numbering) -> NaiveDate {
    let first = first_of(from, 1);
    let days = (first_of(to + 1, 1) - first).num_days();
    let step = numbering.total.div_ceil(500).max(1) as i64;
    let wanted = (numbering.number / 500) as i64;
    let shift = (wanted - i64::from(first.num_days_from_ce())).rem_euclid(step);
    let day = shift + step * draw.between(0, ((days - 1 - shift) / step).max(0));
    first + chrono::Duration::days(day)
}

/// 身份证号 by GB 11643: area, birthday, sequence (odd for men), check digit.
fn id(draw: &mut Draw, born: NaiveDate, female: bool, numbering: Numbering) -> String {
    let sequence = numbering.number % 500 * 2 + usize::from(!female);
    let body = format!("{}{}{sequence:03}", draw.pick(&AREAS), born.format("%Y%m%d"));
    const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(WEIGHTS).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_no_number_twice() {
        let total = 20_000;
        let mut draw = Draw::new(1, 0, 0);
        let mut ids: Vec<String> =
            (0..total).map(|number| person(&mut draw, 9, "农村党员", Numbering { number, total }, 2026, Level::Good).id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), total);
    }

    #[test]
    fn about_three_in_ten_are_past_sixty() {
        let mut draw = Draw::new(7, 0, 0);
        let old = (0..2000).filter(|number| {
            let one = person(&mut draw, number % 22, "农村党员", Numbering { number: *number, total: 2000 }, 2026, Level::Good);
            2026 - one.born.year() >= 61
        });
        assert!((460..=640).contains(&old.count()));
    }
}
