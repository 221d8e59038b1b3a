//! The command line in the reader's language: help texts, headings, and why arguments are refused.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use crate::diag::{Lang, fill, text};
use crate::words::width;

use super::args::Arguments;
use super::printer::widths;
use super::terminal::rows;
use super::values::Wrong;

/// Arguments that cannot be used, or a call for help.
pub struct Refused {
    text: String,
    help: bool,
}

impl Refused {
    /// Prints it; help is a result, a refusal is exit code 2.
    pub fn print(self) -> u8 {
        use std::io::Write;
        let (out, err) = widths();
        if self.help {
            let _ = writeln!(std::io::stdout(), "{}", fitted(&self.text, out));
            return 0;
        }
        let _ = writeln!(std::io::stderr(), "{}", fitted(&self.text, err));
        2
    }
}

/// Help whose rows fit: what an option is for goes on below where it began.
fn fitted(text: &str, columns: Option<usize>) -> String {
    let fit = |line: &str| {
        // `  -h, --help  Print help`: the words begin behind the last wide gap.
        let begins = line.trim_start().find("  ").filter(|_| line.starts_with("  "));
        let gap = begins.map_or(0, |at| line.len() - line.trim_start().len() + at);
        let lead = line.len() - line[gap..].trim_start().len();
        let lead = if begins.is_some() { lead } else { 0 };
        rows(&line[lead..], columns, &line[..lead], &" ".repeat(width(&line[..lead]))).join("\n")
    };
    text.trim_end().lines().map(fit).collect::<Vec<_>>().join("\n")
}

/// The system's language: English if its locale says so, else Chinese.
pub fn system_lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("en")) { Lang::En } else { Lang::Zh }
}

/// `--lang` decides the language of help and errors too, so it is looked for before anything is parsed.
fn wanted_lang(args: &[OsString]) -> Lang {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let given = words.iter().enumerate().find_map(|(at, word)| match *word {
        "--lang" => words.get(at + 1).copied(),
        _ => word.strip_prefix("--lang="),
    });
    match given {
        Some("en") => Lang::En,
        Some("zh") => Lang::Zh,
        _ => system_lang(),
    }
}

/// Reads the arguments; help and refusals come back as text in the wanted language.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Arguments, Refused> {
    let args: Vec<OsString> = args.collect();
    let lang = wanted_lang(&args);
    let mut command = worded(Arguments::command(), lang);
    let named = args.iter().skip(1).filter_map(|arg| arg.to_str()).find(|word| command.find_subcommand(word).is_some()).map(str::to_owned);
    let help = named.map_or_else(|| "scorebook --help".to_owned(), |name| format!("scorebook help {name}"));
    let matches = command.try_get_matches_from_mut(args).map_err(|error| refused(&error, lang, &help))?;
    Arguments::from_arg_matches(&matches).map_err(|error| refused(&error.format(&mut command), lang, &help))
}

/// The help of a command, or of all.
pub fn help(words: &[String], lang: Lang) -> u8 {
    let program = ["scorebook", "--lang", if lang == Lang::Zh { "zh" } else { "en" }].map(OsString::from);
    let args = program.into_iter().chain(words.iter().map(OsString::from)).chain([OsString::from("--help")]);
    match parse(args) {
        Err(refused) => refused.print(),
        Ok(_) => 0,
    }
}

