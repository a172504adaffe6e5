//! What the caller got, in one sentence, what is in it, and what explains it.

use std::io;

use owo_colors::Style as Look;

use super::page::Page;
use super::results;
use crate::outcome::Gave;
use crate::report::story::Story;

/// Writes the verdict, what the call gave, and what explains it.
pub fn write(page: &Page<'_>, out: &mut impl io::Write, story: &Story) -> io::Result<()> {
    let (sign, look) = page.outcome_sign();
    page.paragraph(out, 0, (sign, look), &format!(" {}", story.verdict.text))?;
    match &page.run.outcome().gave {
        Some(Gave::Results(results)) if !results.is_empty() => {
            writeln!(out)?;
            results::write_items(page, out, "", results.iter().copied())?;
        }
        Some(Gave::Sets { done, pending }) => results::write_sets(page, out, done, pending)?,
        _ => {}
    }
    if !story.remarks.is_empty() {
        writeln!(out)?;
    }
    for remark in &story.remarks {
        page.paragraph(out, 2, ("", Look::new()), &remark.text)?;
    }
    Ok(())
}
