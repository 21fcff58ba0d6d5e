#!/usr/bin/env bash
# Makes .venv with exactly the locked packages. Needs Python >= 3.11 with venv and a package index, nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
uv_version=0.13.9

if ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
  found=$("$python" --version 2>/dev/null || echo "not installed")
  echo "setup: Python 3.11 or later is needed; $python is $found." >&2
  echo "       Name another one: make PYTHON=python3.12" >&2
  exit 1
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  "$python" -m venv .venv || {
    rm -rf .venv
    echo "setup: '$python -m venv' failed; on Debian and Ubuntu install python3-venv." >&2
    exit 1
  }
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"

# The lock names the default index. Where pip is told to use another, the same files (by hash) come from there.
index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
if [ -z "$index" ]; then
  .venv/bin/uv sync --locked --all-extras
else
  wanted=$(mktemp)
  trap 'rm -f "$wanted"' EXIT
  .venv/bin/uv export --quiet --frozen --all-extras --no-emit-project --output-file "$wanted"
  export UV_DEFAULT_INDEX=$index VIRTUAL_ENV=$PWD/.venv
  .venv/bin/uv pip install --require-hashes --requirement "$wanted"
  .venv/bin/uv pip install --no-deps --editable .
fi
