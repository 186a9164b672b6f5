//! Names in messages: all of them where they are few, else those that are most like a wrong one.

/// So many names are told.
const LISTED_MAX: usize = 12;

/// Of more, so many.
const NEAREST_MAX: usize = 5;

/// How alike two names are, from 0 to 1, before one may be meant by the other.
const LIKENESS_MIN: f64 = 0.8;

/// The names that there are, in words: of many, those that are most like `wrong`; where none is like it, the first and the
/// last one.
pub fn nearest_few(wrong: &str, names: &[String]) -> String {
    if names.len() <= LISTED_MAX {
        return names.join(", ");
    }
    let likeness = |name: &String| strsim::jaro_winkler(wrong, name.trim_matches(['`', '"']));
    let mut nearest: Vec<&String> = names.iter().collect();
    nearest.sort_by(|one, two| likeness(two).total_cmp(&likeness(one)));
    if let ([first, .., last], true) = (names, likeness(nearest[0]) < LIKENESS_MIN) {
        return format!("{first} to {last}, {} in all", names.len());
    }
    nearest.truncate(NEAREST_MAX);
    let told: Vec<&str> = nearest.into_iter().map(String::as_str).collect();
    format!("{} and {} more", told.join(", "), names.len() - NEAREST_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_names_the_nearest_few_are_told() {
        let names: Vec<String> = (1_000..3_001).map(|number: u32| number.to_string()).collect();
        assert_eq!(nearest_few("20000", &names), "2000, 2001, 2002, 2003, 2004 and 1996 more");
        assert_eq!(nearest_few("x", &names[..3]), "1000, 1001, 1002");
        assert_eq!(nearest_few("9", &names), "1000 to 3000, 2001 in all");
    }
}
