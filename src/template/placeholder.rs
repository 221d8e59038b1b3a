//! Placeholders in a cell's text, taken apart.

use super::error::Problem;

/// A stretch of a cell's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Literal text, `{{` and `}}` undone.
    Text(String),
    /// What stands between braces.
    Placeholder(Path),
}

/// A placeholder as written, names not yet looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// The text between the braces.
    pub written: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{支部名称}`
    Root(String),
    /// `{.姓名}` `{奖惩.事由}` `{.项目.名称}` `{.>得分}` `{.项目>得分}`; the main list's name is empty.
    Row { list: String, nested: Option<String>, column: bool, field: String },
    /// `{>期间.名称}`
    Column { list: String, field: String },
    /// `{本页.人数}`, and `{本页.>得分}` for each repeated column.
    Total { scope: Scope, column: bool, field: String },
    /// `{?…}`: the row (or the column) goes when the value is empty.
    Condition { drops_column: bool, of: Box<Path> },
    /// `{页码}`
    Page,
    /// `{总页数}`
    Pages,
}

/// What a total is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Page,
    Group,
    All,
}

/// Cuts a text into tokens. Full-width braces are text: they are common in Chinese prose.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            literal.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(Problem::Brace);
        }
        let end = rest.find(['{', '}']).filter(|end| rest[*end..].starts_with('}')).ok_or(Problem::Brace)?;
        if !literal.is_empty() {
            out.push(Token::Text(std::mem::take(&mut literal)));
        }
        out.push(Token::Placeholder(path(&rest[..end])?));
        rest = &rest[end + 1..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        out.push(Token::Text(literal));
    }
    Ok(out)
}

/// Reads what stands between braces. An input method's full-width signs are taken for the plain ones.
fn path(written: &str) -> Result<Path, Problem> {
    let plain: String = written
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '．' | '。' => '.',
            '＞' | '》' => '>',
            '？' => '?',
            other => other,
        })
        .collect();
    let kind = kind(&plain).ok_or_else(|| Problem::Malformed(written.to_owned()))?;
    Ok(Path { written: plain, kind })
}

fn kind(plain: &str) -> Option<Kind> {
    if let Some(condition) = plain.strip_prefix('?') {
        let (drops_column, of) = match condition.strip_prefix('>') {
            Some(field) => (true, field),
            None => (false, condition),
        };
        let kind = kind(of).filter(|kind| matches!(kind, Kind::Root(_) | Kind::Row { column: false, .. }))?;
        if drops_column && !matches!(kind, Kind::Root(_) | Kind::Row { nested: None, .. }) {
            return None;
        }
        return Some(Kind::Condition { drops_column, of: Box::new(Path { written: of.to_owned(), kind }) });
    }
    let name = |text: &str| (!text.is_empty() && !text.contains(['.', '>', '?'])).then(|| text.to_owned());
    if let Some(heading) = plain.strip_prefix('>') {
        let (list, field) = heading.split_once('.')?;
        return Some(Kind::Column { list: name(list)?, field: name(field)? });
    }
    match plain {
        "页码" => return Some(Kind::Page),
        "总页数" => return Some(Kind::Pages),
        _ => {}
    }
    let (owner, column, field) = match (plain.rsplit_once('>'), plain.rsplit_once('.')) {
        (Some((owner, field)), _) => (owner, true, field),
        (None, Some((owner, field))) => (owner, false, field),
        (None, None) => return Some(Kind::Root(name(plain)?)),
    };
    let field = name(field)?;
    // `.` and `` both stand for the main list: `{.姓名}` splits before the field, `{.>得分}` before the sign.
    let (list, nested) = match owner.split_once('.') {
        None => (owner, None),
        Some((list, "")) if column => (list, None),
        Some((list, nested)) => (list, Some(name(nested)?)),
    };
    let scope = match list {
        "本页" => Some(Scope::Page),
        "本组" => Some(Scope::Group),
        "合计" => Some(Scope::All),
        _ => None,
    };
    if let Some(scope) = scope {
        return nested.is_none().then_some(Kind::Total { scope, column, field });
    }
    let list = if list.is_empty() { String::new() } else { name(list)? };
    if list.is_empty() && !plain.starts_with('.') {
        return None;
    }
    Some(Kind::Row { list, nested, column, field })
}

#[cfg(test)]
mod tests {
    use super::{Kind, Problem, Scope, Token, tokens};

    fn one(text: &str) -> Option<Kind> {
        match tokens(text).ok()?.as_slice() {
            [Token::Placeholder(path)] => Some(path.kind.clone()),
            _ => None,
        }
    }

    #[test]
    fn reads_every_form() {
        let row = |list: &str, nested: Option<&str>, column, field: &str| {
            Some(Kind::Row { list: list.into(), nested: nested.map(Into::into), column, field: field.into() })
        };
        assert_eq!(one("{支部名称}"), Some(Kind::Root("支部名称".into())));
        assert_eq!(one("{ .姓名 }"), row("", None, false, "姓名"));
        assert_eq!(one("{.>得分}"), row("", None, true, "得分"));
        assert_eq!(one("{.项目.名称}"), row("", Some("项目"), false, "名称"));
        assert_eq!(one("{.项目>得分}"), row("", Some("项目"), true, "得分"));
        assert_eq!(one("{奖惩.事由}"), row("奖惩", None, false, "事由"));
        assert_eq!(one("{奖惩＞得分}"), row("奖惩", None, true, "得分"));
        assert_eq!(one("{>期间.名称}"), Some(Kind::Column { list: "期间".into(), field: "名称".into() }));
        assert_eq!(one("{本页.人数}"), Some(Kind::Total { scope: Scope::Page, column: false, field: "人数".into() }));
        assert_eq!(one("{合计.>得分}"), Some(Kind::Total { scope: Scope::All, column: true, field: "得分".into() }));
        assert_eq!(one("{页码}"), Some(Kind::Page));
        for (text, drops) in [("{?星级}", false), ("{?>星级}", true), ("{?>.星级}", true), ("{?.备注}", false)] {
            assert!(matches!(one(text), Some(Kind::Condition { drops_column, .. }) if drops_column == drops), "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        for text in ["{}", "{.}", "{>期间}", "{..名称}", "{.a.b.c}", "{?>.项目.名称}", "{??a}", "{>}", "{a>}"] {
            assert!(matches!(tokens(text), Err(Problem::Malformed(_))), "{text}");
        }
        for text in ["{姓名", "姓名}", "{a{b}", "{{a}"] {
            assert_eq!(tokens(text), Err(Problem::Brace), "{text}");
        }
    }

    #[test]
    fn keeps_text_and_braces() {
        assert_eq!(tokens("a{{b}}c"), Ok(vec![Token::Text("a{b}c".into())]));
        assert_eq!(tokens("第{序号}名").map(|tokens| tokens.len()), Ok(3));
    }
}
