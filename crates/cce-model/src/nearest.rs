//! The valid names that somebody may have meant by a wrong one, for messages.

/// How alike two names are, from 0 to 1, before one may be meant by the other.
const LIKENESS_MIN: f64 = 0.7;

/// Of so many valid names all are told, if none is near.
const LISTED_MAX: usize = 12;

/// Of more, so many are told that are most like a wrong one.
const NEAREST_MAX: usize = 5;

/// How alike two of many names are before one may be meant by the other.
const ALIKE_MIN: f64 = 0.8;

/// What would be right: the valid name that is nearest to a wrong one, or else all of them where they are few, in words.
pub fn nearest<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in valid {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let meant = meant(wrong, names.iter().copied());
    if !meant.is_empty() || names.is_empty() || names.len() > LISTED_MAX {
        return meant;
    }
    format!("; there is `{}`", names.join("`, `"))
}

/// The valid name that is nearest to a wrong one, in words, if one is near.
pub fn meant<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    let wrong = wrong.to_lowercase();
    let best = valid
        .into_iter()
        .map(|name| (likeness(&wrong, name), name))
        .max_by(|one, two| one.0.total_cmp(&two.0));
    match best {
        Some((likeness, name)) if likeness > LIKENESS_MIN => format!("; did you mean `{name}`?"),
        _ => String::new(),
    }
}

/// The names that there are, in words: of many, those that are most like `wrong`; where none is like it, the first and the
/// last one.
pub fn nearest_few(wrong: &str, names: &[String]) -> String {
    if names.len() <= LISTED_MAX {
        return names.join(", ");
    }
    let likeness = |name: &String| strsim::jaro_winkler(wrong, name.trim_matches(['`', '"']));
    let mut nearest: Vec<&String> = names.iter().collect();
    nearest.sort_by(|one, two| likeness(two).total_cmp(&likeness(one)));
    if let ([first, .., last], true) = (names, likeness(nearest[0]) < ALIKE_MIN) {
        return format!("{first} to {last}, {} in all", names.len());
    }
    nearest.truncate(NEAREST_MAX);
    let told: Vec<&str> = nearest.into_iter().map(String::as_str).collect();
    format!("{} and {} more", told.join(", "), names.len() - NEAREST_MAX)
}

/// How alike two names are. In a short name one slip of the finger is much of it, so what is one slip away comes first.
fn likeness(wrong: &str, name: &str) -> f64 {
    let name = name.to_lowercase();
    let is_slip = wrong.len().max(name.len()) > 1 && strsim::osa_distance(wrong, &name) == 1;
    f64::from(u8::from(is_slip)) + strsim::jaro_winkler(wrong, &name)
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
