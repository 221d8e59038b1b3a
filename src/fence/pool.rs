//! A few workers, started when the first file needs one, kept for the next, replaced when they die.

use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::FenceError;
use super::wire::{Answer, Request, receive, send};
use crate::diag::Unreadable;
use crate::sheet::{Limits, Refusal};

/// The argument that makes the program a worker; no command that people see.
pub const ARGUMENT: &str = "serve-reader";

/// As many at once as a small office machine has memory for.
const MOST: usize = 4;

/// A branch's workbook takes milliseconds; the largest within the limits, seconds.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a worker may take for a file of ordinary size, and for one that needs more.
const SOME: u64 = 384 << 20;
const MUCH: u64 = 1 << 30;
/// What all of them may take together.
const TOGETHER: u64 = 2 << 30;
/// No larger file is of ordinary size.
const ORDINARY: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Pool {
    program: PathBuf,
    deadline: Duration,
    together: u64,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Each may still hold what it took for its last file, which was of ordinary size.
    idle: Vec<Worker>,
    running: usize,
    /// Bytes that the running ones may take.
    taken: u64,
}

#[derive(Debug)]
struct Worker {
    child: Arc<Mutex<Child>>,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    used: bool,
}

impl Pool {
    pub(super) fn new(program: PathBuf) -> Self {
        Self { program, deadline: DEADLINE, together: TOGETHER, state: Mutex::default(), returned: Condvar::new() }
    }

    /// Has a worker read the file. One that dies over it is buried, and reading the file is given up.
    pub(super) fn read(&self, name: &str, bytes: &[u8], limits: &Limits) -> Result<Answer, FenceError> {
        if bytes.len() <= ORDINARY
            && let Some(answer) = self.read_within(SOME, &Request { name, limits: limits.clone(), memory: SOME, bytes })?
        {
            return Ok(answer);
        }
        let answer = self.read_within(MUCH, &Request { name, limits: limits.clone(), memory: MUCH, bytes })?;
        Ok(answer.unwrap_or_else(gave_up))
    }

    /// The answer; nothing if the worker died for want of memory, as far as anybody can tell.
    fn read_within(&self, memory: u64, request: &Request) -> Result<Option<Answer>, FenceError> {
        let _place = self.place(memory);
        loop {
            let idle = self.state().idle.pop();
            let mut worker = idle.map_or_else(|| self.start(), Ok)?;
            let used = std::mem::replace(&mut worker.used, true);
            let (answer, late) = worker.read(request, self.deadline);
            match answer {
                // What it took for a large file it may never give back.
                Ok(answer) if memory > SOME => {
                    kill(&worker.child);
                    return Ok(Some(answer));
                }
                Ok(answer) => {
                    self.state().idle.push(worker);
                    return Ok(Some(answer));
                }
                Err(_) => kill(&worker.child),
            }
            if late {
                return Ok(Some(gave_up()));
            }
            // It may have died of what earlier files left in its memory: only a fresh one's death counts, so that the
            // order of files decides nothing.
            if !used {
                return Ok(None);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until fewer than [`MOST`] are at work and there is memory for one more. Idle ones make room for it.
    fn place(&self, memory: u64) -> Place<'_> {
        let full = |state: &mut State| state.running > 0 && (state.running >= MOST || state.taken + memory > self.together);
        let mut state = self.returned.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        state.running += 1;
        state.taken += memory;
        // One of the idle is about to be the one that runs.
        let kept = usize::try_from(self.together.saturating_sub(state.taken) / SOME).unwrap_or(MOST) + 1;
        let most = state.idle.len().min(kept);
        for worker in state.idle.split_off(most) {
            kill(&worker.child);
        }
        Place { pool: self, memory }
    }

    fn start(&self) -> Result<Worker, FenceError> {
        let spawned = Command::new(&self.program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A decoder's last words are no clerk's business.
            .stderr(Stdio::null())
            .spawn();
        let failed = |source| FenceError::Start { program: self.program.clone(), source };
        let mut child = spawned.map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::ErrorKind::BrokenPipe.into()));
        };
        Ok(Worker { child: Arc::new(Mutex::new(child)), input, output: BufReader::new(output), used: false })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in std::mem::take(&mut self.state().idle) {
            kill(&worker.child);
        }
    }
}

/// A place among those at work, given back when dropped.
struct Place<'a> {
    pool: &'a Pool,
    memory: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.running -= 1;
        state.taken -= self.memory;
        drop(state);
        // Whoever waits may want more or less than what has become free.
        self.pool.returned.notify_all();
    }
}

impl Worker {
    /// The answer, and whether the deadline passed.
    fn read(&mut self, request: &Request, deadline: Duration) -> (io::Result<Answer>, bool) {
        let (done, waits) = channel::<()>();
        let child = Arc::clone(&self.child);
        // Pipes have no time-out: past the deadline the worker is killed, which ends the pipe.
        let watch = std::thread::spawn(move || {
            let late = waits.recv_timeout(deadline) == Err(RecvTimeoutError::Timeout);
            if late {
                kill(&child);
            }
            late
        });
        let answer = self.ask(request);
        drop(done);
        (answer, watch.join().unwrap_or(false))
    }

    fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        send(&mut self.input, request)?;
        let frame = receive(&mut self.output)?;
        postcard::from_bytes(&frame).map_err(io::Error::other)
    }
}

fn gave_up() -> Answer {
    Err(Refusal::unreadable(Unreadable::GaveUp, "gave-up"))
}

fn kill(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    // It may be dead already; waiting for it leaves no zombie.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn read_by(script: &str) -> Result<Answer, FenceError> {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("worker");
        std::fs::write(&program, script).expect("a script");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
        let mut pool = Pool::new(program);
        pool.deadline = Duration::from_millis(300);
        // Three in turn: the place of a dead worker is free again.
        (0..3).map(|_| pool.read("a.xls", &vec![0; 100_000], &Limits::default())).last().expect("three answers")
    }

    #[cfg(unix)]
    #[test]
    fn a_worker_that_dies_hangs_or_raves_costs_its_file_only() {
        for script in
            ["#!/bin/sh\nexit 3", "#!/bin/sh\nexec sleep 100", "#!/bin/sh\nexec yes", "#!/bin/sh\nprintf '\\1\\0\\0\\0\\77'; sleep 1"]
        {
            assert_eq!(read_by(script).expect("started").unwrap_err(), Refusal::unreadable(Unreadable::GaveUp, "gave-up"), "{script}");
        }
    }

    #[test]
    fn memory_is_given_to_as_many_as_it_is_enough_for() {
        let mut pool = Pool::new("no/such/program".into());
        pool.together = 3 * SOME;
        let free = |memory: u64| {
            let state = pool.state();
            state.running < MOST && state.taken + memory <= pool.together
        };
        // More than there is goes to one that is alone.
        let alone = pool.place(MUCH * 4);
        assert!(!free(SOME));
        drop(alone);
        let places: Vec<Place> = (0..3).map(|_| pool.place(SOME)).collect();
        assert!(!free(SOME));
        drop(places);
        assert!(free(3 * SOME));
        std::thread::scope(|scope| {
            let first = pool.place(2 * SOME);
            let second = scope.spawn(|| drop(pool.place(2 * SOME)));
            assert!(!second.is_finished());
            drop(first);
        });
        let state = pool.state();
        assert_eq!((state.running, state.taken), (0, 0));
    }

    #[test]
    fn a_program_that_is_not_there_is_the_machine_failing() {
        assert!(Pool::new("no/such/program".into()).read("a.xls", b"", &Limits::default()).is_err());
    }
}
