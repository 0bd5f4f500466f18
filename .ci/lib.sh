# What the scripts of this folder share. Sourced, never run.

# The root of the repository; every script works from there, because outputs name files as they were named.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where cargo builds: CARGO_TARGET_DIR where it is set, else the folder that REFUND_AUDIT_TARGET names
# where that exists (a cache that outlives a clone), else ./target.
if [[ -z "${CARGO_TARGET_DIR:-}" && -n "${REFUND_AUDIT_TARGET:-}" && -d "${REFUND_AUDIT_TARGET}" ]]; then
    export CARGO_TARGET_DIR="${REFUND_AUDIT_TARGET}"
fi
target="${CARGO_TARGET_DIR:-target}"
binary="${target}/release/refund-audit"

# Audits the shipped sample into a folder. Its planted findings make exit 1, and nothing else will do.
#     audit_sample OUT [OPTION...]
audit_sample() {
    local out="$1" code=0
    shift
    "${binary}" audit data/samples --out "${out}" --force "$@" >"${out}.txt" || code=$?
    if [[ "${code}" -ne 1 ]]; then
        echo "the audit of data/samples ended with exit ${code}, not 1" >&2
        return 1
    fi
}
