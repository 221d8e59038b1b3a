//! Schemes, templates, calendars, register and settings as they counted, whether shipped or the county's own.

use super::close::Closing;
use crate::bag::Payload;
use crate::builtin;
use crate::config::decode;
use crate::county::{SECRETS, TEXT, WORKBOOK, settings};
use crate::digest::sha256_hex;
use crate::inside;
use crate::run::{INTAKE, RunError, files, refused};

impl Closing<'_> {
    /// Adds everything that is not a submission and decided a figure or a form.
    pub(super) fn configuration(&self) -> Result<(), RunError> {
        let workspace = &self.county.workspace;
        let read = |path: &std::path::Path| inside::own(path).map_err(|source| RunError::Io { path: path.to_owned(), source });
        let add = |name: &str, bytes: &[u8]| self.bag.add(&format!("{}/{name}", Payload::WORKSPACE), bytes);
        if workspace.settings.ends_with(TEXT) {
            add(TEXT, &without_secrets(read(&workspace.settings)?))?;
        } else {
            // A workbook that holds secrets is kept as the text that says the same: they can be taken out of a text alone.
            let text = settings(&workspace.root)?.text.into_bytes();
            let open = without_secrets(text.clone());
            let secret = open != text;
            add(if secret { TEXT } else { WORKBOOK }, &if secret { open } else { read(&workspace.settings)? })?;
        }
        if let Some(name) = workspace.register.file_name() {
            add(&name.to_string_lossy(), &read(&workspace.register)?)?;
        }
        for scheme in &self.county.schemes {
            let name = format!("schemes/{}.toml", scheme.id);
            let own = workspace.root.join(&name);
            let bytes = if own.exists() { read(&own)? } else { builtin::scheme(&scheme.id).map(Into::into).unwrap_or_default() };
            add(&name, &bytes)?;
        }
        for template in &self.record.templates {
            let (name, bytes) = match template.name.strip_prefix("built-in:") {
                Some(name) => (format!("templates/{name}.xlsx"), builtin::form(name).map(Into::into).unwrap_or_default()),
                None => (template.name.clone(), read(&workspace.root.join(&template.name))?),
            };
            if sha256_hex(&bytes) != template.sha256 {
                return Err(refused(
                    format!("表样 {} 在运行之后有变化；请重新运行 scorebook run，再归档", template.name),
                    format!("the template {} changed after the run; run again before archiving", template.name),
                ));
            }
            add(&name, &bytes)?;
        }
        let own = files(&workspace.root.join("calendar"), "toml")?;
        let named = |name: &str| own.iter().any(|path| path.file_name().is_some_and(|own| own == name));
        for (name, bytes) in builtin::calendars() {
            // The county's own file of a name stands over the built-in one.
            if !named(&name) {
                add(&format!("calendar/{name}"), &bytes)?;
            }
        }
        let words = workspace.root.join(INTAKE);
        if words.exists() {
            add(INTAKE, &read(&words)?)?;
        }
        for path in &own {
            if let Some(name) = path.file_name() {
                add(&format!("calendar/{}", name.to_string_lossy()), &read(path)?)?;
            }
        }
        Ok(())
    }
}

/// `scorebook.toml` without its secrets: what the passwords opened is kept opened, keys of people are worked out already, and
/// an archive that is handed on must not hand them on. A file without any is kept byte for byte.
fn without_secrets(bytes: Vec<u8>) -> Vec<u8> {
    let Ok(mut table) = decode(&bytes).parse::<toml::Table>() else { return Vec::new() }; // it was read strictly before
    let secret = SECRETS.into_iter().filter(|key| table.remove(*key).is_some()).count() > 0;
    if secret { toml::to_string(&table).unwrap_or_default().into_bytes() } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn secrets_stay_out_of_the_archive() {
        let plain = "# 县\r\ncounty = '示范县'\n".as_bytes().to_vec();
        assert_eq!(without_secrets(plain.clone()), plain, "nothing is rewritten without need");
        for secret in ["passwords = ['geheim']", "person_key = 'geheim-und-lang-genug'"] {
            let (own, _, _) = encoding_rs::GB18030.encode("county = '示范县'\n");
            let kept = without_secrets([&own, secret.as_bytes(), b"\n[forms]\nyear = ['board']\n"].concat());
            let kept = String::from_utf8(kept).expect("text");
            assert!(!kept.contains("geheim") && kept.contains("board") && kept.contains("示范县"), "{kept}");
        }
    }
}
