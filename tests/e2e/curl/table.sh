#!/usr/bin/env bash
# The main rows of the guide's table with curl: tokens by hand, signatures from `jianmen sign`.
set -uo pipefail

project=05041fffa40025702f6dc009cc6f8f33
east=05041fffa40025702f6dc009cc6f8f34
admin=(--ak JIANMENDEMOADMIN0001 --sk jianmenDemoAdminSecretKeyForLocalUseOnly)
viewer=(--ak JIANMENDEMOVIEWER001 --sk jianmenDemoViewerSecretKeyForLocalUseOne)
newcomer=(--ak JIANMENDEMONEWBIE001 --sk jianmenDemoNewcomerSecretKeyForLocalOnly)
list=/v1/$project/cloudservers/detail
information='Incorrect IAM authentication information:'
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ask ARGUMENTS...: one call; its status in $status, headers and body in files.
ask() { status=$(curl -sS --cacert "$JIANMEN_CA" -D "$work/headers" -o "$work/body" -w '%{http_code}' "$@"); }
body() { jq -r "$1" "$work/body"; }
header() { sed -n "s/^$1: \(.*\)\r$/\1/Ip" "$work/headers"; }

# see NAME WANTED GOT
see() {
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    echo "ok $at: $1"
  else
    failed=$((failed + 1))
    printf 'FAIL %s: %s\n  wanted %s\n  got    %s\n' "$at" "$1" "$2" "$3"
  fi
}

# login USER PASSWORD SCOPE: the token in $token
login() {
  ask "$url/v3/auth/tokens" -H 'Content-Type: application/json' -d '{"auth":{"identity":{"methods":["password"],
    "password":{"user":{"name":"'"$1"'","password":"'"$2"'","domain":{"name":"demo"}}}},"scope":'"$3"'}}'
  token=$(header X-Subject-Token)
}

# signed METHOD PATH OPTIONS...: what `jianmen sign` makes, sent by curl.
signed() {
  local method=$1 path=$2
  shift 2
  mapfile -t made < <("$JIANMEN" sign "$method" "$url$path" "$@" --json |
    jq -r '.headers | to_entries[] | select(.key | ascii_downcase != "host") | "\(.key): \(.value)"')
  local headers=()
  for line in "${made[@]}"; do headers+=(-H "$line"); done
  ask -X "$method" "$url$path" "${headers[@]}" -H 'Content-Type:' "${data[@]}"
}
data=()

