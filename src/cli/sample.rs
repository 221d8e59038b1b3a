use std::path::Path;

use super::args::SampleSize;
use super::printer::Printer;

/// `scorebook sample`: an invented county.
pub fn sample(printer: &Printer, dir: &Path, size: &SampleSize) -> u8 {
    let _ = (dir, size.branches, size.members, &size.schemes, size.mess, size.seed);
    printer.fault("not yet");
    2
}
