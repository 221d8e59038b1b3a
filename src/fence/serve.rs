//! The worker's side of the fence.

use std::io::{Read, Write};

use super::wire::{Answer, Request, receive, send};
use crate::sheet;

/// The worker's life: reads files from `input` and answers on `output` until the run closes it.
///
/// First the process gives up the right to more than 2 GiB of memory; no good public workbook needs as much. On Linux
/// only, for nothing like it can be had elsewhere without unsafe code.
pub fn serve(mut input: impl Read, mut output: impl Write) {
    contain();
    while let Ok(frame) = receive(&mut input) {
        let Ok(request) = postcard::from_bytes::<Request>(&frame) else { return };
        let answer: Answer = sheet::read(request.name, request.bytes, &request.limits);
        drop(frame);
        if send(&mut output, &answer).is_err() {
            return;
        }
    }
}

#[cfg(target_os = "linux")]
fn contain() {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

    const MEMORY: u64 = 2 << 30;
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    // Where a limit cannot be set the deadline still holds.
    let _ = setrlimit(Resource::As, limit(MEMORY));
    let _ = setrlimit(Resource::Core, limit(0));
    // A worker lost in a loop would outlive a run that was killed.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
fn contain() {}