rows() {
  ask "$url$list"
  see 'no token' "401 APIGW.0301 $information x-auth-token not found" "$status $(body '.error_code + " " + .error_msg')"
  see 'the same request id in header and body' "$(header X-Request-Id)" "$(body .request_id)"

  ask "$url$list" -H 'X-Auth-Token: broken'
  see 'broken token' "401 APIGW.0301 $information decrypt token fail" "$status $(body '.error_code + " " + .error_msg')"

  login demo 'Jianmen@Demo1' '{"project":{"name":"cn-north-4"}}'
  see 'a password token' "201 $project" "$status $(body .token.project.id)"
  local root=$token
  ask "$url$list" -H "X-Auth-Token: $root"
  see 'it lists eight servers' '200 8' "$status $(body .count)"
  ask "$url/v1/$east/cloudservers/detail" -H "X-Auth-Token: $root"
  see 'a token of another region' '400 Common.0018 tenantId in token is not the same with in URL.' \
    "$status $(body '.error.code + " " + .error.message')"
  ask "$url/v1.0/predefine_tags" -H "X-Auth-Token: $root"
  see 'a project token on a global service' '403 TMS.0004' "$status $(body '(.error // .).error_code')"

  login demo 'Jianmen@Demo1' '{"domain":{"name":"demo"}}'
  ask "$url$list" -H "X-Auth-Token: $token"
  see 'an account token on a regional service' '400 Common.0018' "$status $(body .error.code)"
  ask "$url/v1.0/predefine_tags" -H "X-Auth-Token: $token"
  see 'an account token on a global service' 200 "$status"

  login newcomer 'Jianmen@Newcomer1' '{"project":{"name":"cn-north-4"}}'
  ask "$url$list" -H "X-Auth-Token: $token"
  see 'a newcomer' '403 Ecs.0110 do not have the required roles, forbidden to perform this action.' \
    "$status $(body '.error.code + " " + .error.message')"
  see 'why, by its request id' permission.no_group "$("$JIANMEN" explain "$(header X-Request-Id)" --json | jq -r .cause.id)"

  login viewer 'Wrong@Pass1' '{"domain":{"name":"demo"}}'
  see 'a wrong password' '401 401 The username or password is wrong. Unauthorized' \
    "$status $(body '.error | "\(.code) \(.message) \(.title)"')"

  signed GET "$list" "${admin[@]}"
  see 'a signature' '200 8' "$status $(body .count)"
  signed GET "/v3/projects?name=cn-north-4" "${admin[@]}"
  see 'the look-up of the SDKs' "200 $project" "$status $(body '.projects | map(.id) | join(",")')"
  signed GET "$list?limit=2&name=a%20b&tags=k%3Dv" "${viewer[@]}"
  see 'a signed query' 200 "$status"
  signed GET "$list" "${newcomer[@]}"
  see "a newcomer's signature" '403 Ecs.0110' "$status $(body .error.code)"
  data=(--data-binary '{"servers":[{"id":"78ccc986-016f-4405-94f9-c4d58421eca7"}]}')
  signed POST "/v1/$project/cloudservers/delete" "${viewer[@]}" -d "${data[1]}"
  see 'a viewer deletes nothing' '403 Ecs.0110' "$status $(body .error.code)"
  data=()
  signed GET "$list" --ak NOSUCHACCESSKEY00001 --sk 0
  see 'an unknown key' "401 APIGW.0301 $information ak NOSUCHACCESSKEY00001 not exist" \
    "$status $(body '.error_code + " " + .error_msg')"

  local wrong=(--ak JIANMENDEMOVIEWER001 --sk 0000000000000000000000000000000000000000)
  local date
  date=$(date -u +%Y%m%dT%H%M%SZ)
  signed GET "$list?b=2&a=1" "${wrong[@]}" --date "$date"
  see 'a wrong secret shows the canonical request' \
    "$information verify aksk signature fail, canonicalRequest:$("$JIANMEN" sign GET "$url$list?b=2&a=1" "${wrong[@]}" --date "$date" --json |
      jq -r '.canonical_request | gsub("\n"; "|")')" "$(body .error_msg)"
  signed GET "$list" "${viewer[@]}" --date 20260101T000000Z
  see 'an old signature' "$information calc aksk signature fail:signature expired, signature time:20260101T000000Z" \
    "$(body '.error_msg | sub(",server time.*"; "")')"

  ask "$url/nosuch"
  see 'an unknown path without credentials' '404 APIGW.0101' "$status $(body .error_code)"
  ask "$url$list" -H 'Host: ecs.cn-north-4.myhuaweicloud.com' -H "X-Auth-Token: $root"
  see 'the regional endpoint by Host' '200 8' "$status $(body .count)"
  ask "$url$list" -H 'Host: iam.myhuaweicloud.com' -H "X-Auth-Token: $root"
  see 'the global endpoint by Host' '404 APIGW.0101' "$status $(body .error_code)"
  ask "$url/v3" -H 'Host: iam.myhuaweicloud.com'
  see 'discovery without credentials' 200 "$status"

  # The line that `sign` prints runs as it stands.
  local line
  line=$("$JIANMEN" sign GET "$url$list" "${admin[@]}" --json | jq -r .curl)
  see 'the line that sign prints' 8 "$(eval "$line -sS --cacert $JIANMEN_CA" | tail -n 1 | jq -r .count)"
  see 'the call command' 8 "$("$JIANMEN" call GET "$url$list" "${admin[@]}" --cacert "$JIANMEN_CA" | jq -r .count)"
}

for at in http https; do
  if [ $at = http ]; then url=$JIANMEN_HTTP; else url=$JIANMEN_HTTPS; fi
  rows
done

at=http
curl -s http://127.0.0.1:1/ >/dev/null
see 'nobody listens' 7 $?

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
