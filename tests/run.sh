#!/usr/bin/env bash
# Builds everything and runs every test. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tests/run.sh [--long] [--require-peers] [--filter EXPRESSION] [--help]

Installs the programs that tests talk to when it may (root, with apt; npm packages with npm), builds the solution in Release and runs all tests. Absent programs
skip their tests.

  --long            runs the long tests too (SS_TEST_LONG=1)
  --require-peers   an absent program fails its tests instead of skipping them (SS_REQUIRE_PEERS=1)
  --filter EXPR     runs only the tests that the expression of `dotnet test --filter` selects, for example FullyQualifiedName~Mailbox
  --help            this text

The last line is "N passed, N failed, N skipped". The exit status is zero when tests ran and none failed.
TEXT
}

# One line for each program that tests talk to: its name (of a library where it is) and the Debian package that has it.
peers='
curl curl
nghttpd nghttp2-server
h2load nghttp2-client
nginx nginx-light
microsocks microsocks
stat coreutils
tinyproxy tinyproxy
openssl openssl
script bsdutils
node nodejs
npm npm
ip iproute2
nft nftables
haproxy haproxy
libwebsockets-test-server libwebsockets-test-server
chromium-headless-shell chromium-headless-shell
/usr/lib/python3/dist-packages/websockets python3-websockets
mosquitto mosquitto
mosquitto_pub mosquitto-clients
/usr/lib/python3/dist-packages/paho python3-paho-mqtt
'

# Folders with a package.json and a lock file: npm programs that tests ask.
npm_folders='
tests/SecureStreams.Policy.Tests/Schema/ajv
tests/SecureStreams.Interop.Tests/WebSocket/node
tests/SecureStreams.Interop.Tests/Mqtt/node
'

