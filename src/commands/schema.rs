//! `asyncdemo schema`: the two formats for editors and for scripts.

use crate::cli;
use crate::schema;

use super::failure::{Code, Failure};
use super::outputs::print;

/// Prints the JSON Schema of scenario files, or of the run document.
pub fn schema(arguments: cli::Schema) -> Result<Code, Failure> {
    let schema = if arguments.run { schema::run() } else { schema::scenario() };
    print(&format!("{schema:#}\n"))
}
