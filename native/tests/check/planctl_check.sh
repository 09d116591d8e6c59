#!/usr/bin/env bash
# `planctl check` from outside: exit codes, JSON, module path, pages, bundles.
#   planctl_check.sh PLANCTL MODULE_ROOT
# Plans hold variables of their own.
# shellcheck disable=SC2016
set -uo pipefail

planctl=$1
root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect WHAT EXIT_CODE COMMAND…: what it writes goes to $work/out and $work/err.
expect() {
  local what=$1 wanted=$2 got
  shift 2
  "$@" >"$work/out" 2>"$work/err"
  got=$?
  [[ $got == "$wanted" ]] || fail "$what: exit $got instead of $wanted"
}
fail() {
  echo "FAILED $1"
  sed 's/^/  /' "$work/out" "$work/err"
  failures=$((failures + 1))
}
holds() { grep -qF -- "$2" "$work/$1" || fail "$3: no '$2' in what it wrote"; }
silent() { [[ ! -s $work/out && ! -s $work/err ]] || fail "$1: it is not silent"; }

mkdir -p "$work/modules/net/types" "$work/modules/net/plans" "$work/shop/plans" "$work/shop/types" "$work/empty"
echo 'type Net::Ip = Pattern[/^[0-9.]+$/]' >"$work/modules/net/types/ip.pp"
echo 'plan net::base { input Net::Ip addresses' >"$work/modules/net/plans/base.plan"
echo '  action take { $a <- addresses $a -> drain } }' >>"$work/modules/net/plans/base.plan"
echo 'type Shop::Price = Integer[0]' >"$work/shop/types/price.pp"
echo 'plan shop::till inherits net::base { input Shop::Price prices' >"$work/shop/plans/till.plan"
echo '  action sum { $p <- prices $p -> drain } }' >>"$work/shop/plans/till.plan"
echo 'plan warn { action idle { } }' >"$work/warn.plan"
printf 'plan wrong {\n  action a { $x -> drain }\n  action b { ä -> nowhere\n' >"$work/wrong.plan"

expect 'the module' 0 "$planctl" check "$root/plans"
silent 'the module'
expect 'one of its plans' 0 "$planctl" check "$root/plans/follower.plan"
silent 'one of its plans'
expect 'warnings' 0 "$planctl" check "$work/warn.plan"
holds out 'warning[P0403]' 'warnings'
expect 'errors' 1 "$planctl" check "$work/wrong.plan"
holds out "$work/wrong.plan:2:14: error[P0201]: unknown variable '\$x'" 'errors'
holds out '             ^^' 'errors'

expect 'errors as JSON' 1 "$planctl" check --json "$work/wrong.plan"
jq -e 'length > 2 and all(.[]; (keys == ["code", "column", "end_column", "end_line", "file", "help", "line", "message", "severity"])
  and .line == .end_line and .column < .end_column and (.severity == "error" or .severity == "warning"))' "$work/out" >/dev/null ||
  fail 'errors as JSON: not as documented'
expect 'nothing as JSON' 0 "$planctl" check --json "$root/plans"
[[ $(jq -c . "$work/out") == '[]' ]] || fail 'nothing as JSON: no empty array'

expect 'without its neighbour' 1 "$planctl" check "$work/shop"
holds out 'P0205' 'without its neighbour'
expect 'with its neighbour' 0 "$planctl" check --modulepath "$work/modules" "$work/shop"
silent 'with its neighbour'
expect 'one file of it' 0 "$planctl" check --modulepath "$work/modules" "$work/shop/plans/till.plan"
silent 'one file of it'

expect 'nothing to check' 2 "$planctl" check
expect 'no such file' 2 "$planctl" check "$work/none.plan"
holds err 'there is no such file or folder' 'no such file'
expect 'an empty folder' 2 "$planctl" check "$work/empty"
expect 'no such module path' 2 "$planctl" check --modulepath "$work/none" "$work/shop"
expect 'an option that is none' 2 "$planctl" check --frobnicate "$work/shop"

expect 'a page' 0 "$planctl" check --explain P0201
cmp -s "$work/out" "$root/docs/diagnostics/P0201.md" || fail 'a page: it is not that of the docs'
expect 'no page' 2 "$planctl" check --explain P9999

bundle='{"format":1,"plan":"p","digest":"d","files":[{"path":"p.plan","text":"plan p { action a { $x -> drain } }"}]}'
expect 'a bundle' 1 "$planctl" check --bundle - <<<"$bundle"
holds out 'p.plan:1:21: error[P0201]' 'a bundle'
expect 'a bundle without its plan' 1 "$planctl" check --bundle - <<<'{"format":1,"plan":"p","digest":"d","files":[]}'
holds err "the bundle has no plan 'p'" 'a bundle without its plan'
expect 'no bundle' 2 "$planctl" check --bundle - <<<'{}'

head -c 3000000 /dev/zero >"$work/large.plan"
expect 'a large file' 1 "$planctl" check "$work/large.plan"
holds out 'P0108' 'a large file'

[[ $failures == 0 ]] && echo 'planctl check: as documented'
exit "$((failures > 0))"
