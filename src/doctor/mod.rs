//! What a workspace lacks, and how each thing is mended: looked at without reading a submission and without changing anything.

use std::path::Path;

use chrono::{Datelike, NaiveDate};

use crate::county::{CountyError, Register, Spelling, TEXT, WORKBOOK, settings_file};
use crate::diag::{Lang, Said};
use crate::forms::publication;
use crate::period::RunPeriod;
use crate::post::{PeriodLine, PeriodState, periods};
use crate::publish::{free_bytes, lock_left, may_write, used_bytes};
use crate::run::{Options, RunError, Setup, Templates, load_fonts, out_folder, owing, prepare, register_alone};
use crate::words::counted;

/// Times the last result that must be free: the new one beside the old, as folder, staging and archive.
const TIMES: u64 = 4;

/// One thing that was looked at.
#[derive(Debug)]
pub struct Line {
    /// What it is about: `settings`, `register`, `calendar` …
    pub about: &'static str,
    /// True if nothing is to be done.
    pub well: bool,
    /// What was found.
    pub found: Said,
    /// How it is mended, or what comes next.
    pub mend: Option<Said>,
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn well(&mut self, about: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Line { about, well: true, found: Said::new(zh, en), mend: None });
    }

    fn next(&mut self, about: &'static str, found: Said, mend: Said) {
        self.0.push(Line { about, well: true, found, mend: Some(mend) });
    }

    fn mend(&mut self, about: &'static str, found: Said, mend: Said) {
        self.0.push(Line { about, well: false, found, mend: Some(mend) });
    }
}

/// Looks at everything that a command needs of a workspace.
///
/// # Errors
/// Where there is no workspace.
pub fn doctor(options: &Options) -> Result<Vec<Line>, RunError> {
    let root = &options.workspace;
    let mut lines = Lines::default();
    let file = settings_file(root);
    if let Err(error) = &file
        && ![WORKBOOK, TEXT].iter().any(|name| root.join(name).exists())
    {
        return Err(RunError::County(CountyError::Config { path: root.clone(), error: config(error) }));
    }
    match prepare(options) {
        Ok(county) => {
            loaded(&mut lines, &county);
            let periods = periods(&county, options, &[]);
            dates(&mut lines, &county, periods.as_ref().map_or(&[], |(all, _)| all.as_slice()));
            templates(&mut lines, options, &county);
            let waiting = folders(&mut lines, options, &county);
            lock(&mut lines, root);
            match periods {
                Ok((all, damaged)) => year(&mut lines, options, &county, &all, damaged, waiting),
                Err(error) => {
                    let mend = Said::new("按上面所写处理后再运行", "see to that and run again");
                    lines.mend("records", Said::new(error.message(Lang::Zh), error.message(Lang::En)), mend);
                }
            }
        }
        Err(error) => {
            faults(&mut lines, root, &error);
            if !lines.0.iter().any(|line| line.about == "register") {
                register(&mut lines, register_alone(root).as_ref());
            }
            rights(&mut lines, root);
            lock(&mut lines, root);
        }
    }
    Ok(lines.0)
}

/// The faults of an error about the settings' file.
fn config(error: &CountyError) -> crate::config::ConfigError {
    match error {
        CountyError::Config { error, .. } => error.clone(),
        CountyError::Io { .. } => crate::config::ConfigError { faults: Vec::new() },
    }
}

/// Faults of the county's own files; each says itself what is allowed.
fn faults(lines: &mut Lines, root: &Path, error: &RunError) {
    if let RunError::Several(all) = error {
        return all.iter().for_each(|error| faults(lines, root, error));
    }
    let path = match error {
        RunError::County(CountyError::Config { path, .. } | CountyError::Io { path, .. }) | RunError::Io { path, .. } => {
            Some(path.as_path())
        }
        RunError::Config { file, .. } => Some(Path::new(file)),
        _ => None,
    };
    let place = path.map(|path| path.strip_prefix(root).unwrap_or(path));
    let settings = [TEXT, WORKBOOK].map(Path::new);
    let about = match (error, place) {
        (RunError::Calendar(_), _) => "calendar",
        (_, Some(place)) if place.starts_with("calendar") => "calendar",
        (_, Some(place)) if place.ends_with("intake.toml") => "intake",
        (_, Some(place)) if place.starts_with("schemes") => "scheme",
        (RunError::County(_) | RunError::Io { .. }, Some(place)) if !settings.iter().any(|name| place.ends_with(name)) => "register",
        _ => "settings",
    };
    let mend =
        Said::new("按上面所写改好、保存，再运行一次 scorebook doctor", "put that right, save the file, and run scorebook doctor again");
    lines.mend(about, Said::new(error.message(Lang::Zh), error.message(Lang::En)), mend);
}

