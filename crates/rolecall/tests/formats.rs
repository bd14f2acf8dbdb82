//! The formats for other programs and other eyes: SARIF against its schema, markdown and HTML against strangers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::string_slice)]

mod binary;

use std::fs;

use binary::{Folder, corpus, root, run};
use serde_json::Value;

const CASE: &str = "corpus/k8s/004-sub-installed-in-other-namespace/evidence";

/// Names that try to become markup, links, mentions, cells, code fences and scripts.
const HOSTILE: [&str; 7] = [
    "</details><script>alert(1)</script>",
    "`` ``` ~~~ `` x",
    "a|b|c",
    "\"><img src=x onerror=alert(1)>",
    "[click](https://evil.example) @octocat #1",
    "--><svg/onload=alert(1)>",
    "${jndi} $(id) {{7*7}} <!-- ]]>",
];

/// The case with a service account of that name, in the token and in the manifest.
fn hostile(name: &str, at: usize) -> Folder {
    let quoted = serde_json::to_string(name).unwrap();
    let inner = &quoted[1..quoted.len() - 1];
    Folder::of(CASE, &format!("hostile-{at}"), &[("cluster-autoscaler", inner)])
}

fn sarif(folder: &str) -> Value {
    let done = run(&["diagnose", folder, "--format", "sarif"], "");
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{folder}: {error}: {}", done.stderr))
}

#[test]
fn sarif_is_valid() {
    let path = root().join("crates/rolecall/tests/sarif/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // Its pattern has a bracket too many, which strict readers of regular expressions refuse; no report names a language.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let valid = |what: &str, log: &Value| {
        let errors: Vec<String> =
            validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{what}: {}", errors.join("\n"));
    };
    for case in corpus() {
        valid(&case, &sarif(&case));
    }
    for (at, name) in HOSTILE.iter().enumerate() {
        valid(name, &sarif(hostile(name, at).text()));
    }
    let pasted =
        run(&["diagnose", "-", "-o", "sarif"], "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    valid("pasted", &serde_json::from_str(&pasted.stdout).unwrap());
}

/// The bytes, the lines and the columns of a region name the same text, and the fixes make the file that the diff shows.
#[test]
fn sarif_regions_and_replacements_are_exact() {
    let (mut regions, mut replaced) = (0, 0);
    for case in corpus() {
        let log = sarif(&case);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            for location in result["locations"].as_array().unwrap() {
                let place = &location["physicalLocation"];
                let Some(text) = text_of(&place["artifactLocation"]) else { continue };
                regions += 1;
                let region = &place["region"];
                let start = region["byteOffset"].as_u64().unwrap() as usize;
                let end = start + region["byteLength"].as_u64().unwrap() as usize;
                let line = text[..start].matches('\n').count() as u64 + 1;
                let column = text[..start].rsplit('\n').next().unwrap().chars().count() as u64 + 1;
                assert_eq!(
                    (region["startLine"].as_u64(), region["startColumn"].as_u64()),
                    (Some(line), Some(column))
                );
                if let Some(snippet) = region["snippet"]["text"].as_str() {
                    assert_eq!(snippet, &text[start..end], "{case}");
                }
            }
            for change in result["fixes"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|fix| fix["artifactChanges"].as_array().unwrap())
            {
                let Some(before) = text_of(&change["artifactLocation"]) else { continue };
                let mut after = before.clone();
                for one in change["replacements"].as_array().unwrap().iter().rev() {
                    let start = one["deletedRegion"]["byteOffset"].as_u64().unwrap() as usize;
                    let end = start + one["deletedRegion"]["byteLength"].as_u64().unwrap() as usize;
                    after.replace_range(start..end, one["insertedContent"]["text"].as_str().unwrap());
                }
                replaced += 1;
                assert_ne!(after, before, "{case}");
                let json = change["artifactLocation"]["uri"].as_str().unwrap().ends_with(".json");
                assert!(!json || serde_json::from_str::<Value>(&after).is_ok(), "{case}: {after}");
            }
        }
    }
    assert!(regions >= 60 && replaced >= 40, "{regions} regions, {replaced} replacements");
}

