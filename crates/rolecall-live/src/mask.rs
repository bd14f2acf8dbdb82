//! Account ids written over, for evidence that leaves the house.

/// Placeholders, in the order in which accounts are met; the numbers of AWS's own documentation first.
const PLACEHOLDERS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

/// Writes over every account id that stands in an ARN or as a member `Account`, everywhere it stands, the same one
/// always by the same placeholder.
#[must_use]
pub fn mask_accounts(files: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut accounts: Vec<String> = Vec::new();
    for (_, text) in &files {
        for account in accounts_of(text) {
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
    }
    let masks: Vec<(String, String)> = accounts
        .into_iter()
        .enumerate()
        .map(|(at, account)| {
            let mask =
                PLACEHOLDERS.get(at).map_or_else(|| format!("{:012}", at + 1), |mask| (*mask).to_owned());
            (account, mask)
        })
        .collect();
    files.into_iter().map(|(name, text)| (name, masked(&text, &masks))).collect()
}

/// Twelve digits between colons of an ARN, or after `"Account":`.
fn accounts_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, digits) in runs(text) {
        let before = text.get(..start).unwrap_or_default();
        let arn = before.ends_with(':')
            && before.rsplit([' ', '"', '\'', '\n']).next().is_some_and(|word| word.contains("arn:"));
        let member = before.trim_end_matches(['"', ' ', ':']).ends_with("Account");
        if arn || member {
            found.push(digits.to_owned());
        }
    }
    found
}

/// Runs of exactly twelve digits, with the byte at which each begins.
fn runs(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length =
            bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 12
            && let Some(digits) = text.get(at..at + length)
        {
            found.push((at, digits));
        }
        at += length.max(1);
    }
    found
}

fn masked(text: &str, masks: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, digits) in runs(text) {
        if let Some((_, mask)) = masks.iter().find(|(account, _)| account == digits) {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(mask);
            done = start + digits.len();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_account_everywhere_and_no_other_number() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let files = vec![
            file("role.json", r#"{"Arn": "arn:aws:iam::210987654321:role/x", "Serial": 1234567890123}"#),
            file(
                "serviceaccount.yaml",
                "role-arn: arn:aws:iam::123456789012:role/x\nnumber: 210987654321\nother: 999999999999\n",
            ),
            file(
                "caller-identity.json",
                r#"{"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/a/b"}"#,
            ),
        ];
        let masked = mask_accounts(files);
        assert_eq!(masked[0].1, r#"{"Arn": "arn:aws:iam::111122223333:role/x", "Serial": 1234567890123}"#);
        assert_eq!(
            masked[1].1,
            "role-arn: arn:aws:iam::444455556666:role/x\nnumber: 111122223333\nother: 999999999999\n"
        );
        assert_eq!(
            masked[2].1,
            r#"{"Account": "444455556666", "Arn": "arn:aws:sts::444455556666:assumed-role/a/b"}"#
        );
    }
}