/// Settings, register and schemes that were read.
fn loaded(lines: &mut Lines, county: &Setup) {
    let workspace = &county.workspace;
    let file = workspace.settings.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let schemes: Vec<String> = county.schemes.iter().map(|scheme| scheme.name.clone()).collect();
    lines.well(
        "settings",
        format!("{file}：{}{}年，积分制：{}", workspace.county, workspace.year, schemes.join("、")),
        format!("{file}: {} {}, schemes: {}", workspace.county, workspace.year, schemes.join(", ")),
    );
    register(lines, Some(&county.register));
}

/// Who is on the register; none if the settings do not show where it is.
fn register(lines: &mut Lines, register: Option<&Register>) {
    let Some(register) = register else {
        return lines.next(
            "register",
            Said::new("设置没有读出来，不知道机构名册在哪里，还没有看", "the settings do not show where it is, so it was not looked at"),
            Said::new("先把设置改好", "put the settings right first"),
        );
    };
    let (branches, committees) = (register.branches.len(), register.committees().len());
    lines.well(
        "register",
        format!("{committees} 个党（工）委，{branches} 个支部"),
        format!("{}, {}", counted(committees, "committee", "committees"), counted(branches, "branch", "branches")),
    );
    for spelling in &register.spellings {
        let Spelling { written, taken, at, rows } = spelling;
        lines.well(
            "register",
            format!("“{written}”（{at} 起 {rows} 行）按“{taken}”处理；名册里请写成一样"),
            format!("`{written}` ({} from {at} on) is taken as `{taken}`; write it alike", counted(*rows, "row", "rows")),
        );
    }
}

/// Calendars, and the dates that are set. `periods` says what is posted already.
fn dates(lines: &mut Lines, county: &Setup, periods: &[PeriodLine]) {
    let (workspace, year) = (&county.workspace, county.workspace.year);
    let known = |year: i32| NaiveDate::from_ymd_opt(year, 1, 4).is_some_and(|day| county.calendar.is_workday(day).is_some());
    let how = |year: i32| {
        let example = format!(
            "year = {year}，notice = \"国办发明电…号\"，date = \"{}-11-04\"，off = [\"01-01..01-03\", …]，makeup = [\"01-04\", …]",
            year - 1
        );
        Said::new(
            format!("按国务院办公厅关于{year}年放假安排的通知，写成工作区里的 calendar/{year}.toml：{example}，每项一行"),
            format!("write the State Council's notice for {year} as calendar/{year}.toml in the workspace, a line each: {example}"),
        )
    };
    if known(year) {
        lines.well("calendar", format!("有{year}年的放假安排"), format!("the holidays of {year} are known"));
    } else {
        let found = Said::new(
            format!("没有{year}年的放假安排，公示期的最后一天算不出来"),
            format!("the holidays of {year} are not known: no last day of a publication can be worked out"),
        );
        lines.mend("calendar", found, how(year));
    }
    let mut beyond = false;
    let runs: Vec<RunPeriod> = county.scored_periods();
    let is_posted = |run: &RunPeriod| periods.iter().any(|line| line.run == *run && line.n.is_some());
    let unset: Vec<RunPeriod> =
        runs.iter().copied().filter(|run| workspace.dates.notice(*run).posted.is_none() && !is_posted(run)).collect();
    for run in &runs {
        let notice = workspace.dates.notice(*run);
        let Some(posted) = notice.posted else { continue };
        let issuer = crate::forms::Issuer {
            run: *run,
            posted: Some(posted),
            count_posting_day: notice.count_posting_day.unwrap_or(false),
            ..county.issuer()
        };
        beyond |= posted.year() > year || county.schemes.iter().any(|scheme| publication(&issuer, &county.calendar, scheme).1.is_none());
        if let Some(due) = workspace.dates.due(*run).filter(|due| *due > posted) {
            lines.mend(
                "dates",
                Said::new(
                    format!("{}的报送截止 {due} 晚于公示开始 {posted}", run.zh()),
                    format!("{run} is due on {due}, after its posting on {posted}"),
                ),
                Said::new("把其中一个日期改过来", "correct one of the two dates"),
            );
        }
    }
    if beyond && known(year) && !known(year + 1) {
        let next = year + 1;
        let found = Said::new(
            format!("有的公示期到{next}年才结束，而没有{next}年的放假安排，最后一天算不出来"),
            format!("some publications end in {next}, whose holidays are not known: their last day cannot be worked out"),
        );
        lines.mend("calendar", found, how(next));
    }
    if unset.is_empty() {
        lines.well("dates", "没有公示的期间都写了公示开始", "every period that is not posted has its day of posting");
    } else {
        let (zh, en) = named(unset);
        lines.next(
            "dates",
            Said::new(
                format!("没有写公示开始：{zh}；公示栏上留空由张贴的人填"),
                format!("without a day of posting: {en}; their boards have blanks"),
            ),
            Said::new(
                "知道日期的，写在设置的“日期”表（scorebook.toml 是 [notice.\"期间\"] 的 posted）",
                "if it is known, write it on the sheet 日期 of the settings (in scorebook.toml `posted` of [notice.\"P\"])",
            ),
        );
    }
}

