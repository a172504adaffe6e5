//! What somebody probably meant.

/// The candidate that a word most resembles, if any does.
pub(in crate::scenario) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LONGEST: usize = 64;
    let word = folded(word);
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 3 * allowed && candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(&word, &folded(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case, and which kind of dash it is, are seldom what somebody is after.
fn folded(word: &str) -> String {
    word.to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_is_near() {
        let keys = ["name", "delay", "returns", "return_exceptions", "FIRST_EXCEPTION"];
        let near = |word| nearest(word, keys);
        assert_eq!(near("dealy"), Some("delay"));
        assert_eq!(near("return"), Some("returns"));
        assert_eq!(near("return-exceptions"), Some("return_exceptions"));
        assert_eq!(near("first-exeption"), Some("FIRST_EXCEPTION"));
        assert_eq!(near("Name"), Some("name"));
        assert_eq!(near("zebra"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"x".repeat(1000)), None);
    }
}
