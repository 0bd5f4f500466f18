#!/usr/bin/env bash
# The whole program, from files to a run folder: time, rows a second and peak memory.
#
#     benches/whole-program.sh                 sets of 10^4, 10^5 and 10^6 orders, and the memory proof
#     benches/whole-program.sh 10000 100000    other sizes; the memory proof runs all the same
#     NO_MEMORY_PROOF=1 benches/whole-program.sh 10000
#
# BINARY names the program (default: the release build), SCRATCH the folder for the sets (default: below
# the target folder). The largest set takes about three gigabytes there and is left for the next run.
# Beside the program it needs awk, and GNU time or python3 to see the peak memory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="${CARGO_TARGET_DIR:-target}"
binary="${BINARY:-${target}/release/refund-audit}"
scratch="${SCRATCH:-${target}/whole-program}"
sizes=("$@")
[[ "${#sizes[@]}" -gt 0 ]] || sizes=(10000 100000 1000000)

if [[ ! -x "${binary}" ]]; then
    cargo build --release
fi
mkdir -p "${scratch}"

# measure COMMAND...: runs it and sets `elapsed` (seconds) and `peak` (KiB). The audit of a set with planted
# findings ends with exit 1; anything above that is a failure.
measure() {
    local report="${scratch}/measured" code=0
    if /usr/bin/time -f x true 2>/dev/null; then
        /usr/bin/time -q -o "${report}" -f '%e %M' "$@" >/dev/null || code=$?
    else
        python3 - "${report}" "$@" >/dev/null <<'PYTHON' || code=$?
import resource, subprocess, sys, time
begun = time.monotonic()
code = subprocess.run(sys.argv[2:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
peak = peak // 1024 if sys.platform == "darwin" else peak
open(sys.argv[1], "w").write(f"{time.monotonic() - begun:.2f} {peak}\n")
sys.exit(code)
PYTHON
    fi
    if [[ "${code}" -gt 1 ]]; then
        echo "exit ${code}: $*" >&2
        exit 1
    fi
    read -r elapsed peak < <(tail -n 1 "${report}")
}

# rows FILE...: their lines without the headers.
rows() {
    local sum=0 file
    for file in "$@"; do
        sum=$((sum + $(wc -l <"${file}") - 1))
    done
    echo "${sum}"
}

# print NAME ORDERS ROWS BYTES: one line of the table.
print() {
    awk -v name="$1" -v orders="$2" -v rows="$3" -v bytes="$4" -v s="${elapsed}" -v kib="${peak}" 'BEGIN {
        if (s <= 0) s = 0.01
        printf "%-26s %10d %12d %9.1f %9.2f %12.0f %9.1f %9.1f\n",
            name, orders, rows, bytes / 1e6, s, rows / s, bytes / 1e6 / s, kib / 1024
    }'
}

head_line() {
    printf '%-26s %10s %12s %9s %9s %12s %9s %9s\n' \
        "$1" orders rows MB seconds rows/s MB/s "peak MiB"
}

size_of() {
    cat "$@" | wc -c
}

head_line "generated sets"
for orders in "${sizes[@]}"; do
    set="${scratch}/set-${orders}"
    if [[ ! -d "${set}" ]]; then
        measure "${binary}" generate --seed 1 --orders "${orders}" --out "${set}"
        print "generate" "${orders}" "$(rows "${set}"/*.csv)" "$(size_of "${set}"/*.csv)"
    fi
    rows="$(rows "${set}"/*.csv)"
    bytes="$(size_of "${set}"/*.csv)"
    for threads in 1 "$(nproc 2>/dev/null || echo 2)"; do
        # Warm: the first reading of a file measures the disk.
        cat "${set}"/*.csv >/dev/null
        rm -rf "${scratch}/run"
        measure "${binary}" audit "${set}" --quiet --progress never --threads "${threads}" --out "${scratch}/run"
        print "audit, ${threads} thread(s)" "${orders}" "${rows}" "${bytes}"
    done
done
rm -rf "${scratch}/run"

[[ -z "${NO_MEMORY_PROOF:-}" ]] || exit 0

# Memory must not grow with usage rows that concern no order in question. 100,000 orders of 2023 are judged
# as of 2026: the window of each is long over, and only the first was ever returned. Two usage files, one of
# a million rows and one of ten million, belong to the other 99,999.
proof="${scratch}/proof"
mkdir -p "${proof}"
echo 'order_id,account_id,product,package_type,currency,list_price,paid_cash,paid_at' >"${proof}/orders.csv"
awk 'BEGIN {
    for (n = 1; n <= 100000; n++)
        printf "2023%016d,account-%d,css,traffic,USD,37.01,37.01,2023-02-%02dT%02d:00:00+08:00\n",
            n, n % 5000, n % 28 + 1, n % 24
}' >>"${proof}/orders.csv"
{
    echo 'refund_id,order_id,requested_at,channel,status,currency,refunded_cash,completed_at'
    echo 'R-1,20230000000000000001,2023-02-04T10:00:00+08:00,self_service,completed,USD,37.01,2023-02-04T12:00:00+08:00'
} >"${proof}/refunds.csv"
for millions in 1 10; do
    usage="${proof}/usage-${millions}m.csv"
    [[ ! -f "${usage}" ]] || continue
    {
        echo 'usage_id,order_id,posted_at,quantity,unit,basis'
        awk -v rows="$((millions * 1000000))" 'BEGIN {
            for (n = 0; n < rows; n++) {
                day = int(n * 300 / rows)
                printf "U%010d,2023%016d,2023-%02d-%02dT02:%02d:%02d+08:00,%d.%03d,GB,deduction\n",
                    n, (n * 7919) % 99999 + 2, int(day / 28) + 2, day % 28 + 1, n % 60, int(n / 60) % 60,
                    n % 90, n % 1000
            }
        }'
    } >"${usage}.part"
    mv "${usage}.part" "${usage}"
done

printf '\n'
head_line "usage of settled orders"
peaks=()
for millions in 1 10; do
    usage="${proof}/usage-${millions}m.csv"
    cat "${usage}" >/dev/null
    rm -rf "${scratch}/run"
    measure "${binary}" audit --orders "${proof}/orders.csv" --refunds "${proof}/refunds.csv" --usage "${usage}" \
        --as-of 2026-01-01T00:00:00+08:00 --usage-covers .. --quiet --progress never --out "${scratch}/run"
    print "audit, ${millions} million rows" 100000 "$(rows "${proof}/orders.csv" "${proof}/refunds.csv" "${usage}")" \
        "$(size_of "${proof}/orders.csv" "${proof}/refunds.csv" "${usage}")"
    peaks+=("${peak}")
done
rm -rf "${scratch}/run"
awk -v one="${peaks[0]}" -v ten="${peaks[1]}" 'BEGIN {
    grown = (ten - one) / 1024
    printf "\nten times the rows: %.1f MiB %s at the peak\n", grown < 0 ? -grown : grown, grown < 0 ? "less" : "more"
    # What differs between two runs of the same files is a few MiB; a kept row would cost a hundred bytes.
    if (grown > 32) { print "memory grew with rows that concern no order in question"; exit 1 }
}'