/// Periods by their names: `1月至12月、一季度、全年`; those that follow one another are one range.
fn named(mut runs: Vec<RunPeriod>) -> (String, String) {
    runs.sort_by_key(|run| (run.period.every(), run.period.number()));
    let follows =
        |one: &RunPeriod, next: &RunPeriod| one.period.every() == next.period.every() && one.period.number() + 1 == next.period.number();
    let ranges = || runs.chunk_by(follows).filter_map(|range| Some((range.first()?, range.last()?)));
    let zh = ranges()
        .map(|(first, last)| if first == last { first.period.zh() } else { format!("{}至{}", first.period.zh(), last.period.zh()) });
    let en = ranges().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") });
    (zh.collect::<Vec<_>>().join("、"), en.collect::<Vec<_>>().join(", "))
}

fn templates(lines: &mut Lines, options: &Options, county: &Setup) {
    let folder = county.workspace.root.join("templates/fonts");
    match load_fonts(&folder) {
        Ok(_) => {
            let own = if folder.is_dir() { ("和 templates/fonts 里的字体", " and those of templates/fonts") } else { ("", "") };
            lines.well("fonts", format!("内置字体{}都能用", own.0), format!("the built-in fonts{} can be used", own.1));
        }
        Err(error) => {
            let mend = Said::new(
                "换成完好的 .ttf 或 .otf 文件，或从 templates/fonts 移走",
                "replace it by a whole .ttf or .otf file, or take it out of templates/fonts",
            );
            lines.mend("fonts", Said::new(error.message(Lang::Zh), error.message(Lang::En)), mend);
            return;
        }
    }
    match Templates::of(options, county, crate::forms::FORMS.iter().collect()) {
        Ok(_) => lines.well("templates", "表样都能用", "all templates can be used"),
        Err(error) => {
            let mend = Said::new(
                "用 scorebook template check 文件 逐条核对后改好；想重来的，把它移走，用内置的",
                "see `scorebook template check FILE` and correct it; taken out of the folder, the built-in one is used",
            );
            lines.mend("templates", Said::new(error.message(Lang::Zh), error.message(Lang::En)), mend);
        }
    }
}

/// What comes before the first submission: blank workbooks for the branches.
fn hand_out(options: &Options, waiting: Option<usize>) -> Said {
    if waiting != Some(0) {
        return Said::default();
    }
    let command = format!("scorebook issue {}", options.workspace.display());
    Said::new(format!("用 {command} 做出空白报送表下发，"), format!("hand out the blank workbooks that {command} makes; "))
}

