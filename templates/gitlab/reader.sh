# The reader of ci-vault-gen: logs a GitLab job in to Vault or OpenBao and reads its secrets.
# shellcheck shell=sh
#
#   ci_vault_begin ADDRESS MOUNT ROLE [namespace=NS] [token=VARIABLE] [ca=FILE|VARIABLE]
#                  [lease=job] [revoke=off] [trace=allow] [verify=off] [client=cli]
#   ci_vault_read kv2|kv1|data PATH SPEC...      PATH as in the API, without /v1/, percent-encoded
#   ci_vault_read post PATH JSON SPEC...         for engines that answer a write (pki, transit, ...)
#   ci_vault_end                                 one login, one request per path, revoke, export
#   ci_vault_render VARIABLE FILENAME PART...    after ci_vault_end: a private file made of text and secrets
#   ci_vault_finish                              in an EXIT trap that the job sets after ci_vault_end
#   ci_vault_sweep                               in after_script, for lease=job: after the same ci_vault_begin
#
#   SPEC  NAME=field | NAME:FLAG,FLAG=field | NAME:json (the whole secret) | PREFIX:all (every field)
#   FLAG  file (NAME is the path of a file with the value) | base64 (decode) | optional (may be missing)
#
# Needs any awk, and curl (7.55 or later), or GNU wget, or (slower, see below) busybox, with openssl for https.
# Tokens and values go from process to process through pipes: never as arguments (ps shows those), never to disk
# (but for file secrets), never to the log (not even with set -x). What is exported, the job itself can still show.

# A CI variable must not preset our names; a second copy of this text must not forget what the first one made.
command -v ci_vault_end >/dev/null 2>&1 || unset -v _ci_vault_dir _ci_vault_leases
_ci_vault_seconds=60 # for one request
_ci_vault_nl='
'

