//! Files that the user gives beside a live target: what they say wins.

use rolecall_collect::same_place;

/// The live files, those left out whose place a given file takes, and the given files after them.
#[must_use]
pub fn merge(live: Vec<(String, String)>, given: Vec<(String, String)>) -> Vec<(String, String)> {
    let displaced = |name: &str| {
        let stem = name.strip_suffix(".error");
        given.iter().any(|(given, _)| match stem {
            Some(stem) => given.split('.').next() == Some(stem),
            None => given == name || same_place(given, name),
        })
    };
    let mut files: Vec<_> = live.into_iter().filter(|(name, _)| !displaced(name)).collect();
    files.extend(given);
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_wins() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let live = vec![
            file("role.json", "live"),
            file("pod.yaml", "live"),
            file("provider.error", "live"),
            file("serviceaccount.yaml", "live"),
        ];
        let given =
            vec![file("pod.yaml", "given"), file("provider.json", "given"), file("trust.json", "given")];
        let merged = merge(live, given);
        let names: Vec<_> = merged.iter().map(|(name, text)| format!("{name} {text}")).collect();
        // A bare trust policy takes the place of the policy in role.json, not of the role.
        assert_eq!(
            names,
            [
                "role.json live",
                "serviceaccount.yaml live",
                "pod.yaml given",
                "provider.json given",
                "trust.json given"
            ]
        );
    }
}
