# Vault: what can this job read? Values stay in the subshell that reads them.
_ci_vault_namespace='$[[ inputs.namespace ]]' _ci_vault_ca='$[[ inputs.ca ]]' _ci_vault_bad=0
printf '%s\n' 'vault doctor: role $[[ inputs.role ]] at $[[ inputs.vault_url ]], auth/$[[ inputs.auth_mount ]]' \
  'What the job is, as its JWT says it (the role is bound to some of these):'
case ${CI_COMMIT_TAG:+tag} in tag) _ci_vault_kind=tag ;; *) _ci_vault_kind=branch ;; esac
printf '  %-16s %s\n' project_id "${CI_PROJECT_ID:-}" project_path "${CI_PROJECT_PATH:-}" \
  namespace_id "${CI_PROJECT_NAMESPACE_ID:-}" ref "${CI_COMMIT_REF_NAME:-}" ref_type "$_ci_vault_kind" \
  ref_protected "${CI_COMMIT_REF_PROTECTED:-}" pipeline_source "${CI_PIPELINE_SOURCE:-}" \
  environment "${CI_ENVIRONMENT_NAME:-(none)}"
_ci_vault_said=$(
  (
    ci_vault_begin '$[[ inputs.vault_url ]]' '$[[ inputs.auth_mount ]]' '$[[ inputs.role ]]' \
      ${_ci_vault_namespace:+"namespace=$_ci_vault_namespace"} ${_ci_vault_ca:+"ca=$_ci_vault_ca"}
    ci_vault_items '$[[ inputs.engine ]]' '$[[ inputs.secrets ]]'
    ci_vault_end
  ) 2>&1
) || _ci_vault_bad=1
_ci_vault_said=$_ci_vault_nl$_ci_vault_said$_ci_vault_nl
# What fails before the first request, and the login, has no name of a secret in front.
case $_ci_vault_bad$_ci_vault_said in
  1*"${_ci_vault_nl}secret "*) _ci_vault_rest_is=ok ;;
  1*) _ci_vault_rest_is=unknown ;;
  *) _ci_vault_rest_is=ok ;;
esac
_ci_vault_absent_ones=${_ci_vault_said##*' (optional and missing:'}
[ "$_ci_vault_absent_ones" != "$_ci_vault_said" ] || _ci_vault_absent_ones=''
echo 'What it could read:'
[ "$_ci_vault_rest_is" = ok ] && echo '  ok       login' || echo '  failed   login'
_ci_vault_list='$[[ inputs.secrets ]] '
while [ -n "$_ci_vault_list" ]; do
  _ci_vault_item=${_ci_vault_list%%[[:space:]]*} _ci_vault_list=${_ci_vault_list#*[[:space:]]}
  [ -n "$_ci_vault_item" ] || continue
  _ci_vault_name=${_ci_vault_item%%[:=]*} _ci_vault_verdict=$_ci_vault_rest_is
  case $_ci_vault_said in *"${_ci_vault_nl}secret $_ci_vault_name: "*) _ci_vault_verdict=failed ;; esac
  case $_ci_vault_absent_ones in *" $_ci_vault_name "* | *" $_ci_vault_name)"*) _ci_vault_verdict=absent ;; esac
  printf '  %-8s %s  (%s)\n' "$_ci_vault_verdict" "$_ci_vault_name" "${_ci_vault_item#*=}"
done
printf '%s' "${_ci_vault_said#"$_ci_vault_nl"}"
[ "$_ci_vault_bad" = 0 ] || exit 1
