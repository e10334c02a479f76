#!/usr/bin/env bash
# Stands in for the commands of the documentation when a page is run by the tests: what keeps running goes to the
# background, what needs root happens below $ROOT. It is called by the name of the command.
set -euo pipefail

real() { # The command itself, from beyond this folder.
  local name=$1
  shift
  PATH=${PATH#"$ROOT/bin:"} exec "$name" "$@"
}

background() { # Starts what keeps running, and waits until it answers.
  local url=$1
  shift
  "$@" >>"$ROOT/background.log" 2>&1 </dev/null &
  echo $! >>"$ROOT/pids"
  local attempt
  for attempt in $(seq 300); do
    if PATH=${PATH#"$ROOT/bin:"} curl -sS -o /dev/null --max-time 5 "$url" 2>/dev/null; then return 0; fi
    if ! kill -0 $! 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "it did not start: $*" >&2
  tail -n 20 "$ROOT/background.log" >&2
  return 1
}

listen_here() {
  export WAYHOME__SERVER__PUBLIC=127.0.0.1:$PORT_4444 WAYHOME__SERVER__ADMIN=127.0.0.1:$PORT_4445
}

as_in_development() {
  listen_here
  export WAYHOME__SERVER__ISSUER=http://localhost:$PORT_4444
}

unit() { # The start line of the service, with its environment.
  local file=$ROOT/etc/systemd/system/wayhome.service
  set -a
  # shellcheck disable=SC1090
  . "$(sed -n 's/^EnvironmentFile=//p' "$file")"
  set +a
  listen_here
  local line
  read -ra line <<<"$(sed -n 's/^ExecStart=//p' "$file")"
  background "http://127.0.0.1:$PORT_4444/health/ready" "${line[@]}"
}

name=$(basename "$0")
case "$name $*" in
  "wayhome dev"*)
    shift
    as_in_development
    background "http://127.0.0.1:$PORT_4444/health/ready" "$WAYHOME_BINARY" dev \
      --demo "127.0.0.1:$PORT_4446" --demo-api "127.0.0.1:$PORT_4447" "$@"
    ;;
  "wayhome "*--dev*) as_in_development; exec "$WAYHOME_BINARY" "$@" ;;
  "wayhome "*) exec "$WAYHOME_BINARY" "$@" ;;
  "cargo run --release -- "*) shift 3; exec wayhome "$@" ;;
  "cargo install --path . --locked" | "cargo build --release --locked") ;;
  "curl "*) real curl --silent --show-error --fail-with-body --max-time 30 "$@" ;;
  "python3 -m http.server "*)
    background "http://127.0.0.1:$3/" env PATH="${PATH#"$ROOT/bin:"}" python3 -m http.server --bind 127.0.0.1 "$3"
    ;;
  "node examples/api/server.mjs" | "node examples/api/introspecting.mjs" | "node examples/sign_out/server.mjs" \
    | "node examples/webhooks/server.mjs")
    export ISSUER=http://localhost:$PORT_4444 PORT=${PORT:-$PORT_4448}
    background "http://127.0.0.1:$PORT/" env PATH="${PATH#"$ROOT/bin:"}" node "$@"
    ;;
  "node "*) real node "$@" ;;
  "sudo "*) exec "$@" ;;
  "useradd "*) ;;
  "install "*)
    arguments=()
    while [ $# -gt 0 ]; do
      case "$1" in
        -o | -g) shift ;;
        *) arguments+=("$1") ;;
      esac
      shift
    done
    real install "${arguments[@]}"
    ;;
  "setpriv "*)
    while [ "${1#--}" != "$1" ]; do shift; done
    exec "$@"
    ;;
  "systemctl daemon-reload") ;;
  "systemctl enable --now wayhome") unit ;;
  "systemctl restart wayhome")
    pid=$(tail -n 1 "$ROOT/pids")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    unit
    ;;
  *)
    echo "the documentation uses a command that its tests do not know: $name $*" >&2
    exit 127
    ;;
esac
