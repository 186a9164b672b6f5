#!/usr/bin/env bash
# Plants small wrong changes in the lines that differ from a commit (main, unless another is named), one at a time, and
# lists those that no test of the changed crate notices. Further arguments go to cargo-mutants: `tests/mutants.sh HEAD~3 --shard 1/4`.
set -euo pipefail
cd "$(dirname "$0")/.."
base="${1:-main}"
shift || true
diff="$(mktemp)"
trap 'rm -f "$diff"' EXIT
git diff "$base" -- '*.rs' >"$diff"
cargo mutants --in-diff "$diff" --jobs 1 "$@"
