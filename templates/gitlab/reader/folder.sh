# --- file secrets and the end of the shell ---
#
# A private folder holds the file secrets and, for lease=job, the ids of the leases, but no token. When the shell
# ends, its EXIT trap revokes the token, and with it all leases, and removes the folder. Where that trap cannot run
# (SIGKILL, `exec`, an EXIT trap that the job sets later without ci_vault_finish in it), after_script still finds the
# folder: ci_vault_sweep logs in anew, revokes what is listed, and removes the rest.

# NAME BYTES: neither a full disk nor an awk that cannot write a NUL must go unnoticed.
_ci_vault_check() {
  [ $(($(wc -c <"$_ci_vault_dir/$1"))) -eq "$2" ] || _ci_vault_die "secret $1: its file could not be written" ''
}

# COMMAND...: calls it with each folder for temporary files until it succeeds. Not in the checkout: artifacts and
# caches are taken from there. The first is the one that a runner keeps from a job's script to its after_script.
_ci_vault_try_folders() {
  for _ci_vault_arg in "${RUNNER_TEMP_PROJECT_DIR-}" "${TMPDIR-}" /tmp /dev/shm "${CI_BUILDS_DIR-}"; do
    case $_ci_vault_arg/ in
      [!/]* | / | "${CI_PROJECT_DIR:-/dev/null}"/*) ;;
      *) "$@" "$_ci_vault_arg" && return ;;
    esac
  done
  return 1
}

_ci_vault_make_folder() { _ci_vault_dir=$(mktemp -d "$1/ci-vault.${CI_JOB_ID-}.XXXXXX" 2>/dev/null); }

_ci_vault_folder() {
  [ -z "${_ci_vault_dir-}" ] || return 0
  _ci_vault_try_folders _ci_vault_make_folder ||
    _ci_vault_die 'no folder for file secrets: TMPDIR must name a writable one outside the checkout'
  # The job's own EXIT trap runs after ours, with the same $?. ($(trap) is empty in dash, hence the file.)
  trap >"$_ci_vault_dir/.traps"
  _ci_vault_arg=$(cat "$_ci_vault_dir/.traps")$_ci_vault_nl
  case $_ci_vault_arg in *TERM*) ;; *) trap 'exit 143' TERM ;; esac # without one, dash skips the EXIT trap
  case $_ci_vault_arg in
    *" EXIT$_ci_vault_nl"*)
      _ci_vault_arg=${_ci_vault_arg%%" EXIT$_ci_vault_nl"*}
      eval "_ci_vault_arg=${_ci_vault_arg#trap -- }" ;;
    *) _ci_vault_arg='' ;;
  esac
  # shellcheck disable=SC2064
  trap "_ci_vault_close \"\$?\" && :$_ci_vault_nl$_ci_vault_arg" EXIT
}

_ci_vault_close() {
  { _ci_vault_flags=$-; set +axv; } 2>/dev/null
  [ -z "${_ci_vault_leases-}" ] || eval "$_ci_vault_leases"
  [ -z "${_ci_vault_dir-}" ] || rm -rf "$_ci_vault_dir"
  _ci_vault_forget
  unset -v _ci_vault_leases _ci_vault_dir
  _ci_vault_resume
  return "$1"
}

ci_vault_finish() { _ci_vault_close 0; }

ci_vault_sweep() {
  [ "$_ci_vault_revoke" = off ] || _ci_vault_revoke=now
  _ci_vault_lease='' _ci_vault_wants='' _ci_vault_key="$_ci_vault_addr $_ci_vault_mount $_ci_vault_role "
  _ci_vault_try_folders _ci_vault_sweep_folder || :
  [ -z "$_ci_vault_wants" ] || ci_vault_end
}

# The leases of other roles stay for their own ci_vault_sweep.
_ci_vault_sweep_folder() {
  for _ci_vault_dir in "$1/ci-vault.${CI_JOB_ID:-none}".*; do
    # Where others may write, too, only a folder of our own can be trusted.
    # shellcheck disable=SC3067
    if [ -d "$_ci_vault_dir" ] && [ ! -L "$_ci_vault_dir" ] && [ -O "$_ci_vault_dir" ]; then
      _ci_vault_rest=''
      [ ! -f "$_ci_vault_dir/.leases" ] || while IFS= read -r _ci_vault_line; do
        case $_ci_vault_line in
          "$_ci_vault_key"*)
            ci_vault_read 'done' sys/leases/revoke "{\"lease_id\":\"${_ci_vault_line##* }\"}" lease ;;
          *) _ci_vault_rest=$_ci_vault_rest$_ci_vault_line$_ci_vault_nl ;;
        esac
      done <"$_ci_vault_dir/.leases"
      rm -rf "$_ci_vault_dir"
      [ -z "$_ci_vault_rest" ] || (
        umask 077
        mkdir "$_ci_vault_dir" && printf %s "$_ci_vault_rest" >"$_ci_vault_dir/.leases"
      )
    fi
  done
  unset -v _ci_vault_dir
  return 1
}
