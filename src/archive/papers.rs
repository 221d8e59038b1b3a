//! What a bag says about itself on paper: 归档文件目录 and 四性检测报告.

use std::collections::{BTreeMap, BTreeSet};

use super::close::Closing;
use crate::bag::{ArchiveCode, Item, NO_KEY, Numbered, Payload, Retention, number};
use crate::diag::Severity;
use crate::exact::Decimal;
use crate::forms::{FORMS, Form, RETURN};
use crate::inside;
use crate::run::{BranchState, Original, RunError};
use crate::table::{Align, Column, Sheet, Value, Workbook};
use crate::xlsx::tables;

const DIRECTORY: &str = "data/归档文件目录.xlsx";
const REPORT: &str = "data/四性检测报告.xlsx";

/// What one check of 四性检测 came to.
struct Check {
    property: &'static str,
    what: &'static str,
    /// None where a person has to look.
    passed: Option<bool>,
    detail: String,
}

impl Closing<'_> {
    /// Adds both.
    pub(super) fn papers(&self, originals: &[Original]) -> Result<(), RunError> {
        let rules = &self.county.workspace.archive;
        let code = rules.fonds.as_ref().map(|fonds| ArchiveCode {
            fonds: fonds.clone(),
            category: rules.category.clone().unwrap_or_else(|| "WS".to_owned()),
            department: rules.department.clone(),
        });
        let items = number(self.items(originals), code.as_ref(), self.county.workspace.year);
        let directory = self.workbook("归档文件目录", directory(&items, &self.county.workspace.county, self.county.workspace.year))?;
        self.bag.add(DIRECTORY, &directory)?;
        let checks = self.checks(&items, originals)?;
        let report = self.workbook("四性检测报告", vec![self.report(&checks)])?;
        Ok(self.bag.add(REPORT, &report)?)
    }

    fn workbook(&self, title: &str, sheets: Vec<Sheet>) -> Result<Vec<u8>, RunError> {
        let workspace = &self.county.workspace;
        let book = Workbook {
            title: format!("{}{}年{title}", workspace.county, workspace.year),
            author: workspace.issuer.clone(),
            date: self.record.date.parse().unwrap_or(self.county.date),
            sheets,
        };
        tables::write(book).map_err(|error| RunError::Document { what: title.to_owned(), branch: String::new(), error: error.to_string() })
    }

    fn retention(&self, kind: &str) -> Retention {
        let own = self.county.workspace.archive.retention.get(kind).and_then(|text| Retention::parse(text));
        own.unwrap_or_else(|| Form::named(kind).map_or_else(|| Retention::of(kind), |form| form.retention))
    }

    /// Every document of the bag, once: papers of the run, data, configuration, submissions.
    fn items(&self, originals: &[Original]) -> Vec<Item> {
        let workspace = &self.county.workspace;
        let date = self.record.date.replace('-', "");
        let head = format!("{}{}年", workspace.county, workspace.year);
        let item = |kind: &str, responsible: &str, title: String, paths: Vec<String>| Item {
            retention: self.retention(kind),
            responsible: responsible.to_owned(),
            title,
            date: date.clone(),
            pages: None,
            reference: String::new(),
            remark: String::new(),
            paths,
        };
        let mut items = Vec::new();
        let mut files = Vec::new();
        // A document's files differ in their extension only.
        let mut papers: BTreeMap<&str, (Vec<String>, Option<usize>)> = BTreeMap::new();
        for output in &self.record.outputs {
            let path = format!("{}/{}", Payload::RUN, output.file);
            match output.file.rsplit_once('.') {
                Some((stem, "pdf" | "xlsx" | "html")) => {
                    let paper = papers.entry(stem).or_default();
                    paper.0.push(path);
                    paper.1 = paper.1.or(output.pages);
                }
                _ => files.push(path),
            }
        }
        for (stem, (paths, pages)) in papers {
            let (folder, title) = stem.rsplit_once('/').unwrap_or(("", stem));
            let own = self.unit(folder).unwrap_or(&workspace.issuer);
            let (title, kind) = titled(&workspace.county, workspace.year, title);
            let unit = if folder.is_empty() { String::new() } else { format!("（{own}）") };
            // What goes to a branch or committee is the department's; what lies in its folder otherwise is its own.
            let responsible = if Form::named(kind).is_some_and(Form::is_always_printed) { &workspace.issuer } else { own };
            let reference = self.record.references.get(stem).cloned().unwrap_or_default();
            items.push(Item { reference, pages, ..item(kind, responsible, format!("{title}{unit}"), paths) });
        }
        let payload = self.bag.payload();
        let below = |folder: &str| payload.keys().filter(|path| path.starts_with(&format!("{folder}/"))).cloned().collect::<Vec<_>>();
        let register = workspace.register.file_name().map(|name| format!("{}/{}", Payload::WORKSPACE, name.to_string_lossy()));
        let (schemes, rest): (Vec<String>, Vec<String>) = below(Payload::WORKSPACE)
            .into_iter()
            .filter(|path| Some(path) != register.as_ref())
            .partition(|path| path.contains("/schemes/"));
        items.extend(register.map(|path| item("register", &workspace.issuer, format!("{head}机构名册"), vec![path])));
        items.push(item("scheme", &workspace.issuer, format!("{head}积分细则"), schemes));
        files.push(format!("{}/manifest.json", Payload::RUN));
        files.extend(below(Payload::NORMALIZED));
        files.extend(below(Payload::TABLES));
        files.extend(rest);
        files.push(Payload::NAMES.to_owned());
        items.push(Item {
            remark: "电子数据，无纸质件".to_owned(),
            ..item("data", &workspace.issuer, format!("{head}积分数据、设置与运行记录"), files)
        });
        let mut senders: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, result) in self.resolved.branches.iter().enumerate() {
            senders.extend(result.sources.iter().flat_map(|sent| sent.names()).map(|file| (file, at)));
        }
        for original in originals {
            let branch = senders.get(original.first_name.as_str()).map(|at| (*at, &self.county.register.branches[*at]));
            let title =
                branch.map_or_else(|| format!("[{}]", original.first_name), |(_, branch)| format!("{}{head}积分报送表", branch.name));
            let reported = branch.and_then(|(at, _)| match &self.resolved.branches[at].state {
                BranchState::Accepted(card) => card.submission.reported(),
                _ => None,
            });
            items.push(Item {
                date: reported.map(|day| day.format("%Y%m%d").to_string()).unwrap_or_default(),
                remark: format!(
                    "原文件名 {}{}",
                    original.first_name,
                    if original.opened_sha256.is_some() { "（已解除打开密码）" } else { "" }
                ),
                ..item(
                    "submission",
                    branch.map_or("", |(_, branch)| &branch.name),
                    title,
                    vec![format!("{}/{}", Payload::ORIGINALS, original.path)],
                )
            });
        }
        items
    }

    /// The branch or committee whose folder it is.
    fn unit(&self, folder: &str) -> Option<&str> {
        if let Some(committee) = folder.strip_prefix("党委/") {
            let known = self.county.register.committees().into_iter().find(|name| crate::publish::safe_name(name) == committee);
            return known.or(Some("")).filter(|name| !name.is_empty());
        }
        let folder = folder.strip_prefix("支部/")?;
        let own = self
            .county
            .register
            .branches
            .iter()
            .filter(|branch| folder.strip_prefix(&branch.code).is_some_and(|rest| rest.starts_with('-')));
        // One code may begin another: the longest is meant.
        own.max_by_key(|branch| branch.code.len()).map(|branch| branch.name.as_str())
    }

    /// GB/T 18894 and DA/T 70, as far as a program can tell.
    fn checks(&self, items: &[Numbered], originals: &[Original]) -> Result<Vec<Check>, RunError> {
        let payload = self.bag.payload();
        let check = |property, what, passed: bool, detail: String| Check { property, what, passed: Some(passed), detail };
        let mut checks = Vec::new();
        let entries = self.resolved.inputs.len();
        checks.push(check(
            "真实性",
            "收到的文件与运行时一致（SHA-256 逐个比对）",
            true,
            format!("{} 个原件，其中报送表 {entries} 份，与运行清单 manifest.json 所列摘要逐一相同", originals.len()),
        ));
        checks.push(check(
            "真实性",
            "表格文件与运行时一致（SHA-256 逐个比对）",
            true,
            format!("{} 个文件与运行清单所列摘要逐一相同", self.record.outputs.len()),
        ));
        let results = self.resolved.states().map(|state| if let BranchState::Accepted(card) = state { card.outcomes.len() } else { 0 });
        checks.push(check(
            "真实性",
            "由原件和细则重新计算，结果相同",
            true,
            format!("{} 条结果重新计算后与 results.jsonl 逐字节相同", results.sum::<usize>()),
        ));
        let workspace = &self.county.workspace;
        let named = [("单位", &workspace.issuer), ("县名", &workspace.county), ("日期", &self.record.date)];
        let blank: Vec<&str> = named.iter().filter(|(_, value)| value.trim().is_empty()).map(|(name, _)| *name).collect();
        checks.push(check(
            "真实性",
            "元数据（bag-info.txt）齐全",
            blank.is_empty(),
            if blank.is_empty() { "单位、年度、日期、版本、数量俱全".into() } else { format!("缺 {}", blank.join("、")) },
        ));
        let branches = self.resolved.branches.len();
        let accepted = self.resolved.states().filter(|state| matches!(state, BranchState::Accepted(_))).count();
        let reason = self.incomplete.map(|reason| format!("；未完成即归档，原因：{reason}")).unwrap_or_default();
        checks.push(check(
            "完整性",
            "名册所列支部全部通过",
            accepted == branches,
            format!("名册 {branches} 个，通过 {accepted} 个{reason}"),
        ));
        let gaps = gaps(items);
        checks.push(check("完整性", "件号连续，无重号、缺号", gaps == 0, format!("{} 件；不连续 {gaps} 处", items.len())));
        let listed: BTreeSet<&String> = items.iter().flat_map(|one| &one.item.paths).collect();
        let unlisted = payload.keys().filter(|path| *path != DIRECTORY && !listed.contains(path)).count();
        let absent = listed.iter().filter(|path| !payload.contains_key(**path)).count();
        checks.push(check(
            "完整性",
            "目录与文件一一对应",
            unlisted == 0 && absent == 0,
            format!("目录所列 {} 个文件；有目录无文件 {absent} 个，有文件无目录 {unlisted} 个", listed.len()),
        ));
        let errors = self.resolved.findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
        checks.push(check("完整性", "问题及处理过程有记录", true, format!("findings.jsonl 留存全部问题，其中错误 {errors} 条")));
        let forms = self.forms()?;
        checks.push(check(
            "可用性",
            "PDF 为 PDF/A-2u，字体内嵌、不加密",
            forms.archival == forms.pdf,
            format!("{} 个 PDF，声明 PDF/A-2u 且不加密的 {} 个", forms.pdf, forms.archival),
        ));
        checks.push(check(
            "可用性",
            "XLSX 可打开、不加密",
            forms.packages == forms.xlsx,
            format!("{} 个 XLSX，其中完好 {} 个", forms.xlsx, forms.packages),
        ));
        let encrypted = self.resolved.findings.iter().filter(|finding| finding.code == crate::diag::Code::EncryptedFile).count();
        checks.push(check("可用性", "原件不加密", encrypted == 0, format!("加密而打不开的原件 {encrypted} 个")));
        checks.push(check("可用性", "规范化数据为开放格式", true, "CSV（UTF-8）、JSON、Parquet，不依赖本程序即可读".into()));
        let macros = macros(originals);
        checks.push(check(
            "安全性",
            "原件不含宏",
            macros.is_empty(),
            if macros.is_empty() { "未发现宏".into() } else { format!("含宏 {} 个：{}", macros.len(), macros.join("、")) },
        ));
        checks.push(check(
            "安全性",
            "归档包内除归档文件外无其他文件",
            unlisted == 0,
            format!("{} 个文件，另有本报告与封装清单", payload.len()),
        ));
        let key = self.county.person_key().mark();
        checks.push(Check {
            property: "安全性",
            what: "数据表以密钥代替身份证号",
            passed: (key != NO_KEY).then_some(true),
            detail: if key == NO_KEY {
                "scorebook.toml 未设 person_key：person 列是身份证号的摘要，逐号试算即可还原；单独提供数据表前请先设置".into()
            } else {
                format!("person 列为 HMAC-SHA-256，密钥（标记 {key}）不在包内")
            },
        });
        checks.push(Check {
            property: "安全性",
            what: "病毒检测",
            passed: None,
            detail: "本程序不查病毒；请在移交前用杀毒软件检查，并在此填写结果".into(),
        });
        checks.push(Check {
            property: "安全性",
            what: "载体可读、过程可控",
            passed: None,
            detail: "刻盘或拷贝后运行 scorebook verify，并在此填写结果".into(),
        });
        Ok(checks)
    }

    /// How the run's papers look from outside.
    fn forms(&self) -> Result<Forms, RunError> {
        let mut forms = Forms::default();
        for output in &self.record.outputs {
            let extension = output.file.rsplit_once('.').map_or("", |(_, extension)| extension);
            if !matches!(extension, "pdf" | "xlsx") {
                continue;
            }
            let path = self.folder.join(&output.file);
            let bytes = inside::own(&path).map_err(|source| RunError::Io { path, source })?;
            if extension == "pdf" {
                forms.pdf += 1;
                let archival = has(&bytes, b"<pdfaid:part>2<") || has(&bytes, b"pdfaid:part=\"2\"");
                forms.archival += usize::from(bytes.starts_with(b"%PDF-") && archival && !has(&bytes, b"/Encrypt "));
            } else {
                forms.xlsx += 1;
                forms.packages += usize::from(bytes.starts_with(b"PK\x03\x04") && has(&bytes, b"[Content_Types].xml"));
            }
        }
        Ok(forms)
    }

    fn report(&self, checks: &[Check]) -> Sheet {
        let rows = checks.iter().enumerate().map(|(at, check)| {
            let passed = match check.passed {
                Some(true) => "通过",
                Some(false) => "不通过",
                None => "待人工检查",
            };
            vec![Value::Number(Decimal::from(at as i64 + 1)), text(check.property), text(check.what), text(passed), text(&check.detail)]
        });
        let of = |wanted: Option<bool>| checks.iter().filter(|check| check.passed == wanted).count();
        // A line to sign, for what a person has to look at is the person's word.
        let signed = vec![Value::Empty, Value::Empty, text("检测人（签字）："), Value::Empty, text("检测日期：")];
        let note = format!(
            "{}　共 {} 项：通过 {} 项，不通过 {} 项，待人工检查 {} 项。依据 GB/T 18894—2016、DA/T 70—2018，由 scorebook {} 在归档时逐项计算得出；标“待人工检查”的，程序无从判断。归档包自身的摘要不在包内，见归档时显示的一行。",
            self.county.workspace.issuer,
            checks.len(),
            of(Some(true)),
            of(Some(false)),
            of(None),
            env!("CARGO_PKG_VERSION")
        );
        Sheet {
            name: "四性检测".into(),
            title: Some(format!("{}{}年度归档四性检测报告", self.county.workspace.county, self.county.workspace.year)),
            note: Some(note),
            columns: vec![
                Column::new("序号", 6.0).align(Align::Center),
                Column::new("性质", 10.0).align(Align::Center),
                Column::new("检测项", 46.0),
                Column::new("结果", 12.0).align(Align::Center),
                Column::new("说明", 70.0),
            ],
            rows: rows.chain([signed]).collect(),
            freeze: true,
            landscape: true,
            ..Sheet::default()
        }
    }
}

