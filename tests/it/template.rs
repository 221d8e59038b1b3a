//! Templates as real offices save them, loaded, checked and filled.

use scorebook::diag::Lang;
use scorebook::form::{Template, fill};
use scorebook::report::{sample, schema};

fn built_in(form: &str) -> Vec<u8> {
    std::fs::read(format!("{}/templates/forms/{form}.xlsx", env!("CARGO_MANIFEST_DIR"))).expect("a built-in template")
}

#[test]
fn built_in_templates_load_and_fill() {
    for schema in schema::all() {
        let template = Template::load(&built_in(schema.form), &schema).unwrap_or_else(|errors| {
            panic!("{}: {}", schema.form, errors.iter().map(|error| error.message(Lang::Zh)).collect::<Vec<_>>().join("\n"))
        });
        for rows in [0, 1, 40] {
            let book = fill(&template, &sample(&schema, rows));
            assert!(!book.sheets.is_empty());
        }
    }
}
