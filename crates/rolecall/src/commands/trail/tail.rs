//! `rolecall trail tail`: records as they are written.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rolecall_trail::record::Record;
use rolecall_trail::write::segments;

use super::lookup::line;
use super::{DEFAULT, Format};
use crate::commands::{Done, Failure};
use crate::exit::Exit;

/// Follow the audit record of a service that runs: the last records, then each one as it is written.
#[derive(Args)]
#[command(
    after_help = "Example:\n  rolecall trail tail /var/lib/rolecall/data/trail --format json | jq .eventName"
)]
pub struct Arguments {
    /// The folder of the trail.
    #[arg(value_name = "FOLDER", default_value = DEFAULT)]
    folder: PathBuf,
    /// So many of the last records first.
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 10)]
    lines: usize,
    /// End after those.
    #[arg(long)]
    no_follow: bool,
    /// Lines for people, or one record of JSON a line.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let mut place = Place::start(&arguments.folder)?;
    let mut last: Vec<Vec<u8>> = Vec::new();
    while let Some(line) = place.next(&arguments.folder)? {
        last.push(line);
        if last.len() > arguments.lines.saturating_mul(2).max(1024) {
            last.drain(..last.len() - arguments.lines);
        }
    }
    let mut out = io::stdout().lock();
    let skip = last.len().saturating_sub(arguments.lines);
    for text in last.iter().skip(skip) {
        print(&mut out, text, arguments.format)?;
    }
    out.flush()?;
    if arguments.no_follow {
        return Ok(Exit::Fine);
    }
    loop {
        while let Some(text) = place.next(&arguments.folder)? {
            print(&mut out, &text, arguments.format)?;
        }
        out.flush()?;
        std::thread::sleep(LOOK);
    }
}

fn print(out: &mut impl Write, text: &[u8], format: Format) -> io::Result<()> {
    match Record::from_json(text) {
        Ok(record) => line(out, &record, format),
        Err(error) => writeln!(io::stderr().lock(), "skipped: a line that is no record: {error}"),
    }
}

/// Where reading stands: a segment, open.
struct Place {
    segment: PathBuf,
    reader: BufReader<File>,
    /// The beginning of a line whose end is not written yet.
    begun: Vec<u8>,
}

impl Place {
    /// At the segment before the newest, so that the last records are there however young the newest is.
    fn start(folder: &Path) -> Result<Place, Failure> {
        let found = listed(folder)?;
        let at = found.len().saturating_sub(2);
        let segment = found.into_iter().nth(at).ok_or_else(|| Failure::Unknown {
            fact: format!("`{}` holds no audit record of rolecall's", folder.display()),
            remedy: "name the folder `trail` in the data folder of `rolecall serve`".to_owned(),
        })?;
        let reader = open(&segment)?;
        Ok(Place { segment, reader, begun: Vec::new() })
    }

    /// The next line, if one is written whole.
    fn next(&mut self, folder: &Path) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            if self.line()? {
                self.begun.pop();
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
            // A segment is read to its end before the next one begins, so what is left of it was cut off.
            let Some(next) = listed(folder)?.into_iter().find(|segment| *segment > self.segment) else {
                return Ok(None);
            };
            if self.line()? {
                self.begun.pop();
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
            *self = Place { reader: open(&next)?, segment: next, begun: Vec::new() };
        }
    }

    fn line(&mut self) -> Result<bool, Failure> {
        let failed = failed(&self.segment);
        // The writer may have cut off a torn end since.
        let at = self.reader.stream_position().map_err(&failed)?;
        let length = self.reader.get_ref().metadata().map_err(&failed)?.len();
        if length < at {
            self.reader.seek(SeekFrom::Start(length)).map_err(&failed)?;
            self.begun.clear();
        }
        self.reader.read_until(b'\n', &mut self.begun).map_err(failed)?;
        Ok(self.begun.last() == Some(&b'\n'))
    }
}

fn failed(file: &Path) -> impl Fn(io::Error) -> Failure {
    let name = file.display().to_string();
    move |source| Failure::Read { name: name.clone(), source: Box::new(source) }
}

fn open(file: &Path) -> Result<BufReader<File>, Failure> {
    File::open(file).map(BufReader::new).map_err(failed(file))
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let found = segments(folder).map_err(failed(folder))?;
    Ok(found.into_iter().map(|(path, _)| path).collect())
}
