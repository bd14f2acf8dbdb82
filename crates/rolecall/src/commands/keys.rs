//! `rolecall keys`: the keys of a running service, rotated or revoked.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::Done;
use crate::exit::Exit;
use crate::output;
use crate::service_client::Endpoint;

/// Rotate the keys of a running service, or end every session.
///
/// Signed and authorized like any call: `rolecall:RotateKeys` and `rolecall:RevokeSessions` must be allowed.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall keys rotate issuer\n  rolecall keys rotate sessions\n  rolecall keys revoke-sessions      after credentials leaked"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put new keys in front; what the older ones made stays valid while it lasts.
    Rotate {
        /// Which keys.
        #[arg(value_enum)]
        keys: Keys,
        #[command(flatten)]
        endpoint: Endpoint,
    },
    /// End every session that was issued before now, of every account.
    RevokeSessions {
        #[command(flatten)]
        endpoint: Endpoint,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Keys {
    /// Those that sign tokens of the service's own issuer.
    Issuer,
    /// Those that seal sessions.
    Sessions,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let said = match &arguments.command {
        Command::Rotate { keys, endpoint } => {
            let name = match keys {
                Keys::Issuer => "issuer",
                Keys::Sessions => "sessions",
            };
            endpoint.call("RotateKeys", &json!({ "Keys": name }))?;
            "rotated"
        }
        Command::RevokeSessions { endpoint } => {
            endpoint.call("RevokeSessions", &json!({}))?;
            "every session that was issued before now has ended"
        }
    };
    output::human::note(said);
    Ok(Exit::Fine)
}
