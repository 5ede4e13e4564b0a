# Vault: the secrets that the include lists
_ci_vault_namespace='$[[ inputs.namespace ]]' _ci_vault_ca='$[[ inputs.ca ]]' _ci_vault_lease_of=''
[ '$[[ inputs.engine ]]' != generic ] || _ci_vault_lease_of=job
ci_vault_begin '$[[ inputs.vault_url ]]' '$[[ inputs.auth_mount ]]' '$[[ inputs.role ]]' \
  ${_ci_vault_namespace:+"namespace=$_ci_vault_namespace"} ${_ci_vault_ca:+"ca=$_ci_vault_ca"} \
  ${_ci_vault_lease_of:+"lease=$_ci_vault_lease_of"}
ci_vault_items '$[[ inputs.engine ]]' '$[[ inputs.secrets ]]'
ci_vault_end
