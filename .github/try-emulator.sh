#!/usr/bin/env bash
# Installs the emulator's package in an empty folder, as a stranger does, and lets it judge and open a widget.
# Usage: try-emulator.sh <package.tgz> <widget.zip>
set -euo pipefail
package=$(realpath "$1")
widget=$(realpath "$2")

cd "$(mktemp -d)"
npm install --no-audit --no-fund "$package"
echo "Node $(node --version), $(du -sh node_modules | cut -f1) of packages"
npx kommo-widget-emulator --widget "$widget" --check

# Not through npx, so that the signal at the end reaches it.
node_modules/.bin/kommo-widget-emulator --widget "$widget" --port 0 > output &
emulator=$!
trap 'kill "$emulator"' EXIT
for _ in $(seq 1 100); do
  port=$(sed -nE 's/.*localhost:([0-9]+).*/\1/p' output)
  [ -n "$port" ] && break
  sleep 0.1
done
get() {
  curl --silent --show-error --fail --header 'Host: demo.kommo.localhost' "http://127.0.0.1:$port$1"
}
# Through a file: grep would end early, and curl would complain about it.
contains() {
  get "$1" > answer
  grep --quiet "$2" answer
}
contains /settings/widgets/ 'id="emulator-boot"'
contains /upl/chat_connector/widget/script.js define
contains /frontend/vendor/jquery.js jQuery
echo "The emulator opened $widget"
