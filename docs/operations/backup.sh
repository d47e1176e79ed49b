#!/bin/sh
# Copies the backend's database into one file, while the backend goes on working.
#
#   DATABASE_URL=postgres://connector@db.example.com/connector ./backup.sh /var/backups/connector.dump
#
# Others on this machine can read the address in the list of processes: leave the password to ~/.pgpass. The file is of no
# use without SECRET_KEYS; keep those elsewhere.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: DATABASE_URL=postgres://… $0 FILE" >&2
  exit 64
fi
: "${DATABASE_URL:?is not set}"
file=$1

if [ -e "$file" ]; then
  echo "$file exists already and is left as it is." >&2
  exit 73
fi

umask 077
unfinished=$file.unfinished
trap 'rm -f "$unfinished"' EXIT
trap 'exit 1' HUP INT TERM

pg_dump --dbname="$DATABASE_URL" --format=custom --no-owner --no-privileges --file="$unfinished"
# A file that cannot be read back is no backup.
pg_restore --list "$unfinished" >/dev/null
mv "$unfinished" "$file"
echo "$file: $(wc -c <"$file" | tr -d ' ') bytes"
