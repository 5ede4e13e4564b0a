# --- files made of secrets ---

# VARIABLE FILENAME PART...: a private file, 0600 as the file secrets and beside them, whose path the variable gets.
#
#   PART  =TEXT | FORM:NAME  the value of a variable: none (as it is), json, yaml, ini, properties, url
#         env:NAME           a line NAME=value for `docker run --env-file`, or nothing where NAME is not set
#
# The values are in the job's environment by now, so awk finds them there: none is an argument, none is traced.
ci_vault_render() {
  { _ci_vault_flags=$-; set +axv; } 2>/dev/null
  _ci_vault_value "$1" # is it a name?
  case $1:$2 in *:*/* | *: | *:. | *:.. | _ci_vault*) _ci_vault_die "ci_vault_render: not a file name: $2" ;; esac
  _ci_vault_folder
  _ci_vault_name=$1 _ci_vault_file=$_ci_vault_dir/$2
  shift 2
  _ci_vault_out=$(
    umask 077
    : >|"$_ci_vault_file" || exit
    _ci_vault_file=$_ci_vault_file LC_ALL=C awk '
#include reader/render.awk
' "$@"
  ) || _ci_vault_out='awk failed'
  case $_ci_vault_out in
    '' | *[!0-9]*) _ci_vault_die "file $_ci_vault_name: ${_ci_vault_out:-it could not be written}" '' ;;
  esac
  [ $(($(wc -c <"$_ci_vault_file"))) -eq "$_ci_vault_out" ] ||
    _ci_vault_die "file $_ci_vault_name: it could not be written" ''
  eval "$_ci_vault_name=\$_ci_vault_file; export $_ci_vault_name"
  _ci_vault_resume
}

