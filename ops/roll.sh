#!/usr/bin/env bash
# Replaces the containers of the shop's nodes by ones of the current image and settings, without a lost request:
# as many new ones are started beside the old, and once they are ready the old ones are stopped, one after the other.
#   docker compose build && ops/roll.sh              all node kinds, the gateways last
#   ops/roll.sh shopping                             one of them
# Options of `docker compose` (-p, --env-file, -f) go into COMPOSE_ARGS.
set -euo pipefail
cd "$(dirname "$0")/.."

compose() {
  # shellcheck disable=SC2086 # several words on purpose
  docker compose ${COMPOSE_ARGS:-} "$@"
}

# How long new containers may take to get ready, in seconds.
READY_WITHIN_S=${READY_WITHIN_S:-180}
# Balancer and nodes hear of the new ones, and a stopping gateway is no longer asked, within this.
SETTLE_S=3

await_healthy() {
  local id=$1 end=$((SECONDS + READY_WITHIN_S)) health
  until health=$(docker inspect --format '{{.State.Health.Status}}' "$id") && [ "$health" = healthy ]; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "roll: $id is $health after $READY_WITHIN_S s; the old containers go on" >&2
      docker logs --tail 20 "$id" >&2
      return 1
    fi
    sleep 1
  done
}

roll() {
  local service=$1 id
  local -a old started
  mapfile -t old < <(compose ps --quiet "$service")
  echo "roll: $service, ${#old[@]} containers"
  compose up --detach --no-deps --no-recreate --no-build --scale "$service=$((2 * ${#old[@]}))" "$service"
  mapfile -t started < <(compose ps --quiet "$service" | grep -vxF "$(printf '%s\n' "${old[@]}")")
  for id in "${started[@]}"; do await_healthy "$id"; done
  for id in "${old[@]}"; do
    sleep "$SETTLE_S"
    docker stop "$id" >/dev/null
    docker rm "$id" >/dev/null
  done
}

for service in "${@:-customer product shopping api}"; do
  for one in $service; do roll "$one"; done
done
echo 'roll: done'
