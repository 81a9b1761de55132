//! What happens when the program itself is at fault: one line, and the exit status of a failure.

use std::panic::{self, UnwindSafe};

use crate::console::talk;

/// Runs `work`; `None` when it panicked. The first panic is told in two lines, without a trace unless one is asked for.
pub fn contained<T>(work: impl FnOnce() -> T + UnwindSafe) -> Option<T> {
    let usual = panic::take_hook();
    let wants_trace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    panic::set_hook(Box::new(move |info| {
        if wants_trace {
            usual(info);
            return;
        }
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let text = info.payload_as_str().unwrap_or("no message");
        talk(format_args!("error: internal fault{place}: {}", text.replace('\n', " ")));
        talk("hint: please report it, with the command and the output under RUST_BACKTRACE=1");
    }));
    panic::catch_unwind(work).ok()
}
