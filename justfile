# Chores by name; `just` lists them. Each is one command that can as well be typed.

_list:
    @just --list

# everything that must pass before a change is taken
ci:
    bash .ci/run

# all tests
test:
    cargo test

# formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# how many cases of the corpus are named rightly
score:
    cargo xtask score

# write the generated pages
docs:
    cargo xtask docs

# the repository's own rules
tidy:
    cargo xtask tidy

# licences, advisories, sources
deny:
    cargo deny check

# name the cause of a folder
diagnose folder:
    cargo run --release -- diagnose {{ folder }}