/// A command and those below it with the texts of a language for the keys that the definition holds.
pub(super) fn worded(command: clap::Command, lang: Lang) -> clap::Command {
    let t = |key: &str| text(key, lang);
    let (usage, commands, options, start) = (t("help-usage"), t("help-commands"), t("help-options"), t("help-start"));
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    let about = command.get_about().map(|key| t(&key.to_string()));
    let template = match (command.get_name() == "scorebook", command.has_subcommands()) {
        (true, _) => format!("{{about}}\n\n{usage}{colon}{{usage}}\n\n{commands}\n{{subcommands}}\n\n{options}\n{{options}}\n\n{start}\n"),
        (_, true) => format!("{{about}}\n\n{usage}{colon}{{usage}}\n\n{commands}\n{{subcommands}}\n"),
        _ => format!("{{about}}\n\n{usage}{colon}{{usage}}\n\n{{all-args}}\n"),
    };
    let command = if let Some(about) = about { command.about(about) } else { command };
    let mut place = 0;
    command
        .subcommand_value_name(t("value-command"))
        .help_template(template)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            // Those without a name in the order in which they are typed.
            place += 1;
            let arg = if arg.is_positional() { arg.display_order(place) } else { arg };
            let help = arg.get_help().map(|key| t(&key.to_string()));
            // What every command has stands behind what is the command's own.
            let heading = if arg.is_positional() {
                "help-arguments"
            } else if arg.is_global_set() {
                "help-globals"
            } else {
                "help-options"
            };
            // `zh|en` is no key: it says the same in every language.
            let value = arg.get_value_names().and_then(|names| names.first()).filter(|name| name.starts_with("value-")).map(|key| t(key));
            let arg = if let Some(value) = value { arg.value_name(value) } else { arg };
            arg.help(help).help_heading(t(heading))
        })
        .mut_subcommands(|sub| worded(sub, lang))
}