/// 题名 of one of the run's files, and the kind of document that it is.
fn titled(county: &str, year: i32, file: &str) -> (String, &'static str) {
    if file.ends_with("-标注") {
        return (format!("{county}{year}年退回的积分报送表标注副本"), RETURN.id);
    }
    let kind = match file.split('-').next().unwrap_or(file) {
        "全县汇总" | "index" => "county",
        "问题清单" => "findings",
        title => FORMS.iter().find(|form| form.title == title).map_or("form", |form| form.id),
    };
    let named = file.strip_prefix("年度").map_or_else(|| format!("年{file}"), |rest| format!("年度{rest}"));
    (format!("{county}{year}{named}"), kind)
}

/// Papers of a run, and how many of them are as an archive wants them.
#[derive(Default)]
struct Forms {
    pdf: usize,
    archival: usize,
    xlsx: usize,
    packages: usize,
}

/// First names of originals that carry macros.
fn macros(originals: &[Original]) -> Vec<String> {
    originals.iter().filter(|original| original.macros).map(|original| original.first_name.clone()).collect()
}

/// True for a workbook with macros: by the part's name in a package, by the storage's in an old workbook.
pub(super) fn carries_macros(bytes: &[u8]) -> bool {
    let storage: Vec<u8> = "_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes).collect();
    has(bytes, b"vbaProject.bin") || has(bytes, &storage)
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// Where a number does not follow the one before it within its retention period.
fn gaps(items: &[Numbered]) -> usize {
    let pairs = items.windows(2).filter(|pair| {
        let same = pair[0].item.retention == pair[1].item.retention;
        pair[1].number != if same { pair[0].number + 1 } else { 1 }
    });
    pairs.count() + usize::from(items.first().is_some_and(|first| first.number != 1))
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) }
}

