//! The order in which the product's hash maps iterate (ccp-task-api 5.6; inferred, verified on the trace).

/// Buckets of the map that an event object prints.
const MAP_BUCKETS: u32 = 8;

/// The pairs in the order of a Java 6 `HashMap` with so many buckets (a power of two): by bucket, and within
/// one the pair that was added later comes first.
pub fn java_order(pairs: &[(String, String)], buckets: u32) -> Vec<&(String, String)> {
    let mut ordered: Vec<_> = pairs.iter().rev().collect();
    ordered.sort_by_key(|(name, _)| hash(name) & (buckets - 1));
    ordered
}

/// `{k=v, k=v}`, as such a map prints itself in an event object.
pub fn java_map(pairs: &[(String, String)]) -> String {
    let entries: Vec<String> =
        java_order(pairs, MAP_BUCKETS).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn hash(text: &str) -> u32 {
    let code =
        text.encode_utf16().fold(0_u32, |code, unit| code.wrapping_mul(31).wrapping_add(u32::from(unit)));
    let spread = code ^ (code >> 20) ^ (code >> 12);
    spread ^ (spread >> 7) ^ (spread >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fall_into_the_published_buckets() {
        let buckets = |name| (hash(name) & 15, hash(name) & 7);
        assert_eq!(buckets("cv_1"), (8, 0));
        assert_eq!(buckets("cv_10"), (5, 5));
        assert_eq!(buckets("mrdIsInterruptible"), (5, 5));
        assert_eq!(buckets("taskID"), (15, 7));
        assert_eq!(buckets("podRefURL"), (2, 2));
    }

    #[test]
    fn a_map_prints_its_pairs_by_bucket() {
        let pairs =
            ["cv_1", "cv_2", "cv_3", "cv_4", "scriptSelector", "mrdID", "mrdIsInterruptible", "taskID"]
                .map(|name| (name.to_owned(), "v".to_owned()));
        assert_eq!(
            java_map(&pairs),
            "{cv_1=v, cv_3=v, mrdID=v, cv_2=v, scriptSelector=v, mrdIsInterruptible=v, cv_4=v, taskID=v}"
        );
    }
}
