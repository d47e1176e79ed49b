#!/bin/sh
# Fills an empty database from a file that backup.sh wrote. Nothing of the backend may run on it yet.
#
#   createdb --owner=connector connector_restored
#   DATABASE_URL=postgres://connector@db.example.com/connector_restored ./restore.sh /var/backups/connector.dump
#
# Afterwards start the backend with this DATABASE_URL, and with SECRET_KEYS that hold the keys of the time of the backup.
# What an old backup does not bring back: deploy.md, "What is lost".
set -eu

if [ $# -ne 1 ]; then
  echo "usage: DATABASE_URL=postgres://… $0 FILE" >&2
  exit 64
fi
: "${DATABASE_URL:?is not set}"
file=$1

query() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$DATABASE_URL" "$@"
}

pg_restore --list "$file" >/dev/null

# What belongs to an extension is there in an empty database, too.
found=$(query --command="
  select count(*) from pg_class
  join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where nspname <> 'information_schema' and nspname not like 'pg\\_%'
    and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')")
if [ "$found" -ne 0 ]; then
  echo "The database is not empty ($found tables, indexes and the like) and is left as it is." >&2
  exit 73
fi

pg_restore --dbname="$DATABASE_URL" --exit-on-error --single-transaction --no-owner --no-privileges "$file"

# Time has passed since the backup, of which this database knows nothing.
if ! query --single-transaction <<'SQL'
-- What waited to go to a client has gone out since, or has not: nobody knows. As after a crash it is not sent a second time,
-- but listed as "may have arrived".
update messages set state = 'sending', due_at = now()
where direction = 'out' and state = 'waiting' and due_at is not null;

-- What managers wrote since the backup is unknown here, and would be taken for missed and sent again.
delete from marks where name = 'chat-hooks-could-come';
delete from pgboss.job where name = 'compare-history';
SQL
then
  echo "The database is filled but not ready. Drop it, and begin again with an empty one." >&2
  exit 70
fi
# Of PostgreSQL's own tables an owner who is no superuser is only warned.
query --command='set client_min_messages = error' --command=analyze
echo "$file is restored."
