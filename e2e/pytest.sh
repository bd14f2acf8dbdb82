# Sourced by suites that are written in Python: installs the rigs, finds the binary, runs pytest in a HOME of its own.
e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$e2e/rigs/need.sh"

# suite NAME [pytest arguments]: COMMAND_BEFORE, an array, may put a program before pytest. With BUILDS_ITSELF the suite
# builds the program where ROLECALL_BIN does not name it.
suite() {
  local name=$1 root work=$e2e/.work/$1
  shift
  root=$(dirname "$e2e")
  export ROLECALL_RIGS=${ROLECALL_RIGS:-$HOME/.cache/rolecall-rigs}
  need_node
  "$e2e/rigs/aws-clients-install"
  if [ -z "${ROLECALL_BIN:-}${BUILDS_ITSELF:-}" ]; then
    cargo build --quiet --locked --manifest-path "$root/Cargo.toml" -p rolecall
    ROLECALL_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/rolecall
  fi
  [ -z "${ROLECALL_BIN:-}" ] || export ROLECALL_BIN=$(readlink -f "$ROLECALL_BIN")
  rm -rf "$work"
  mkdir -p "$work/home" "$work/tmp"
  export HOME=$work/home TMPDIR=$work/tmp PYTHONPATH=$e2e PYTHONDONTWRITEBYTECODE=1
  unset "${!AWS_@}"
  cd "$e2e/$name"
  exec ${COMMAND_BEFORE[@]+"${COMMAND_BEFORE[@]}"} "$ROLECALL_RIGS/aws-clients/venv/bin/python" -m pytest -q -p no:cacheprovider --timeout 300 --durations 10 \
    --basetemp "$work/tmp/pytest" "$@"
}
