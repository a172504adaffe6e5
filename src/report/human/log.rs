//! The event log: a line for each event, in order.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::page::Page;
use crate::event::{Event, Recording, What};
use crate::report::fit::{pad, wrap};
use crate::report::phrases::describe;

/// Writes every event with its time and the number of the loop's pass.
pub fn write(page: &Page<'_>, out: &mut impl io::Write, events: &Recording) -> io::Result<()> {
    let time = |event: &Event<'_>| page.time(event.at).replace('\u{1f}', " ");
    let widest = events.iter().map(|event| time(&event).width()).max().unwrap_or(0).max("time".len());
    let last = events.iter().map(|event| event.iteration).max().unwrap_or(0);
    let pass = last.to_string().len().max("pass".len());
    let room = page.width.saturating_sub(2 + widest + 2 + pass + 2);
    writeln!(out)?;
    writeln!(out, "{}", page.style.bold.style("Events:"))?;
    let heading = format!("{:>widest$}  {:>pass$}  event", "time", "pass");
    writeln!(out, "  {}", page.style.dim.style(heading))?;
    for event in events.iter() {
        let text = describe(&event, page.run.scenario);
        let look = look(page, &event);
        let time = time(&event);
        let at = format!("{:1$}{time}", "", widest - time.width());
        for (index, line) in wrap(&text, room).iter().enumerate() {
            let (at, iteration) =
                if index == 0 { (at.as_str(), event.iteration.to_string()) } else { ("", String::new()) };
            writeln!(out, "  {}  {iteration:>pass$}  {}", pad(at, widest), look.style(line))?;
        }
    }
    Ok(())
}

fn look(page: &Page<'_>, event: &Event<'_>) -> owo_colors::Style {
    let style = &page.style;
    match event.what {
        What::Finish { ended, .. } => page.end_sign(ended).1,
        What::Cancel { .. } | What::Cleanup { .. } => style.cancelled,
        What::Call { .. } | What::Await { .. } | What::Resume { .. } => style.bold,
        What::Warning { .. } | What::Log { .. } => style.warning,
        What::Create { .. } | What::Callback { .. } => style.dim,
        _ => owo_colors::Style::new(),
    }
}
