//! The `picket` program: reads the command line, runs a verb, gives its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    picket::cli::main()
}
