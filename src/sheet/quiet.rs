//! Catches the panics of third-party decoders: a panic becomes `None` and prints nothing.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` if it panicked. Needs `panic = "unwind"`; an abort (out of memory, stack) passes through.
pub(super) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                before(info);
            }
        }));
    });
    let outer = CATCHING.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    CATCHING.set(outer);
    result
}

#[cfg(test)]
mod tests {
    #[test]
    fn turns_a_panic_into_none() {
        assert_eq!(super::catch_panic(|| 3), Some(3));
        assert_eq!(super::catch_panic(|| -> u8 { panic!("inside") }), None);
    }
}
