# ci-vault-gen: all checks run, each is a case of the JUnit report, and the job fails at the end if one did.
ci_vault_manifest='$[[ inputs.manifest ]]' ci_vault_expect='$[[ inputs.expect ]]'
case '$[[ inputs.install ]]' in
  npm) npm install --global --ignore-scripts --no-audit --no-fund --loglevel=error 'ci-vault-gen@$[[ inputs.version ]]' ;;
  lockfile)
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    PATH=$PWD/node_modules/.bin:$PATH ;;
esac
ci-vault-gen --version
ci_vault_cases='' ci_vault_count=0 ci_vault_failures=0

# NAME COMMAND...: its output goes to the log, and into the report if it fails.
ci_vault_case() {
  ci_vault_name=$1 ci_vault_code=0
  shift
  printf '\n%s\n' "== $ci_vault_name"
  "$@" >ci-vault-output.txt 2>&1 || ci_vault_code=$?
  cat ci-vault-output.txt
  ci_vault_count=$((ci_vault_count + 1))
  ci_vault_cases="$ci_vault_cases<testcase classname=\"ci-vault-gen\" name=\"$ci_vault_name\">"
  if [ "$ci_vault_code" != 0 ]; then
    ci_vault_failures=$((ci_vault_failures + 1))
    # XML allows few control characters, and no `&` or `<` as they stand.
    ci_vault_text=$(tr -d '\000-\010\013-\037' <ci-vault-output.txt | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g')
    ci_vault_cases="$ci_vault_cases<failure message=\"exit code $ci_vault_code\">$ci_vault_text</failure>"
  fi
  ci_vault_cases="$ci_vault_cases</testcase>"
}

ci_vault_case check ci-vault-gen check "$ci_vault_manifest"
# The same once more for the merge request's widget; its exit code is known already.
ci-vault-gen check "$ci_vault_manifest" --format codequality >gl-code-quality-report.json || :
if [ -n "$ci_vault_expect" ]; then
  ci_vault_case matrix ci-vault-gen matrix "$ci_vault_manifest" --expect "$ci_vault_expect"
fi
if [ -n "${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}" ]; then
  git cat-file -e "$CI_MERGE_REQUEST_DIFF_BASE_SHA" 2>/dev/null ||
    git fetch --quiet --depth 1 origin "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
  ci_vault_old=$CI_MERGE_REQUEST_DIFF_BASE_SHA:$ci_vault_manifest
  if git cat-file -e "$ci_vault_old" 2>/dev/null; then
    ci-vault-gen diff --access "$ci_vault_old" "$ci_vault_manifest" --format markdown >ci-vault-access.md || :
    case '$[[ inputs.widening ]]' in
      refuse) ci_vault_case access ci-vault-gen diff --access "$ci_vault_old" "$ci_vault_manifest" --no-widening ;;
      *) ci_vault_case access ci-vault-gen diff --access "$ci_vault_old" "$ci_vault_manifest" ;;
    esac
  else
    echo "$ci_vault_manifest is new in this merge request: there is no older access to compare with"
  fi
fi
rm -f ci-vault-output.txt
printf '<testsuites><testsuite name="ci-vault-gen" tests="%s" failures="%s">%s</testsuite></testsuites>\n' \
  "$ci_vault_count" "$ci_vault_failures" "$ci_vault_cases" >ci-vault-check.xml
[ "$ci_vault_failures" = 0 ] || exit 1
