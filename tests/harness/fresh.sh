#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the commands that README.md promises on a new machine: a minimal Debian in a folder, with a
# clone of HEAD but without the folder of shared data, as an ordinary user with sudo. Started by
# ./dev fresh.
#
# Everything inside runs in separate mount and process namespaces, so its mounts and processes end
# with this script, however it ends.
set -euo pipefail

ROOT=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
USER_INSIDE=person
SUITES=(unit contract api client)
MB_NEEDED=9000
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*"; }
fail()
{
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# --- settings of the host ------------------------------------------------------------------------

# Print the Debian mirrors of the host's apt sources, one "URI label" per line; nothing on other distributions.
host_mirrors()
{
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(LABEL)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && !seen[$2]++ { print $2, $3 }'
}

# Settings of the host's apt: proxies, certificates, checks that are off.
host_apt_settings()
{
  apt-config dump --no-empty --format '%f "%v";%n' Acquire |
    grep -iE '^Acquire::(https?|ftp)(::|-)|^Acquire::(Check-|Retries|Languages|ForceIPv4)' || true
}

release_lines()
{
  local mirror security
  mirror=${DEBIAN_MIRROR:-$(host_mirrors | awk '$2 == "Debian" { print $1; exit }')}
  security=$(host_mirrors | awk '$2 == "Debian-Security" { print $1; exit }')
  [ -n "$mirror" ] || fail "apt knows no mirror of Debian here: run apt-get update, or name one in DEBIAN_MIRROR"
  say "deb $mirror $1 main"
  [ -z "$security" ] || say "deb $security $1-security main"
}

# --- making it ----------------------------------------------------------------------------------

make_with_mmdebstrap()
{
  release_lines "$1" | mmdebstrap --quiet --variant=minbase --include="$2" \
    --aptopt="$WORK/apt.conf" "$1" "$TREE" - >"$WORK/make.log" 2>&1
}

# debootstrap takes one mirror, and its only settings are environment variables.
make_with_debootstrap()
{
  local mirror
  mirror=$(release_lines "$1" | awk 'NR == 1 { print $2 }')
  debootstrap --variant=minbase --include="$2" "$1" "$TREE" "$mirror" >"$WORK/make.log" 2>&1 &&
    release_lines "$1" >"$TREE/etc/apt/sources.list"
}

make_tree()
{
  local tool packages=ca-certificates
  [ -n "$AS_ROOT" ] || packages+=,sudo
  tool=$(command -v mmdebstrap || command -v debootstrap) ||
    fail "neither mmdebstrap nor debootstrap is here: apt-get install mmdebstrap"
  host_apt_settings >"$WORK/apt.conf"
  "make_with_$(basename "$tool")" "$1" "$packages" || {
    tail -n 15 "$WORK/make.log" >&2
    fail "$(basename "$tool") could not make $1: see $WORK/make.log"
  }
  cp "$WORK/apt.conf" "$TREE/etc/apt/apt.conf.d/90host"
  say force-unsafe-io >"$TREE/etc/dpkg/dpkg.cfg.d/fresh" # nobody needs it after a power cut
  cp -L /etc/resolv.conf /etc/hosts "$TREE/etc/"
  # Certificates that the host trusts beyond Debian's: a proxy may need them.
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$TREE/usr/local/share/ca-certificates/"
    chroot "$TREE" update-ca-certificates >"$WORK/certificates.log" 2>&1
  fi
  HOME_INSIDE=/root
  if [ -z "$AS_ROOT" ]; then
    HOME_INSIDE=/home/$USER_INSIDE
    chroot "$TREE" useradd -m -s /bin/bash "$USER_INSIDE"
    say "$USER_INSIDE ALL=(ALL) NOPASSWD: ALL" >"$TREE/etc/sudoers.d/$USER_INSIDE"
  fi
  # The owner of the checkout may be another user, which git would refuse.
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' \
    git clone -q --no-hardlinks "$ROOT" "$TREE$HOME_INSIDE/campaign-center"
  [ -n "$AS_ROOT" ] || chroot "$TREE" chown -R "$USER_INSIDE:" "$HOME_INSIDE/campaign-center"
}

# --- running there ------------------------------------------------------------------------------

# Replace this process by a command that runs in the clone, as the user inside.
inside()
{
  local proxies
  proxies=$(env | grep -iE '^(https?|no)_proxy=' || true)
  # shellcheck disable=SC2086
  TREE=$TREE exec unshare --mount --pid --fork --kill-child --propagation private bash -c '
    mount -t proc proc "$TREE/proc"
    mount -t tmpfs -o mode=1777 tmpfs "$TREE/dev/shm"
    mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$TREE/dev/pts"
    exec chroot "$TREE" "$@"' - \
    env -i $proxies PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    CAMPAIGN_API_PORT="$PORT" setpriv --reuid="$WHO" --regid="$WHO" --init-groups \
    env HOME="$HOME_INSIDE" USER="$WHO" bash -c "cd ~/campaign-center && $1" </dev/null
}

# The first part runs in one process namespace, because a namespace ends with its first process:
# ./dev up, README's session with the demo server, ./dev down. Debian's own services of PostgreSQL
# and Redis must not run, and no process may be left after ./dev down.
FIRST_PART='
  running() { cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " " | grep -oE "$1" | sort -u; }
  none() { ! running "$1" || { echo "that still runs" >&2; return 1; }; }
  ./dev up --detach
  none "/var/lib/postgres[q]l|/etc/redi[s]"
  ./dev up --detach | grep "already running"
  python3 tests/harness/tutorial_session.py "$CAMPAIGN_API_PORT" 2 >~/session.out
  echo "the sessions of README.md and docs/tutorial.md work"
  ./dev down
  none "postgresql/[0-9]+/bin|redis-serve[r]|campaign-center[d]"
'

free_port()
{
  local port=$((20000 + RANDOM % 8000))
  while (exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 10)); done
  say "$port"
}

