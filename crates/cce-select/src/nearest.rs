//! The valid name that somebody may have meant by a wrong one.

/// How alike two names are, from 0 to 1, before one may be meant by the other.
const LIKENESS_MIN: f64 = 0.7;

/// Of so many valid names all are told, if none is near.
const LISTED_MAX: usize = 12;

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

/// How alike two names are. In a short name one slip of the finger is much of it, so what is one slip away comes first.
fn likeness(wrong: &str, name: &str) -> f64 {
    let name = name.to_lowercase();
    let is_slip = wrong.len().max(name.len()) > 1 && strsim::osa_distance(wrong, &name) == 1;
    f64::from(u8::from(is_slip)) + strsim::jaro_winkler(wrong, &name)
}
