//! Exit codes: an interface, held stable (docs/exit-codes.md).

use std::process::ExitCode;

use rolecall_doctor::conclusion::Conclusion;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Admitted, allowed, nothing found, done.
    Fine,
    /// A cause was found, denied, invalid.
    Found,
    /// Usage, or a failure of rolecall itself.
    Failure,
    /// The evidence does not decide.
    Undetermined,
    /// Our verdict and AWS's answer disagree.
    Disagreement,
}

/// Every exit code with its meaning, for the help and the generated page.
pub const TABLE: [(Exit, &str); 5] = [
    (Exit::Fine, "admitted, allowed, nothing found, done"),
    (Exit::Found, "a cause was found; denied; invalid"),
    (Exit::Failure, "wrong usage, or a failure of rolecall itself"),
    (Exit::Undetermined, "the evidence does not decide"),
    (Exit::Disagreement, "our verdict and AWS's answer disagree"),
];

/// The table as text, a line each.
pub fn table() -> String {
    let line = |(exit, meaning): &(Exit, &str)| format!("{}  {meaning}", exit.code());
    TABLE.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Found => 1,
            Exit::Failure => 2,
            Exit::Undetermined => 3,
            Exit::Disagreement => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

impl From<Conclusion> for Exit {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Admitted => Exit::Fine,
            Conclusion::Refused => Exit::Found,
            Conclusion::Undetermined => Exit::Undetermined,
            Conclusion::Disagreement => Exit::Disagreement,
        }
    }
}
