//! Words that settings may name: schemes and forms, by id or by name, and closed lists.

use crate::config::{Reader, Written};
use crate::diag::Said;
use crate::words::{ids_of, nearest};

/// What is known beside the settings themselves.
pub struct Known<'a> {
    /// Id and name of the schemes that exist.
    pub schemes: &'a [(String, String)],
    /// Id and title of the forms that exist.
    pub forms: &'a [(&'a str, &'a str)],
}

impl Known<'_> {
    /// The id of a scheme that is meant by id or name; the word itself after a fault.
    pub(super) fn scheme(&self, reader: &mut Reader<'_>, written: &Written<String>) -> String {
        id_of(reader, written, ("一积分细则", "scheme"), self.schemes.iter().map(|(id, name)| (id.as_str(), name.as_str())))
    }

    /// The same of a form.
    pub(super) fn form(&self, reader: &mut Reader<'_>, written: &Written<String>) -> String {
        id_of(reader, written, ("张表", "form"), self.forms.iter().copied())
    }
}

/// What is meant by id or by name.
fn id_of<'a>(
    reader: &mut Reader<'_>,
    written: &Written<String>,
    what: (&str, &str),
    all: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> String {
    let said = &written.value;
    match ids_of(said, all.clone()).as_slice() {
        [one] => return (*one).to_owned(),
        _ if said.is_empty() => {} // an empty one is missing, which is said already
        [] => {
            let list = all.clone().map(|(id, name)| format!("{id}（{name}）")).collect::<Vec<_>>().join(" ");
            let wrong = Said::new(
                format!("没有“{said}”这{}；可用的有：{list}", what.0),
                format!("there is no {} `{said}`; known are: {list}", what.1),
            );
            reader.refuse(&written.span, wrong.near(nearest(said, all.flat_map(|(id, name)| [id, name]))));
        }
        several => {
            let list = several.join(" ");
            let wrong = Said::new(
                format!("叫“{said}”的不止一个，请写代号：{list}"),
                format!("several bear the name `{said}`; write an id: {list}"),
            );
            reader.refuse(&written.span, wrong);
        }
    }
    said.clone()
}

/// Refuses a word that is none of those that exist.
pub(super) fn one_of<'a>(
    reader: &mut Reader<'_>,
    written: &Written<String>,
    what: (&str, &str),
    all: impl Iterator<Item = &'a str> + Clone,
) {
    let said = &written.value;
    if said.is_empty() || all.clone().any(|known| known == said) {
        return; // an empty one is missing, which is said already
    }
    let list = all.clone().collect::<Vec<_>>().join(" ");
    let wrong =
        Said::new(format!("没有“{said}”这{}；可用的有：{list}", what.0), format!("there is no {} `{said}`; known are: {list}", what.1));
    reader.refuse(&written.span, wrong.near(nearest(said, all)));
}