size() { du -sxm --exclude=proc --exclude=var/cache/apt "$TREE" | cut -f 1; }

# Read "Fetched 501 MB in 40s" from the log of the apt inside, without downloads of package lists.
fetched()
{
  sed -n 's/^Fetched \([0-9.,]* [kMG]\?B\) in .*/\1/p' "$TREE$HOME_INSIDE/campaign-center/.dev/log/apt.log" 2>/dev/null |
    tail -n 1
}

minutes() { awk -v s="$1" 'BEGIN { printf "%.1f min", s / 60 }'; }

# Run a part and print its time. Arguments: name, command.
part()
{
  local started=$SECONDS before after code=0
  before=$(size)
  rm -f "$TREE$HOME_INSIDE/campaign-center/.dev/log/apt.log"
  # The command runs in the background, because bash runs traps only between commands.
  inside "$2" > >(tee -a "$WORK/run.log") 2>&1 &
  CHILD=$!
  wait "$CHILD" || code=1
  CHILD=''
  after=$(size)
  FIGURES+=("$1: $([ $code = 0 ] && echo works || echo FAILS), $(minutes $((SECONDS - started))), fetched $(fetched |
    grep . || echo nothing), tree $before -> $after MB")
  return $code
}

cleanup()
{
  # Kill the first process inside: the kernel then ends all others of its namespace, and unshare
  # ends after them.
  if [ -n "$CHILD" ]; then
    kill -KILL $(cat "/proc/$CHILD/task/$CHILD/children") || true
    wait "$CHILD" || true
  fi
  if [ -n "$KEEP" ]; then
    say "kept: $TREE (chroot there; remove it by rm -rf --one-file-system)"
  else
    rm -rf --one-file-system "$WORK"
  fi
}

run_release()
{
  local started=$SECONDS code=0
  WORK=$(mktemp -d "/var/tmp/campaign-fresh-$1-XXXXXX")
  TREE=$WORK/tree
  PORT=$(free_port)
  FIGURES=()
  chmod 755 "$WORK"
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  say "== $1: making it"
  make_tree "$1"
  FIGURES+=("made: $(minutes $((SECONDS - started))), tree $(size) MB")
  say "== $1: up, README's session, down"
  part "up, README, down" "set -eo pipefail; $FIRST_PART" || code=1
  [ -z "$(git -C "$TREE$HOME_INSIDE/campaign-center" -c safe.directory='*' status --porcelain)" ] || {
    say "up left files in the work tree"
    code=1
  }
  say "== $1: ./dev test ${SUITES[*]}"
  part "test ${SUITES[*]}" "./dev test ${SUITES[*]}" || code=1
  say "== $1, $([ -n "$AS_ROOT" ] && echo root || echo "an ordinary user"), $(git -C "$TREE$HOME_INSIDE/campaign-center" \
    -c safe.directory='*' log -1 --format=%h)"
  printf '   %s\n' "${FIGURES[@]}"
  trap - EXIT INT TERM
  cleanup
  return $code
}

CHILD='' KEEP='' AS_ROOT='' RELEASES=() CHOSEN=()
for argument in "$@"; do
  case "$argument" in
    --keep) KEEP=1 ;;
    --root) AS_ROOT=1 ;;
    bookworm | trixie) RELEASES+=("$argument") ;;
    -*) fail "fresh takes --keep, --root, bookworm, trixie and suites, not: $argument" ;;
    *) CHOSEN+=("$argument") ;;
  esac
done
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=http_proxy,https_proxy,no_proxy bash "$0" "$@"
[ ${#CHOSEN[@]} -eq 0 ] || SUITES=("${CHOSEN[@]}")
[ ${#RELEASES[@]} -gt 0 ] || RELEASES=(bookworm trixie)
WHO=$([ -n "$AS_ROOT" ] && echo root || echo "$USER_INSIDE")
unshare --mount --pid --fork true 2>/dev/null ||
  fail "a Debian from nothing needs mounts and namespaces of its own, and this machine denies them (a container?)"
free=$(df -Pm /var/tmp | awk 'NR == 2 { print $4 }')
[ "$free" -ge "$MB_NEEDED" ] || fail "the disk of /var/tmp is full: $free MB are free, $MB_NEEDED MB are needed"
result=0
for release in "${RELEASES[@]}"; do
  run_release "$release" || result=1
done
exit $result