/// The parser's refusal in a clerk's words, and which command has the help.
fn refused(error: &clap::Error, lang: Lang, help: &str) -> Refused {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        // The parser writes this word itself.
        let text = error.render().to_string().replace("[OPTIONS]", &fill("help-usage-options", lang, &[]));
        return Refused { text, help: asked };
    }
    let context = |kind: ContextKind| -> Vec<String> {
        match error.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(all)) => all.clone(),
            _ => Vec::new(),
        }
    };
    let first = |kind: ContextKind| context(kind).into_iter().next();
    let near = |kind: ContextKind| first(kind).map(|name| fill("usage-near", lang, &[("name", &name)])).unwrap_or_default();
    let said = match error.kind() {
        ErrorKind::UnknownArgument => first(ContextKind::InvalidArg)
            .map(|what| fill("usage-unknown", lang, &[("what", &what), ("near", &near(ContextKind::SuggestedArg))])),
        ErrorKind::InvalidSubcommand => first(ContextKind::InvalidSubcommand)
            .map(|what| fill("usage-unknown", lang, &[("what", &what), ("near", &near(ContextKind::SuggestedSubcommand))])),
        ErrorKind::MissingRequiredArgument => Some(fill("usage-missing", lang, &[("what", &context(ContextKind::InvalidArg).join(" "))])),
        ErrorKind::MissingSubcommand => Some(fill("usage-missing", lang, &[("what", &context(ContextKind::ValidSubcommand).join(" | "))])),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => first(ContextKind::InvalidArg).map(|what| {
            let all = context(ContextKind::ValidValue);
            let source = std::error::Error::source(error);
            let source = source.map(|why| why.downcast_ref::<Wrong>().map_or_else(|| why.to_string(), |wrong| wrong.allowed(lang)));
            let all = if all.is_empty() { source.unwrap_or_default() } else { all.join(" ") };
            let allowed = if all.is_empty() { String::new() } else { fill("usage-allowed", lang, &[("all", &all)]) };
            let value = first(ContextKind::InvalidValue).unwrap_or_default();
            fill("usage-value", lang, &[("value", &value), ("what", &what), ("allowed", &allowed)])
        }),
        ErrorKind::ArgumentConflict => first(ContextKind::InvalidArg)
            .filter(|what| context(ContextKind::PriorArg).iter().all(|prior| prior == what))
            .map(|what| fill("usage-twice", lang, &[("what", &what)])),
        _ => None,
    };
    let said = said.unwrap_or_else(|| error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned());
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    Refused { text: format!("{}{colon}{said}\n{}", text("usage-fault", lang), fill("usage-help", lang, &[("command", help)])), help: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a command or an option is for is said in both languages; a key that the catalogue lacks panics.
    #[test]
    fn every_command_and_option_has_its_help() {
        fn silent(command: &clap::Command) -> Vec<String> {
            let own = command.get_arguments().filter(|arg| arg.get_help().is_none()).map(|arg| format!("{command} {arg}"));
            let below = command.get_subcommands().filter(|sub| !sub.is_hide_set()).flat_map(silent);
            let about = command.get_about().is_none().then(|| command.to_string());
            own.chain(below).chain(about).collect()
        }
        for lang in [Lang::Zh, Lang::En] {
            let mut command = worded(Arguments::command(), lang);
            command.build();
            assert_eq!(silent(&command), Vec::<String>::new());
        }
    }

    /// Help of a command in Chinese has no word of the parser's, and what all commands have stands last.
    #[test]
    fn help_is_in_the_reader_s_words() {
        let help = |words: &[&str], lang: &str| {
            let words = ["scorebook", "--lang", lang].into_iter().chain(words.iter().copied()).chain(["--help"]);
            parse(words.map(OsString::from)).err().map(|refused| refused.text).unwrap_or_default()
        };
        for words in [&["run"][..], &["merge"], &["scheme", "show"], &["template", "export"], &["sample"], &["archive"], &[]] {
            let told = help(words, "zh");
            assert!(!told.contains("OPTIONS") && !told.contains("COMMAND"), "{told}");
            let values = told.split('<').skip(1).filter_map(|rest| rest.split('>').next());
            let latin: Vec<&str> = values.filter(|value| !value.contains('|') && value.is_ascii()).collect();
            assert!(latin.is_empty(), "{latin:?}\n{told}");
        }
        let told = help(&["run"], "en");
        let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}\n{told}"));
        assert!(at("--break-lock") < at("Options of every command") && at("Options of every command") < at("--lang"), "{told}");
    }

    #[test]
    fn rows_of_help_fit() {
        let text = "用法：x\n\n选项:\n  -h, --help       显示帮助，说明每一个选项是做什么用的\n      --out <DIR>  in short words";
        let fit = fitted(text, Some(40));
        let rows: Vec<&str> = fit.lines().collect();
        assert_eq!(rows[3..5], ["  -h, --help       显示帮助，说明每一个", "                   选项是做什么用的"], "{fit}");
        assert_eq!(fitted(text, None), text);
    }

    #[test]
    fn numbers_beyond_their_bounds_are_refused_with_what_may_be_written() {
        let told = |lang: &str, words: &[&str]| {
            let words = ["scorebook", "--lang", lang].into_iter().chain(words.iter().copied());
            parse(words.map(OsString::from)).err().map(|refused| refused.text).unwrap_or_default()
        };
        assert!(told("zh", &["run", "w", "--jobs", "0"]).contains("“0”不能用于 --jobs <数>；可以写：1–512 的整数"));
        assert!(
            told("en", &["explain", "w", "n", "--seq", "x"])
                .contains("`x` cannot be used for --seq <N>; allowed are: whole numbers from 1 on")
        );
        assert!(told("zh", &["run", "w", "--date", "2026"]).contains("2026-12-14 这样的日期，或 today（当天）"));
        assert_eq!(told("zh", &["sample", "d", "--mess", "100", "--seed", "0"]), "");
    }

    #[test]
    fn an_option_given_twice_is_refused_in_the_reader_s_language() {
        let told = |lang: &str| {
            let words = ["scorebook", "--lang", lang, "run", "w", "--forms", "board", "--forms", "registry"];
            parse(words.map(OsString::from).into_iter()).err().map(|refused| refused.text).unwrap_or_default()
        };
        assert!(told("zh").starts_with("命令写得不对：--forms <表,…> 只能写一次；几个值用逗号隔开\n"), "{}", told("zh"));
        assert!(told("en").contains("--forms <FORM,…> may be given once"), "{}", told("en"));
    }
}
