//! The worker's side of the fence.

use std::io::{Read, Write};

use super::wire::{Answer, Request, receive, send};
use crate::sheet;

/// The worker's life: reads files from `input` and answers on `output` until the run closes it.
///
/// For each file the process gives up the right to more memory than the run has for it. On Linux only, for nothing like
/// it can be had elsewhere without unsafe code.
pub fn serve(mut input: impl Read, mut output: impl Write) {
    contain();
    while let Ok(frame) = receive(&mut input) {
        let Ok(request) = postcard::from_bytes::<Request>(&frame) else { return };
        allow(request.memory);
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

    // Where a limit cannot be set the deadline still holds.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // A worker lost in a loop would outlive a run that was killed.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// The next file may need more than the last one.
#[cfg(target_os = "linux")]
fn allow(memory: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let maximum = getrlimit(Resource::As).maximum;
    let current = maximum.map_or(memory, |maximum| maximum.min(memory));
    let _ = setrlimit(Resource::As, Rlimit { current: Some(current), maximum });
}

#[cfg(not(target_os = "linux"))]
fn contain() {}

#[cfg(not(target_os = "linux"))]
fn allow(_: u64) {}
