//! The progress bar.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::run::Stage;

use super::printer::Printer;

/// Runs work with a progress bar, where someone watches.
pub fn watched<T>(printer: &Printer, work: impl FnOnce(crate::run::Progress<'_>) -> T) -> T {
    if !printer.shows_progress() {
        return work(&|_, _, _| {});
    }
    let bar = ProgressBar::new(0);
    let (rate, left) = (printer.text("progress-rate", &[]), printer.text("progress-left", &[]));
    // Below eighty columns, Chinese ones count double.
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:24} {pos}/{len} {rate} {left}") {
        bar.set_style(
            style
                .with_key("rate", move |state: &ProgressState, out: &mut dyn Write| {
                    let _ = write!(out, "{:.0}{rate}", state.per_sec()); // a terminal that is gone shows nothing
                })
                .with_key("left", move |state: &ProgressState, out: &mut dyn Write| {
                    let seconds = state.eta().as_secs();
                    let _ = if state.pos() == 0 { Ok(()) } else { write!(out, "{left} {}:{:02}", seconds / 60, seconds % 60) };
                }),
        );
    }
    bar.set_message(printer.text("stage-begin", &[]));
    // Something is seen at once, and goes on being seen while one file takes long.
    bar.enable_steady_tick(Duration::from_millis(100));
    let words = [printer.text("stage-gather", &[]), printer.text("stage-write", &[])];
    let result = work(&|stage, done, total| {
        bar.set_length(total as u64);
        bar.set_message(words[usize::from(stage == Stage::Write)].clone());
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    result
}
