# --- client=cli: the official client of the image, `vault` or `bao` ---
#
# One process for each request, `read` and `write`, which ask nothing else first (`kv get` would). A literal is what
# the fragment says; whatever the job's environment says to the client (another address, a proxy, a wrapping TTL, a
# folder of plugins) is taken out for these processes. VAULT_TOKEN is always set, to a word where there is no token
# yet: so no token helper runs, and ~/.vault-token is neither read nor written. OpenBao reads the same names.

_ci_vault_choose_cli() {
  for _ci_vault_client in vault bao; do
    ! _ci_vault_has "$_ci_vault_client" || return 0
  done
  _ci_vault_die "this image has neither vault nor bao, and reader: cli needs one of them
    Use an image that has it, or reader: script, which needs only curl or wget."
}

# In the subshell that makes the requests. Where a value holds what looks like a name of the client's, that name is
# taken out as well, which does no harm.
_ci_vault_cli_environment() {
  # shellcheck disable=SC2030
  IFS=$_ci_vault_nl; set -f
  for _ci_vault_line in $(export -p); do
    for _ci_vault_arg in VAULT_ BAO_; do
      case $_ci_vault_line in *" $_ci_vault_arg"*)
        _ci_vault_rest=$_ci_vault_arg${_ci_vault_line#*" $_ci_vault_arg"} _ci_vault_rest=${_ci_vault_rest%%=*}
        case $_ci_vault_rest in *[!A-Za-z0-9_]*) ;; *) unset -v "$_ci_vault_rest" ;; esac ;;
      esac
    done
  done
  export VAULT_ADDR="$_ci_vault_addr" VAULT_MAX_RETRIES=0 VAULT_DISABLE_REDIRECTS=true \
    VAULT_CLIENT_TIMEOUT="${_ci_vault_seconds}s" VAULT_CONFIG_PATH=/dev/null
  [ -z "$_ci_vault_namespace" ] || export VAULT_NAMESPACE="$_ci_vault_namespace"
  [ -z "$_ci_vault_ca" ] || export VAULT_CACERT="$_ci_vault_ca"
  [ -z "$_ci_vault_insecure" ] || export VAULT_SKIP_VERIFY=true
  case $_ci_vault_addr in http:*) export NO_PROXY='*' no_proxy='*' ;; esac
}

# PATH TOKEN [BODY]: the answer to 3 and what the client says of a failure into a variable.
_ci_vault_by_cli() {
  _ci_vault_verb=read _ci_vault_name=$(_ci_vault_decode "${1%%\?*}.")
  [ "$#" -lt 3 ] || _ci_vault_verb='write'
  set -- "${1#"${1%%\?*}"}" "$2" "${3-}"
  _ci_vault_note=$(
    printf %s "$3" | {
      set -- "${1#\?}" "$2" # the query, `version=3`, becomes an argument
      [ "$_ci_vault_verb" = read ] || set -- - "$2"
      VAULT_TOKEN="${2:-none}" "$_ci_vault_client" "$_ci_vault_verb" -format=json "${_ci_vault_name%.}" ${1:+"$1"} \
        2>&1 >&3 || echo "exit: $?"
    }
  )
  _ci_vault_understand "$_ci_vault_note"
}

# The client takes paths as they are: %41 becomes A. The dot that the caller puts after it keeps a newline at the end.
_ci_vault_decode() {
  _ci_vault_rest=$1
  while :; do
    printf %s "${_ci_vault_rest%%\%*}"
    case $_ci_vault_rest in *%*) ;; *) return ;; esac
    _ci_vault_rest=${_ci_vault_rest#*\%}
    _ci_vault_code=$((0x${_ci_vault_rest%"${_ci_vault_rest#??}"}))
    printf '%b' "\\0$((_ci_vault_code / 64))$((_ci_vault_code / 8 % 8))$((_ci_vault_code % 8))"
    _ci_vault_rest=${_ci_vault_rest#??}
  done
}

# MESSAGES: makes of them what Vault had answered, and the line after it.
_ci_vault_understand() {
  _ci_vault_status=000 _ci_vault_code=0
  case $1 in
    *"exit: "*) ;;
    *) printf '\v200\t\t\n'; return ;; # or another success: see judge
  esac
  case $1 in
    *"Code: "[1-9]??.*)
      _ci_vault_status=${1#*Code: } _ci_vault_status=${_ci_vault_status%%.*}
      case $1 in *". Raw Message:"*) echo '<' ;; *) _ci_vault_cli_errors "${1#*Errors:}" ;; esac ;;
    "No value found at "*) _ci_vault_status=404; echo '{"errors":[]}' ;;
    *"invalid character '<'"*) _ci_vault_status=200; echo '<' ;;
    *"invalid character"*) _ci_vault_status=200; echo '?' ;;
    *"deadline exceeded"* | *"Client.Timeout"* | *"i/o timeout"*) _ci_vault_code=28 ;;
    *"no such host"* | *"server misbehaving"*) _ci_vault_code=6 ;;
    *"connection refused"* | *"no route"* | *unreachable*) _ci_vault_code=7 ;;
    *x509:* | *"verify certificate"*) _ci_vault_code=60 ;;
    *tls:* | *"HTTP response to HTTPS"*) _ci_vault_code=35 ;;
    *"unexpected EOF"*) _ci_vault_code=18 ;;
    *EOF* | *"connection reset"* | *"broken pipe"*) _ci_vault_code=52 ;;
    *) _ci_vault_code=${1##*exit: } ;;
  esac
  [ "$_ci_vault_code" = 0 ] || {
    set -- "${1%%"$_ci_vault_nl"*}"
    printf '%s\n' "$_ci_vault_client: ${1#Error [rw]*: }"
  }
  printf '\v%s\t\t\n' "$_ci_vault_status"
  [ "$_ci_vault_code" = 0 ] || exit "$_ci_vault_code"
}

# LINES: the server's errors, each after an asterisk, as JSON again.
_ci_vault_cli_errors() {
  _ci_vault_note='{"errors":["'
  for _ci_vault_line in $1; do
    case $_ci_vault_line in
      "exit: "*) ;;
      "* "*) printf %s "$_ci_vault_note"; _ci_vault_note='","'; _ci_vault_cli_words "${_ci_vault_line#??}" ;;
      *) _ci_vault_cli_words " $_ci_vault_line" ;;
    esac
  done
  case $_ci_vault_note in '{'*) printf '{"errors":["' ;; esac
  echo '"]}'
}
_ci_vault_cli_words() {
  IFS=$(printf '\t\r')
  for _ci_vault_arg in $1; do
    case $_ci_vault_arg in *[[:cntrl:]]*) ;; *) _ci_vault_escape "$_ci_vault_arg" ;; esac
  done
  IFS=$_ci_vault_nl
}