fn count(count: usize) -> Value {
    Value::Number(Decimal::from(count as i64))
}

/// 归档文件目录, and behind it where each document lies: on paper nobody needs the paths, and they would make it too wide.
fn directory(items: &[Numbered], county: &str, year: i32) -> Vec<Sheet> {
    let sheet = |name: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>, note: Option<&str>| Sheet {
        name: name.to_owned(),
        title: Some(format!("{county}{year}年度{name}")),
        note: note.map(str::to_owned),
        columns,
        rows,
        freeze: true,
        filter: true,
        landscape: true,
        ..Sheet::default()
    };
    let centred = |column: Column| column.align(Align::Center);
    let columns = || {
        vec![
            centred(Column::new("序号", 6.0)),
            Column::new("档号", 28.0),
            Column::new("文号", 20.0),
            Column::new("责任者", 22.0),
            Column::new("题名", 56.0),
            centred(Column::new("日期", 10.0)),
            centred(Column::new("密级", 6.0)),
            centred(Column::new("页数", 6.0)),
            Column::new("备注", 24.0),
        ]
    };
    let row = |one: &Numbered| {
        let item = &one.item;
        let head =
            [count(one.number), text(&one.code), text(&item.reference), text(&item.responsible), text(&item.title), text(&item.date)];
        let tail = [Value::Empty, item.pages.map_or(Value::Empty, count), text(&item.remark)];
        head.into_iter().chain(tail).collect::<Vec<_>>()
    };
    let files = items.iter().flat_map(|one| {
        one.item.paths.iter().map(|path| vec![text(one.item.retention.zh()), count(one.number), text(&one.item.title), text(path)])
    });
    let places = vec![
        centred(Column::new("保管期限", 9.0)),
        centred(Column::new("序号", 6.0)),
        Column::new("题名", 56.0),
        Column::new("包内位置", 76.0),
    ];
    let note = "序号在同一保管期限内连续，一个保管期限一张表；同一文件的 XLSX 与 PDF 为一件，各在何处见“文件位置”表。档号按 scorebook.toml 的 [archive] 编，没有全宗号的留空。密级由档案部门填写。保管期限为程序按文件种类所拟，可在 scorebook.toml 的 [archive.retention] 中更改，以档案部门意见为准。";
    let lists = Retention::ALL.into_iter().filter_map(|retention| {
        let own: Vec<Vec<Value>> = items.iter().filter(|one| one.item.retention == retention).map(row).collect();
        let title = Some(format!("{county}{year}年度归档文件目录（{}）", retention.zh()));
        (!own.is_empty()).then(|| Sheet { title, ..sheet(retention.zh(), columns(), own, Some(note)) })
    });
    lists.chain([sheet("文件位置", places, files.collect(), None)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Value;

    fn items(code: Option<&ArchiveCode>) -> Vec<Numbered> {
        let item = |title: &str, paths: &[&str]| Item {
            retention: Retention::TenYears,
            responsible: "东一支部".into(),
            title: title.into(),
            date: "20261214".into(),
            pages: Some(2),
            reference: String::new(),
            remark: String::new(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        };
        number(vec![item("甲", &["data/a.pdf", "data/a.xlsx"]), item("乙", &["1", "2", "3", "4", "5"])], code, 2026)
    }

    #[test]
    fn the_directory_lists_every_file_on_its_second_sheet() {
        let code = ArchiveCode { fonds: "0012".into(), category: "WS".into(), department: None };
        let sheets = directory(&items(Some(&code)), "示范县", 2026);
        assert_eq!((sheets[0].rows.len(), sheets[1].rows.len()), (2, 7));
        assert_eq!(sheets[0].rows[1][1], Value::Text("0012-WS·2026-D10-0002".into()));
        assert_eq!(sheets[1].rows[1][3], Value::Text("data/a.xlsx".into()));
        let plain = directory(&items(None), "示范县", 2026);
        let headings: Vec<&str> = plain[0].columns.iter().map(|column| column.heading.as_str()).collect();
        assert_eq!(headings, ["序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注"]);
        assert!(plain[0].rows[0].len() == headings.len() && plain[0].rows[0][1] == Value::Empty);
        assert_eq!(plain.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["10年", "文件位置"]);
    }

    #[test]
    fn titles_read_as_a_clerk_would_write_them() {
        for (file, title, kind) in [
            ("考核公示栏", "示范县2026年考核公示栏", "board"),
            ("年度综合得分登记表", "示范县2026年度综合得分登记表", "yearly"),
            ("考核公示栏-一季度", "示范县2026年考核公示栏-一季度", "board"),
            ("0101-东一支部-标注", "示范县2026年退回的积分报送表标注副本", "return"),
            ("全县汇总", "示范县2026年全县汇总", "county"),
        ] {
            assert_eq!(titled("示范县", 2026, file), (title.to_owned(), kind), "{file}");
        }
    }
}
