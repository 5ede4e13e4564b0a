# ENGINE ITEMS: asks for each NAME[:flag,...]=mount/path#field and NAME:json=mount/path of a list between blanks.
ci_vault_items() {
  _ci_vault_list="$2 "
  while [ -n "$_ci_vault_list" ]; do
    _ci_vault_item=${_ci_vault_list%%[[:space:]]*} _ci_vault_list=${_ci_vault_list#*[[:space:]]}
    [ -n "$_ci_vault_item" ] || continue
    _ci_vault_where=${_ci_vault_item#*=} _ci_vault_field=''
    case $_ci_vault_where in *'#'*) _ci_vault_field="=${_ci_vault_where#*'#'}" _ci_vault_where=${_ci_vault_where%%'#'*} ;; esac
    case $_ci_vault_where in
      *//*) _ci_vault_at=${_ci_vault_where%%//*} _ci_vault_where=${_ci_vault_where#*//} ;;
      *) _ci_vault_at=${_ci_vault_where%%/*} _ci_vault_where=${_ci_vault_where#*/} ;;
    esac
    _ci_vault_item=${_ci_vault_item%%=*}$_ci_vault_field
    case $1 in
      kv-v2) ci_vault_read kv2 "$_ci_vault_at/data/$_ci_vault_where" "$_ci_vault_item" ;;
      kv-v1) ci_vault_read kv1 "$_ci_vault_at/$_ci_vault_where" "$_ci_vault_item" ;;
      *) ci_vault_read data "$_ci_vault_at/$_ci_vault_where" "$_ci_vault_item" ;;
    esac
  done
}
