#!/bin/sh
# Builds everything into dist. A running server starts processes from there: it is whole at every moment.
set -e
copy="dist-$$"
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
mkdir "$copy"
cp -R server client protocol load-test package.json tsconfig.json tsconfig.build.json "$copy"
(
  cd "$copy"
  tsc -p tsconfig.build.json
  # Most of what loading costs is its number of files: one instead of typebox' 700.
  schema=dist/protocol/schema.js
  esbuild $schema --bundle --platform=node --format=esm --outfile=$schema --allow-overwrite --log-level=warning
)
[ ! -e dist ] || mv dist "$copy/old"
mv "$copy/dist" dist
