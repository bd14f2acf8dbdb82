#!/usr/bin/env bash
# What action.yml runs: one diagnosis in three formats, its outcome as outputs of the step.
set -uo pipefail
code=0

if [ -n "${CHECK:-}" ]; then
  { echo '### rolecall check'; echo '```'; "$ROLECALL" check "$CHECK"; code=$?; echo '```'; } >>"$GITHUB_STEP_SUMMARY"
  [ "$FAIL" = true ] || exit 0
  exit "$code"
fi

arguments=(diagnose --here --role-arn "$ROLE" --audience "$AUDIENCE")
[ "$PROBE" != true ] || [ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] || arguments+=("--ask-token=$AUDIENCE")
while IFS= read -r path; do
  [ -z "$path" ] || arguments+=("$path")
done <<<"${EVIDENCE:-}"

"$ROLECALL" "${arguments[@]}" --format json >rolecall.json
code=$?
if [ "$code" -eq 2 ] || [ "$code" -gt 4 ]; then
  echo "::error title=rolecall::the diagnosis itself failed; see the log"
  exit 2
fi
"$ROLECALL" "${arguments[@]}" --format markdown >>"$GITHUB_STEP_SUMMARY"
"$ROLECALL" "${arguments[@]}" --format sarif >"$SARIF"
python3 - rolecall.json >>"$GITHUB_OUTPUT" <<'P'
import json, sys

report = json.load(open(sys.argv[1]))
print("conclusion=" + report["conclusion"])
print("cause=" + (report["findings"][0]["cause"] if report["findings"] else ""))
P
[ "$FAIL" = true ] || exit 0
[ "$code" -ne 1 ] || exit 1
exit 0
