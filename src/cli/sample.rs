//! `scorebook sample`: an invented county.

use crate::builtin;
use crate::publish::Kept;
use crate::sample::{County, SampleError, Size, write_county};
use crate::scheme;
use crate::words::ids_of;

use super::args::Sample;
use super::kept;
use super::printer::Printer;

/// `scorebook sample`: an invented county.
pub fn sample(printer: &Printer, size: &Sample) -> u8 {
    let wanted = if size.schemes.is_empty() { vec!["ju-10star".to_owned(), "register-60".to_owned()] } else { size.schemes.clone() };
    let mut schemes = Vec::new();
    for wanted in wanted {
        let known = crate::run::scheme_names(std::path::Path::new("")).unwrap_or_default();
        let id = ids_of(&wanted, known.iter().map(|(id, name)| (id.as_str(), name.as_str())))
            .first()
            .map_or(wanted.clone(), |id| (*id).to_owned());
        let loaded = builtin::scheme(&id).and_then(|bytes| scheme::load(&String::from_utf8_lossy(&bytes)).ok());
        let Some(scheme) = loaded else {
            printer.fault(printer.text("scheme-unknown", &[("id", &id), ("all", &builtin::scheme_ids().join(" ")), ("near", "")]));
            return 2;
        };
        schemes.push(scheme);
    }
    let (branches, members) = (size.branches as usize, size.members as usize);
    let Some(county) = County::new(Size { branches, members, mess: size.mess, seed: size.seed }, schemes) else { return 2 };
    match write_county(&size.dir, &county, &|_, _| {}) {
        Ok(foreign) => {
            let (dir, branches) = (size.dir.display().to_string(), county.branches().to_string());
            if printer.json() {
                let line = serde_json::json!({ "folder": dir, "branches": county.branches() });
                printer.record(&kept::add_to(line, &Kept { foreign, ..Kept::default() }));
                return 0;
            }
            printer.line(printer.text("sample-written", &[("dir", &dir), ("branches", &branches)]));
            kept::print(printer, &Kept { foreign, ..Kept::default() }, "kept-changed");
            0
        }
        Err(SampleError::Publish(error)) => {
            printer.fault(crate::run::RunError::from(error).message(printer.lang()));
            2
        }
        Err(error) => {
            printer.fault(error.to_string());
            2
        }
    }
}
