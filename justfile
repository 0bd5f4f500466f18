# Recipes for people who have `just`. Each is one command that can be typed as well.

# The recipes.
default:
    @just --list

# Everything that must hold before a change is taken.
check *OPTIONS:
    .ci/run {{OPTIONS}}

# The tests, as the README says them.
test:
    cargo test --release

# The tests without polars: the build is a fraction as long, and all of the judging is in it.
test-quick *FILTER:
    cargo test --release --no-default-features {{FILTER}}

# Accept what the program says of the sample today. Read the difference like code.
accept:
    .ci/accept

# One folder of worked cases: findings, policies or traps.
case FOLDER:
    cargo test --release --no-default-features --test cases -- {{FOLDER}}

# Criterion benches of judging and reading.
bench *FILTER:
    cargo bench --no-default-features -- {{FILTER}}

# The whole program on generated sets: time, rows a second, peak memory.
bench-whole:
    benches/whole-program.sh

# The audit beside DuckDB, Polars, DataFusion and pandas; writes docs/benchmarks.md. Needs PyPI once.
bench-compare *OPTIONS:
    benches/compare/run {{OPTIONS}}