/// Inbox, last year's results, disk and rights; how much lies in the inbox, if it can be opened.
fn folders(lines: &mut Lines, options: &Options, county: &Setup) -> Option<usize> {
    let workspace = &county.workspace;
    let waiting = std::fs::read_dir(&workspace.inbox).map(Iterator::count);
    match &waiting {
        Ok(count) => {
            let en = counted(*count, "file or folder", "files or folders");
            lines.well(
                "inbox",
                format!("{} 里有 {count} 个文件或文件夹", workspace.inbox.display()),
                format!("{} holds {en}", workspace.inbox.display()),
            );
        }
        Err(error) => {
            let found = Said::new(
                format!("收件文件夹 {} 打不开（{}）", workspace.inbox.display(), crate::county::io_zh(error)),
                format!("the inbox {} cannot be opened: {error}", workspace.inbox.display()),
            );
            lines.mend(
                "inbox",
                found,
                Said::new("新建这个文件夹，或在设置里改“收件文件夹”", "make that folder, or correct the inbox in the settings"),
            );
        }
    }
    if let Some(last) = workspace.last_year.as_deref().filter(|last| !last.is_dir()) {
        let found =
            Said::new(format!("上年结果 {} 不在", last.display()), format!("last year's results, {}, are not there", last.display()));
        lines.mend(
            "last-year",
            found,
            Said::new("在设置里改“上年结果”，没有的就空着", "correct `last_year` in the settings, or leave it out"),
        );
    }
    rights(lines, &workspace.root);
    let out = out_folder(options);
    let folders = std::fs::read_dir(&out).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let results = folders.filter(|path| path.join("manifest.json").is_file()).map(|path| used_bytes(&path));
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    match (free_bytes(&workspace.root), results.max()) {
        (None, _) => lines.well("disk", "这个系统上没有查看磁盘余量", "free space is not looked at on this system"),
        (Some(free), None) => lines.well(
            "disk",
            format!("磁盘余 {} MB；还没有结果", megabytes(free)),
            format!("{} MB are free; there is no result yet", megabytes(free)),
        ),
        (Some(free), Some(last)) if free >= TIMES * last => {
            lines.well("disk", format!("磁盘余 {} MB，够用", megabytes(free)), format!("{} MB are free, which is enough", megabytes(free)));
        }
        (Some(free), Some(last)) => {
            let wanted = megabytes(TIMES * last);
            let found = Said::new(
                format!("磁盘只余 {} MB，按上次结果要留 {wanted} MB", megabytes(free)),
                format!("{} MB are free; {wanted} MB are needed, going by the last result", megabytes(free)),
            );
            lines.mend("disk", found, Said::new("腾出空间，或把工作区放到另一个盘", "make room, or move the workspace to another disk"));
        }
    }
    waiting.ok()
}

fn rights(lines: &mut Lines, root: &Path) {
    match may_write(root) {
        Ok(()) => lines.well("rights", "工作区可以写入", "the workspace can be written to"),
        Err(error) => {
            let error = RunError::from(error);
            let mend = Said::new(
                "把工作区复制到自己能写的文件夹（不要放在光盘、只读U盘或别人的共享里）",
                "copy the workspace to a folder that you may write to",
            );
            lines.mend("rights", Said::new(error.message(Lang::Zh), error.message(Lang::En)), mend);
        }
    }
}

fn lock(lines: &mut Lines, root: &Path) {
    let Some(left) = lock_left(root) else {
        return lines.well("lock", "没有人在用", "nobody is writing here");
    };
    let (zh, en) = (left.holder.told(Lang::Zh), left.holder.told(Lang::En));
    if left.other_machine {
        lines.mend(
            "lock",
            Said::new(format!("另一台电脑占用着：{zh}"), format!("another machine has the lock: {en}")),
            Said::new("问清那台电脑确实没有在运行，再加 --break-lock", "make sure that nothing runs there, then use --break-lock"),
        );
    } else if left.runs {
        lines.next(
            "lock",
            Said::new(format!("正在运行：{zh}"), format!("a command is running: {en}")),
            Said::new("等它做完，或加 --wait", "wait until it is done, or use --wait"),
        );
    } else {
        lines.well(
            "lock",
            format!("上次没有正常结束（{zh}），下一个命令会自动接管"),
            format!("the last command did not end as it should ({en}); the next one takes over"),
        );
    }
}