require_peers=0
filter=()
while (($# > 0)); do
    case $1 in
        --long) export SS_TEST_LONG=1 ;;
        --require-peers) require_peers=1 ;;
        --filter)
            (($# > 1)) || { echo "--filter needs an expression." >&2; exit 2; }
            filter=(--filter "$2")
            shift
            ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $1" >&2; usage >&2; exit 2 ;;
    esac
    shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
results=$(mktemp -d)
policy_rc=
cleanup() {
    rm -rf "$results"
    if [[ -n $policy_rc ]]; then rm -f "$policy_rc"; fi
}
trap cleanup EXIT
cd "$root"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
command -v dotnet > /dev/null || { echo "dotnet is not installed; the SDK that global.json names is needed." >&2; exit 1; }

# Servers are often installed where only root looks.
has() { if [[ $1 == /* ]]; then [[ -e $1 ]]; else PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin" command -v "$1" > /dev/null; fi; }

missing_packages() {
    local program package
    while read -r program package; do
        if [[ -n $program ]] && ! has "$program"; then echo "$package"; fi
    done <<< "$peers"
}

install_peers() {
    local packages
    mapfile -t packages < <(missing_packages | sort -u)
    ((${#packages[@]} > 0)) || return 0
    if [[ $(id -u) != 0 ]]; then echo "Not installed, and this is not root, so not installing: ${packages[*]}"; return 0; fi
    if ! command -v apt-get > /dev/null; then echo "Not installed, and there is no apt here, so not installing: ${packages[*]}"; return 0; fi

    echo "Installing ${packages[*]}"
    # Tests start their servers themselves; the package must not start one of its own.
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        policy_rc=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' > "$policy_rc"
        chmod +x "$policy_rc"
    fi
    local log="$results/apt.log"
    if ! { DEBIAN_FRONTEND=noninteractive apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1; then
        echo "Installing failed:"
        tail -n 5 "$log"
    fi
    if [[ -n $policy_rc ]]; then rm -f "$policy_rc"; policy_rc=; fi
}

# npm ci removes what is there before it installs, so it runs only where the lock file is newer.
install_npm_folders() {
    local folder log="$results/npm.log"
    while read -r folder; do
        if [[ -z $folder || $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] || ! has npm; then continue; fi
        echo "Installing npm packages in $folder"
        if ! (cd "$folder" && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund) > "$log" 2>&1 < /dev/null; then
            if ((require_peers)); then echo "npm ci failed, and the tests that need it will fail:"; else echo "npm ci failed, and the tests that need it will be skipped:"; fi
            tail -n 5 "$log"
        fi
    done <<< "$npm_folders"
}

install_peers
install_npm_folders
mapfile -t still_missing < <(missing_packages | sort -u)
if ((require_peers)); then
    export SS_REQUIRE_PEERS=1
    if ((${#still_missing[@]} > 0)); then echo "Required and absent: ${still_missing[*]}. Their tests will fail."; fi
elif ((${#still_missing[@]} > 0)); then
    echo "Absent: ${still_missing[*]}. Their tests will be skipped."
fi

dotnet build SecureStreams.sln -c Release --nologo -v quiet

# One project after the other: two test processes that end in the same second would write the same trx file, and tests that hammer share the cores badly.
status=0
dotnet test SecureStreams.sln -c Release --no-build --nologo -m:1 --logger trx --results-directory "$results" ${filter[@]+"${filter[@]}"} || status=$?

# Every test project leaves a trx file. Skipped tests are counted as total minus executed: notExecuted stays zero.
shopt -s nullglob
files=("$results"/*.trx)
if ((${#files[@]} == 0)); then
    echo "No test ran."
    echo "0 passed, 0 failed, 0 skipped"
    exit 1
fi

summary=$(awk '
    function attribute(name,    parts) {
        if (!match($0, "[ \t\n]" name "=\"[^\"]*\"")) return ""
        split(substr($0, RSTART, RLENGTH), parts, "\"")
        return text(parts[2])
    }
    function text(s) {
        gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&apos;/, "\047", s); gsub(/&#x[AD];/, " ", s); gsub(/&amp;/, "\\&", s)
        return s
    }
    function finish_result() {
        if (skipping != "") skips = skips "skipped  " skipping (reason == "" ? "" : ": " reason) "\n"
        if (failing != "") failures = failures "FAILED   " failing (reason == "" ? "" : ": " substr(reason, 1, 1000)) "\n"
        skipping = failing = ""; reason = ""
    }
    function finish_file() {
        finish_result()
        if (total > 0) printf "%-40s %5d passed, %d failed, %d skipped\n", project, passed, failed, total - executed
        all_passed += passed; all_failed += failed; all_skipped += total - executed
        project = ""; total = executed = passed = failed = 0
    }
    BEGIN { RS = "<" }
    FNR == 1 && NR > 1 { finish_file() }
    /^UnitTestResult[ \t\n]/ {
        finish_result()
        if (attribute("outcome") == "NotExecuted") skipping = attribute("testName")
        if (attribute("outcome") == "Failed") failing = attribute("testName")
    }
    /^\/UnitTestResult>/ { finish_result() }
    reason == "" && (skipping != "" && /^(Message|StdOut)>/ || failing != "" && /^Message>/) { reason = text(substr($0, index($0, ">") + 1)); gsub(/[ \t\r\n]+/, " ", reason) }
    /^TestMethod[ \t\n]/ && project == "" { project = attribute("codeBase"); sub(/.*[\/\\]/, "", project); sub(/\.dll$/, "", project) }
    /^Counters[ \t\n]/ {
        total = attribute("total") + 0; executed = attribute("executed") + 0; passed = attribute("passed") + 0
        failed = attribute("failed") + attribute("error") + attribute("timeout") + attribute("aborted")
    }
    END { finish_file(); printf "%s%s%d passed, %d failed, %d skipped\n", skips, failures, all_passed, all_failed, all_skipped }
' "${files[@]}")

echo
totals=${summary##*$'\n'}
read -r passed _ failed _ skipped _ <<< "$totals"
if ((status == 0 && failed > 0)); then status=1; fi
if ((status == 0 && passed + failed == 0)); then
    echo "No test ran."
    status=1
fi
if ((status != 0 && failed == 0 && passed > 0)); then echo "dotnet test failed with status $status, although no test is counted as failed: a test process broke off."; fi
echo "$summary"
exit "$status"
