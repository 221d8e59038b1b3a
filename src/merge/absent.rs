//! What a merged result lacks: the county's own forms are made of submissions, which parts do not hand over.

use super::Shard;
use crate::forms::FORMS;

/// Titles of the forms that the parts have of their whole county, in the order of all forms.
pub(super) fn county_forms(shards: &[Shard]) -> Vec<&'static str> {
    let outputs = shards.iter().flat_map(|shard| shard.manifest["outputs"].as_array().into_iter().flatten());
    let top: Vec<&str> = outputs.filter_map(|output| output["file"].as_str()).filter(|file| !file.contains('/')).collect();
    FORMS.iter().map(|form| form.title).filter(|title| top.iter().any(|file| file.starts_with(title))).collect()
}