/// True if somebody is scored in a draft.
fn has_results(draft: &Path) -> bool {
    std::fs::metadata(draft.join("results.jsonl")).is_ok_and(|file| file.len() > 0)
}

/// The period that is to be run next: of the length that was run last, if the year has one behind it without a result.
fn next(all: &[PeriodLine]) -> Option<&PeriodLine> {
    let open = |line: &&PeriodLine| line.state == PeriodState::None;
    let last = all.iter().filter(|line| !open(line)).map(|line| line.run.period.last_month()).max().unwrap_or(0);
    let behind = |line: &&PeriodLine| open(line) && line.run.period.last_month() > last;
    let length = all.iter().find(|line| !open(line) && line.run.period.last_month() == last).map(|line| line.run.period.every());
    let alike = all.iter().filter(behind).find(|line| Some(line.run.period.every()) == length);
    alike.or_else(|| all.iter().find(behind)).or_else(|| all.iter().find(open))
}

/// What comes next in the year, and what is not posted. `waiting` is how much lies in the inbox.
fn year(lines: &mut Lines, options: &Options, county: &Setup, all: &[PeriodLine], damaged: Vec<String>, waiting: Option<usize>) {
    for file in damaged {
        lines.mend(
            "records",
            Said::new(
                format!("公示存档里的 {file} 被改动过，不再用来比较"),
                format!("{file} of 公示存档 was changed and is not compared with"),
            ),
            Said::new(
                "从备份中恢复这个文件；没有备份的，用 scorebook post --withdraw 撤回这次登记",
                "restore it from a backup, or withdraw the record with `scorebook post --withdraw`",
            ),
        );
    }
    if all.iter().any(|line| line.n.is_some()) {
        lines.well(
            "records",
            "公示存档里的报送表原件含身份证号，其他文件没有；整个文件夹请按内部资料保管",
            "the kept submissions in 公示存档 hold identity numbers, its other files none; keep the folder as you keep the inbox",
        );
    }
    // A draft in which nobody was accepted has nothing to post.
    let draft = |line: &PeriodLine| line.state == PeriodState::Draft && has_results(&out_folder(options).join(line.run.to_string()));
    let unposted = |line: &&PeriodLine| draft(line) || line.state == PeriodState::Unposted;
    for line in all.iter().filter(unposted) {
        let (run, zh) = (line.run, line.run.zh());
        let found = if line.state == PeriodState::Draft {
            Said::new(format!("{zh}的结果还没有公示登记"), format!("the result of {run} is not posted"))
        } else {
            Said::new(format!("{zh}有更正还没有公示登记"), format!("corrections of {run} are not posted"))
        };
        let command = |period: String| format!("scorebook post {} --period {period}", options.workspace.display());
        let (zh, en) = (command(run.period.zh()), command(run.to_string()));
        lines.mend("post", found, Said::new(format!("张贴后运行 {zh}"), format!("once it is on the walls run {en}")));
    }
    let Some(next) = next(all) else {
        return lines.well("next", "全年各期都有结果", "every period of the year has a result");
    };
    let count = owing(county, next.run.period.every());
    let (due_zh, due_en) = next.due.map(|due| (format!("，报送截止 {due}"), format!(", due on {due}"))).unwrap_or_default();
    lines.next(
        "next",
        Said::new(
            format!("下一期：{}，按机构名册应报 {count} 个支部{due_zh}", next.run.zh()),
            format!("next: {}, owed by {} of the register{due_en}", next.run, counted(count, "branch", "branches")),
        ),
        hand_out(options, waiting).joined(&Said::new(
            format!("收齐后运行 scorebook run {} --period {}", options.workspace.display(), next.run.period.zh()),
            format!("when submissions are in, run scorebook run {} --period {}", options.workspace.display(), next.run),
        )),
    );
}