ci_vault_begin() {
  _ci_vault_forget
  _ci_vault_addr=${1%/} _ci_vault_mount=$2 _ci_vault_role=$3 _ci_vault_wants='' _ci_vault_from=CI_JOB_JWT
  _ci_vault_namespace='' _ci_vault_ca='' _ci_vault_insecure='' _ci_vault_lease='' _ci_vault_revoke=now
  _ci_vault_trace='' _ci_vault_cli=''
  for _ci_vault_arg do
    _ci_vault_plain "$_ci_vault_arg"
    case $_ci_vault_arg in *\'*) _ci_vault_die "unsupported character in $_ci_vault_arg" ;; esac
  done
  shift 3
  for _ci_vault_arg do
    case $_ci_vault_arg in
      namespace=*) _ci_vault_namespace=${_ci_vault_arg#*=} ;;
      token=*) _ci_vault_from=${_ci_vault_arg#*=} ;;
      ca=*/*) _ci_vault_ca=${_ci_vault_arg#*=} ;;
      ca=*) # a CI variable of type File holds the path of its file
        _ci_vault_value "${_ci_vault_arg#*=}"
        _ci_vault_ca=$_ci_vault_found ;;
      lease=job) _ci_vault_lease=job ;;
      revoke=off) _ci_vault_revoke=off ;; # a batch token, which cannot be revoked
      trace=allow) _ci_vault_trace=allow ;;
      client=cli) _ci_vault_cli=cli ;; # the vault or bao of the image
      verify=off)
        _ci_vault_insecure=yes
        _ci_vault_say "warning: the TLS certificate of $_ci_vault_addr is not verified (verify=off)" ;;
      *) _ci_vault_die "ci_vault_begin: unknown option $_ci_vault_arg" ;;
    esac
    case $_ci_vault_arg in ca=*)
      [ -r "$_ci_vault_ca" ] || _ci_vault_die "$_ci_vault_arg: no such file, or it cannot be read
    A CI/CD variable that is named here must be of type File: see vault.ca in the manifest."
      _ci_vault_plain "$_ci_vault_ca" ;;
    esac
  done
  case $_ci_vault_lease$_ci_vault_revoke in jobnow) _ci_vault_revoke=end ;; esac
}

# Only notes what is wanted: a line "R engine path body", then a line "S spec" for each spec.
ci_vault_read() {
  _ci_vault_plain "$2"
  case $1 in
    post | done) _ci_vault_wants="${_ci_vault_wants}R $1 $2 $3$_ci_vault_nl"; shift 3 ;;
    kv1 | kv2 | data) _ci_vault_wants="${_ci_vault_wants}R $1 $2 $_ci_vault_nl"; shift 2 ;;
    *) _ci_vault_die "ci_vault_read: unknown engine $1" ;;
  esac
  for _ci_vault_arg do
    case $_ci_vault_arg in *\\* | *"$_ci_vault_nl"*) _ci_vault_die "unsupported character in $_ci_vault_arg" ;; esac
    _ci_vault_wants="${_ci_vault_wants}S $_ci_vault_arg$_ci_vault_nl"
  done
}

ci_vault_end() {
  # Secrets are handled from here on: no trace, no echo, no automatic export.
  { _ci_vault_flags=$-; set +axv; } 2>/dev/null
  _ci_vault_forget # with it goes the export attribute, if a CI variable or set -a gave one
  _ci_vault_token='' _ci_vault_try=0 _ci_vault_todo=all
  _ci_vault_names='' _ci_vault_count=0 _ci_vault_paths=0 _ci_vault_absent=''
  _ci_vault_check_trace
  _ci_vault_choose_client
  _ci_vault_check_jwt
  case $_ci_vault_lease$_ci_vault_wants in job* | *:file* | *,file*) _ci_vault_folder ;; esac
  while :; do
    if [ -z "$_ci_vault_token" ]; then
      _ci_vault_ask login
      [ -n "$_ci_vault_failed" ] || continue # awk gave the one or the other
    else
      _ci_vault_ask "$_ci_vault_todo"
      [ -n "$_ci_vault_failed" ] || break
      _ci_vault_todo=$_ci_vault_retry
    fi
    if [ -z "$_ci_vault_retry" ] || [ "$_ci_vault_try" = 2 ]; then _ci_vault_die "$_ci_vault_failed" ''; fi
    _ci_vault_try=$((_ci_vault_try + 1))
    _ci_vault_say "$_ci_vault_reason: retry $_ci_vault_try of 2 in $_ci_vault_wait s"
    sleep "$_ci_vault_wait" 2>/dev/null || sleep $((${_ci_vault_wait%.*} + 1)) # not every sleep knows fractions
  done
  case $_ci_vault_revoke$_ci_vault_token in
    now | off*) ;;
    end*) # leases die with their token: it is revoked when the shell ends
      _ci_vault_leases="${_ci_vault_leases-}_ci_vault_addr='$_ci_vault_addr' _ci_vault_token='$_ci_vault_token' \
_ci_vault_namespace='$_ci_vault_namespace' _ci_vault_ca='$_ci_vault_ca' _ci_vault_insecure='$_ci_vault_insecure' \
_ci_vault_client='$_ci_vault_client' _ci_vault_cli='$_ci_vault_cli'
_ci_vault_revoke_token
" ;;
    *) _ci_vault_say "warning: the token could not be revoked ($_ci_vault_reason); it ends with its TTL" ;;
  esac
  [ -z "$_ci_vault_names" ] || eval "export $_ci_vault_names"
  case $_ci_vault_wants in
    'R done'*) _ci_vault_say "revoked $_ci_vault_paths leases of role $_ci_vault_role that its script left" ;;
    *) _ci_vault_say "read $_ci_vault_count secrets from $_ci_vault_paths paths as role $_ci_vault_role\
${_ci_vault_absent:+ (optional and missing:$_ci_vault_absent)}" ;;
  esac
  _ci_vault_forget
  _ci_vault_resume
}

# --- small parts ---

_ci_vault_say() { printf 'vault: %s\n' "$1" >&2; }

# MESSAGE [PREFIX]: ends the job, whatever the shell's options.
_ci_vault_die() {
  printf '%s%s\n' "${2-vault: }" "$1" >&2
  case ${_ci_vault_token:+$_ci_vault_revoke} in now | end) _ci_vault_revoke_token ;; esac
  _ci_vault_forget
  exit 1
}

_ci_vault_forget() { unset -v _ci_vault_token _ci_vault_jwt _ci_vault_found _ci_vault_out; }

_ci_vault_resume() {
  case $_ci_vault_flags in *a*) set -a ;; esac
  case $_ci_vault_flags in *v*) set -v ;; esac
  case $_ci_vault_flags in *x*) set -x ;; esac
}

# What goes into the configuration of a client as it stands must not end a string or a line there.
_ci_vault_plain() {
  case $1 in '' | *[\"\\\`[:space:][:cntrl:]]*) _ci_vault_die "unsupported character in \"$1\"" ;; esac
}

# The value of the variable that $1 names.
_ci_vault_value() {
  case $1 in '' | [0-9]* | *[!A-Za-z0-9_]*) _ci_vault_die "not the name of a variable: $1" ;; esac
  _ci_vault_found=''
  eval "_ci_vault_found=\${$1-}"
}

_ci_vault_has() { command -v "$1" >/dev/null 2>&1; }

# --- checks before any request ---

_ci_vault_check_trace() {
  for _ci_vault_arg in CI_DEBUG_TRACE CI_DEBUG_SERVICES; do
    _ci_vault_value "$_ci_vault_arg"
    case $_ci_vault_trace$_ci_vault_found in 1 | [Tt] | [Tt][Rr][Uu][Ee])
      _ci_vault_die "$_ci_vault_arg is on: the log would show secrets as soon as a command or a service uses them
    GitLab masks no value that a script reads. Run the job without $_ci_vault_arg; or, where everyone who sees the
    log may see the values, set vault.debug_trace: allow in the manifest." ;;
    esac
  done
}

# Vault would only call the token malformed.
_ci_vault_check_jwt() {
  _ci_vault_value "$_ci_vault_from"
  _ci_vault_jwt=$_ci_vault_found
  case $_ci_vault_jwt in
    '') _ci_vault_die "the job has no JWT: the variable $_ci_vault_from is empty
    The job must extend the hidden job of its environment, which declares id_tokens; its before_script alone
    brings no token. GitLab before 15.7 knows no id_tokens: set gitlab.version in the manifest." ;;
    *[!A-Za-z0-9._-]* | *.*.*.* | .* | *. | *..*) ;;
    *.*.*) return ;;
  esac
  _ci_vault_die "the variable $_ci_vault_from holds no JWT (three base64url parts joined by dots)
    A CI/CD variable of the project, the group or this pipeline may have the same name and hide the job's token:
    rename that one, or choose another name with vault.auth.token_variable in the manifest."
}

# --- requests ---

# WHAT: login, revoke, all, or the numbers of the paths to read again. In a subshell for the sake of IFS and set -f.
_ci_vault_requests() (
  # shellcheck disable=SC2030
  IFS=$_ci_vault_nl _ci_vault_next=''; set -f
  case $1 in
    login)
      _ci_vault_body="{\"role\":\"$_ci_vault_role\",\"jwt\":\"$_ci_vault_jwt\"}"
      _ci_vault_request "auth/$_ci_vault_mount/login" '' "$_ci_vault_body"
      exit ;;
    revoke) _ci_vault_request auth/token/revoke-self "$_ci_vault_token" '{}'; exit ;;
  esac
  _ci_vault_seen=$_ci_vault_nl _ci_vault_n=0
  for _ci_vault_line in $_ci_vault_wants; do
    case $_ci_vault_line in S*) continue ;; esac
    case $_ci_vault_seen in *"$_ci_vault_nl$_ci_vault_line$_ci_vault_nl"*) continue ;; esac
    _ci_vault_seen=$_ci_vault_seen$_ci_vault_line$_ci_vault_nl _ci_vault_n=$((_ci_vault_n + 1))
    case $1 in all | *" $_ci_vault_n "*) ;; *) continue ;; esac
    _ci_vault_line=${_ci_vault_line#R * }
    _ci_vault_body=${_ci_vault_line#* }
    _ci_vault_request "${_ci_vault_line%% *}" "$_ci_vault_token" ${_ci_vault_body:+"$_ci_vault_body"}
  done
  # The token's last act, on the same connection; should a path have to be read again, a new login costs little.
  [ "$_ci_vault_revoke" != now ] || _ci_vault_request auth/token/revoke-self "$_ci_vault_token" '{}'
)

# WHAT as above: sends it, and runs what awk makes of the answers: assignments of quoted values, nothing else.
_ci_vault_ask() {
  _ci_vault_failed='vault: awk failed' _ci_vault_retry='' _ci_vault_reason='' _ci_vault_wait=1
  _ci_vault_out=$(
    umask 077 # awk writes the file secrets
    {
      if [ "$1" = login ]; then printf 'R auth auth/%s/login \nS token=client_token\n' "$_ci_vault_mount"
      else printf '%s' "$_ci_vault_wants"; fi
      printf '\v\n'
      _ci_vault_code=0
      _ci_vault_send "$1" || _ci_vault_code=$?
      printf '\v%s\n' "$_ci_vault_code"
    } | _ci_vault_awk "$1"
  ) || _ci_vault_die 'awk failed'
  eval "$_ci_vault_out" || _ci_vault_die 'a variable could not be set'
  _ci_vault_out=''
}

_ci_vault_revoke_token() {
  case $(_ci_vault_send revoke) in
    *[[:cntrl:]]20[04][[:cntrl:]]* | *[[:cntrl:]]40[034][[:cntrl:]]*) ;; # 400: a batch token; 403: it is gone
    *) _ci_vault_say 'warning: a token could not be revoked; it ends with its TTL' ;;
  esac
}

#include reader/clients.sh
#include reader/cli.sh
#include reader/folder.sh
#include reader/render.sh
# --- what the answers mean ---

# In: the wants, the answers, the client's exit code. Out: assignments. In the C locale: bytes in, the same bytes out.
_ci_vault_awk() {
  LC_ALL=C what=$1 dir=${_ci_vault_dir-} role=$_ci_vault_role addr=$_ci_vault_addr mount=$_ci_vault_mount pid=$$ \
    client=$_ci_vault_client lease=$_ci_vault_lease revoke=$_ci_vault_revoke try=$_ci_vault_try awk '
#include reader/json.awk
#include reader/values.awk
#include reader/verdicts.awk
#include reader/answers.awk
'
}