/// The file at a location relative to the repository; none where it is no file, or holds what is struck out.
fn text_of(location: &Value) -> Option<String> {
    let uri = location["uri"].as_str()?.replace("%20", " ");
    fs::read_to_string(root().join(uri)).ok().filter(|text| !text.contains("eyJ"))
}

#[test]
fn sarif_names_files_as_the_user_does() {
    let uri = |target: &str| {
        let log = sarif(target);
        log["runs"][0]["artifacts"][0]["location"]["uri"].as_str().unwrap().to_owned()
    };
    assert_eq!(uri(CASE), format!("{CASE}/role.json"));
    assert_eq!(uri(&format!("./{CASE}/")), format!("{CASE}/role.json"));
    let copy = Folder::of(CASE, "with blank & colon:", &[]);
    assert!(uri(copy.text()).starts_with("file:///"), "{}", uri(copy.text()));
    assert!(uri(copy.text()).ends_with("with%20blank%20%26%20colon%3A/role.json"), "{}", uri(copy.text()));
}

/// Outside of code, no text of a stranger becomes a tag, a link or a mention; inside of code it cannot get out.
#[test]
fn markdown_keeps_strangers_in() {
    for (at, name) in HOSTILE.iter().enumerate() {
        let folder = hostile(name, at);
        let text = run(&["diagnose", folder.text(), "-o", "markdown"], "").stdout;
        let mut fence: Option<String> = None;
        for line in text.lines() {
            let ticks: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
            match &fence {
                Some(open) => {
                    if line.trim() == open {
                        fence = None;
                    }
                    continue;
                }
                None if ticks.len() >= 3 => fence = Some(ticks),
                None => outside_of_fences(line, name),
            }
        }
        assert!(fence.is_none(), "{name}: a fence stays open:\n{text}");
        let count = |tag: &str| text.lines().filter(|line| line.starts_with(tag)).count();
        assert_eq!(count("<details>"), count("</details>"), "{name}");
    }
}

fn outside_of_fences(line: &str, name: &str) {
    let ours = line.replace("<details><summary>", "").replace("</summary>", "").replace("</details>", "");
    let escaped = ours.replace("\\`", "");
    let parts: Vec<&str> = escaped.split('`').collect();
    assert!(parts.len() % 2 == 1, "{name}: code stays open: {line}");
    for prose in parts.iter().step_by(2) {
        assert!(!prose.contains(['<', '>']), "{name}: {line}");
        assert!(!prose.contains("](") || prose.contains("\\]"), "{name}: {line}");
        assert!(!prose.contains("https://") && !prose.contains("@octocat"), "{name}: {line}");
    }
    if line.starts_with('|') {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 4, "{name}: cells: {line}");
    }
}

#[test]
fn html_keeps_strangers_in() {
    let tags = |text: &str| text.matches("<script").count() + text.matches("<img").count();
    for (at, name) in HOSTILE.iter().enumerate() {
        let folder = hostile(name, at);
        let text = run(&["diagnose", folder.text(), "-o", "html"], "").stdout;
        assert_eq!(tags(&text), 1, "{name}");
        assert!(!text.contains("<svg/onload"), "{name}");
        assert!(!text.contains(" style="), "the page's policy forbids styles of elements");
    }
}

/// Nothing in the page asks for anything outside of it.
#[test]
fn html_loads_nothing() {
    for case in corpus() {
        let text = run(&["diagnose", &case, "-o", "html"], "").stdout;
        for word in [" src=", " href=", "url(", "@import", "fetch(", "XMLHttpRequest", "<link", "<iframe"] {
            assert!(!text.contains(word), "{case}: {word}");
        }
        assert!(text.contains("default-src 'none'"), "{case}");
    }
}
