//! The command `reparam`.

/// Training makes and drops many large buffers; this allocator keeps their pages instead of handing them back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    reparam_cli::cli::main()
}
