//! The progress bar.

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::Stage;

use super::printer::Printer;

/// Runs work with a progress bar, where someone watches.
pub fn watched<T>(printer: &Printer, work: impl FnOnce(crate::run::Progress<'_>) -> T) -> T {
    if !printer.shows_progress() {
        return work(&|_, _, _| {});
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}") {
        bar.set_style(style);
    }
    let words = [printer.text("stage-gather", &[]), printer.text("stage-write", &[])];
    let result = work(&|stage, done, total| {
        bar.set_length(total as u64);
        bar.set_message(words[usize::from(stage == Stage::Write)].clone());
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    result
}
