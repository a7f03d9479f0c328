#!/bin/sh
# Builds a version beside the one that runs, checks it against your config.yaml and lets the next start try it (docs/install.md).
# Whatever fails or is cut here, the running version stays the good one.
# usage: update.sh ROOT HOME [REF]     ROOT holds repo/ (a clone), versions/ and slot.mjs; HOME is that of the unit
set -eu
root=$1
home=$2
ref=${3:-origin/HEAD}
[ -z "${HEATMINE_OFFLINE:-}" ] && git -C "$root/repo" fetch --quiet origin
name=$(git -C "$root/repo" rev-parse --short=12 "$ref^{commit}")
dir=$root/versions/$name
if [ ! -d "$dir" ]; then
  rm -rf "$dir.new"
  mkdir -p "$dir.new"
  git -C "$root/repo" archive "$ref" | tar -x -C "$dir.new"
  (cd "$dir.new" && npm ci --no-progress)
  "$dir.new/node_modules/.bin/node" "$dir.new/scripts/heatmine.mjs" config check --home "$home"
  sync
  mv "$dir.new" "$dir"
fi
node "$root/slot.mjs" "$root" try "versions/$name"
echo "versions/$name is built; restart the service to try it: three starts to get healthy in, else back"
