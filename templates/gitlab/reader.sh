# The reader of ci-vault-gen: logs a GitLab job in to Vault or OpenBao and reads its secrets.
# shellcheck shell=sh
#
#   ci_vault_begin ADDRESS MOUNT ROLE [namespace=NS] [token=VARIABLE] [ca=FILE|VARIABLE] [lease=job] [verify=off]
#   ci_vault_read kv2|kv1|data PATH SPEC...      PATH as in the API, without /v1/, percent-encoded
#   ci_vault_read post PATH JSON SPEC...         for engines that answer a write (pki, transit, ...)
#   ci_vault_end                                 one login, one request per path, revoke, export
#
#   SPEC  NAME=field | NAME:FLAG,FLAG=field | NAME:json (the whole secret) | PREFIX:all (every field)
#   FLAG  file (NAME is the path of a file with the value) | base64 (decode) | optional (may be missing)
#
# Needs curl (7.55 or later) and any awk. Tokens and values pass from process to process through pipes only:
# never as arguments (ps shows those), never on disk (but for file secrets), never in the log (not with set -x).
# File secrets go with the shell; a job killed with SIGKILL leaves them to the runner's clean-up.

# Names that a CI variable of the same name must not preset; a second copy of this text keeps what the first holds.
command -v ci_vault_end >/dev/null 2>&1 || { unset _ci_vault_dir _ci_vault_leases; _ci_vault_dir='' _ci_vault_leases=''; }
_ci_vault_nl='
'

ci_vault_begin() {
  _ci_vault_forget
  _ci_vault_addr=${1%/} _ci_vault_mount=$2 _ci_vault_role=$3 _ci_vault_wants='' _ci_vault_token=''
  _ci_vault_from=CI_JOB_JWT _ci_vault_lease=read _ci_vault_options='' _ci_vault_namespace='' _ci_vault_ca=''
  shift 3
  for _ci_vault_arg in "$_ci_vault_addr" "$_ci_vault_mount" "$_ci_vault_role" "$@"; do
    _ci_vault_plain "$_ci_vault_arg"
  done
  for _ci_vault_arg do
    case $_ci_vault_arg in
      namespace=*) _ci_vault_namespace=${_ci_vault_arg#*=} ;;
      token=*) _ci_vault_from=${_ci_vault_arg#*=} ;;
      ca=*) _ci_vault_ca=${_ci_vault_arg#*=} ;;
      lease=job) _ci_vault_lease=job ;;
      verify=off)
        _ci_vault_options="insecure$_ci_vault_nl"
        _ci_vault_say "warning: the TLS certificate of $_ci_vault_addr is not verified (verify=off)" ;;
      *) _ci_vault_die "ci_vault_begin: unknown option $_ci_vault_arg" ;;
    esac
  done
  case $_ci_vault_ca in
    */*) ;;
    ?*) # a CI variable of type File holds the path of the file
      _ci_vault_value "$_ci_vault_ca"
      [ -r "$_ci_vault_arg" ] || _ci_vault_die "ca: the variable $_ci_vault_ca names no readable file: its type must be File"
      _ci_vault_ca=$_ci_vault_arg ;;
  esac
  [ -z "$_ci_vault_ca" ] || _ci_vault_options="${_ci_vault_options}cacert = $(_ci_vault_quoted "$_ci_vault_ca")$_ci_vault_nl"
  [ -z "$_ci_vault_namespace" ] ||
    _ci_vault_options="${_ci_vault_options}header = \"X-Vault-Namespace: $_ci_vault_namespace\"$_ci_vault_nl"
  # Proxy variables are honoured for https only: over http the proxy would see the JWT.
  case $_ci_vault_addr in http:*) _ci_vault_options="${_ci_vault_options}noproxy = \"*\"$_ci_vault_nl" ;; esac
}

# Only notes what is wanted: a line "R engine path body", then one line "S spec" for each spec.
ci_vault_read() {
  _ci_vault_plain "$2"
  case $1 in
    post) _ci_vault_wants="${_ci_vault_wants}R $1 $2 $3$_ci_vault_nl"; shift 3 ;;
    kv1 | kv2 | data) _ci_vault_wants="${_ci_vault_wants}R $1 $2 $_ci_vault_nl"; shift 2 ;;
    *) _ci_vault_die "ci_vault_read: unknown engine $1" ;;
  esac
  for _ci_vault_arg do
    case $_ci_vault_arg in
      *\\* | *"$_ci_vault_nl"*) _ci_vault_die "ci_vault_read: unsupported character in $_ci_vault_arg" ;;
    esac
    _ci_vault_wants="${_ci_vault_wants}S $_ci_vault_arg$_ci_vault_nl"
  done
}

ci_vault_end() {
  # Secrets are handled from here on: no trace, no echo, no automatic export.
  { _ci_vault_flags=$-; set +axv; } 2>/dev/null
  _ci_vault_try=0 _ci_vault_todo=all _ci_vault_names='' _ci_vault_count=0 _ci_vault_paths=0 _ci_vault_absent=''
  for _ci_vault_arg in curl awk; do
    command -v "$_ci_vault_arg" >/dev/null 2>&1 ||
      _ci_vault_die "this image has no $_ci_vault_arg: install it (apk add, apt-get install, dnf install $_ci_vault_arg)"
  done
  _ci_vault_jwt
  case "$_ci_vault_wants" in *:file* | *,file*) _ci_vault_folder ;; esac
  [ "$_ci_vault_lease" = read ] || _ci_vault_folder
  while :; do
    if [ -z "$_ci_vault_token" ]; then
      _ci_vault_ask login
      if [ -z "$_ci_vault_failed" ]; then
        # A token that could end a string of curl's configuration would be a way to write any file.
        case $_ci_vault_token in
          '' | *[!A-Za-z0-9._~+/=-]*) _ci_vault_token=''; _ci_vault_die 'the login answered a malformed token' ;;
        esac
        continue
      fi
    else
      _ci_vault_ask "$_ci_vault_todo"
      [ -z "$_ci_vault_failed" ] && break
      _ci_vault_todo=$_ci_vault_retry
    fi
    if [ -z "$_ci_vault_retry" ] || [ "$_ci_vault_try" -ge 2 ]; then _ci_vault_die "$_ci_vault_failed" ''; fi
    _ci_vault_try=$((_ci_vault_try + 1))
    _ci_vault_say "$_ci_vault_reason: retry $_ci_vault_try of 2 in $_ci_vault_wait s"
    # Not every sleep knows fractions.
    sleep "$_ci_vault_wait" 2>/dev/null || sleep $((${_ci_vault_wait%.*} + 1))
  done
  if [ "$_ci_vault_lease" = job ]; then # leases die with their token: it is revoked when the shell ends
    [ -z "$_ci_vault_leases" ] || _ci_vault_leases="${_ci_vault_leases}next$_ci_vault_nl"
    _ci_vault_leases=$_ci_vault_leases$(_ci_vault_config revoke)$_ci_vault_nl
  elif [ -n "$_ci_vault_token" ]; then
    _ci_vault_say "warning: the token could not be revoked ($_ci_vault_reason); it ends with its TTL"
  fi
  [ -z "$_ci_vault_names" ] || eval "export $_ci_vault_names"
  _ci_vault_say "read $_ci_vault_count secrets from $_ci_vault_paths paths as role $_ci_vault_role${_ci_vault_absent:+ (optional and missing:$_ci_vault_absent)}"
  _ci_vault_forget
  case $_ci_vault_flags in *a*) set -a ;; esac
  case $_ci_vault_flags in *v*) set -v ;; esac
  case $_ci_vault_flags in *x*) set -x ;; esac
}

# For scripts that set an EXIT trap of their own after ci_vault_end: call this in it.
ci_vault_finish() { _ci_vault_close 0; }

_ci_vault_say() { printf 'vault: %s\n' "$1" >&2; }

# MESSAGE [PREFIX]: the job ends here, whatever the shell's options and wherever it was called.
_ci_vault_die() {
  printf '%s%s\n' "${2-vault: }" "$1" >&2
  [ -z "${_ci_vault_token-}" ] || _ci_vault_config revoke | _ci_vault_curl >/dev/null 2>&1 || :
  _ci_vault_forget
  exit 1
}

_ci_vault_forget() { unset _ci_vault_token _ci_vault_login _ci_vault_out _ci_vault_failed _ci_vault_wants _ci_vault_arg; }

# Literals of the fragment stand in curl's configuration: nothing there may end a string or a line.
_ci_vault_plain() {
  case $1 in
    '' | *[\"\\\`[:space:][:cntrl:]]*) _ci_vault_die "unsupported character in \"$1\"" ;;
  esac
}

# A string of curl's configuration.
_ci_vault_quoted() {
  _ci_vault_left=$1 _ci_vault_done=''
  while :; do
    case $_ci_vault_left in *[\"\\]*) ;; *) break ;; esac
    _ci_vault_head=${_ci_vault_left%%[\"\\]*}
    _ci_vault_left=${_ci_vault_left#"$_ci_vault_head"}
    _ci_vault_tail=${_ci_vault_left#?}
    _ci_vault_done=$_ci_vault_done$_ci_vault_head\\${_ci_vault_left%"$_ci_vault_tail"}
    _ci_vault_left=$_ci_vault_tail
  done
  printf '"%s"' "$_ci_vault_done$_ci_vault_left"
}

# The value of the variable that $1 names.
_ci_vault_value() {
  case $1 in '' | [0-9]* | *[!A-Za-z0-9_]*) _ci_vault_die "not a variable's name: $1" ;; esac
  eval "_ci_vault_arg=\${$1-}"
}

# Checked before any request, since Vault would only say that the token is malformed.
_ci_vault_jwt() {
  _ci_vault_value "$_ci_vault_from"
  _ci_vault_login=$_ci_vault_arg
  case $_ci_vault_login in
    '')
      _ci_vault_die "the job has no JWT: the variable $_ci_vault_from is empty
    The job must extend the hidden job of its environment, which declares id_tokens; its before_script alone
    does not bring the token. GitLab before 15.7 knows no id_tokens: set gitlab.version in the manifest." ;;
    *[!A-Za-z0-9._-]* | *.*.*.* | .* | *. | *..*) ;;
    *.*.*)
      _ci_vault_login="{\"role\":\"$_ci_vault_role\",\"jwt\":\"$_ci_vault_login\"}"
      return ;;
  esac
  _ci_vault_die "the variable $_ci_vault_from holds no JWT (three base64url parts joined by dots)
    A CI/CD variable of the project, the group or this pipeline has the same name and hides the job's token:
    remove it there, or choose another name with vault.auth.token_variable in the manifest."
}

# PATH [HEADER] [BODY]: one request in curl's configuration. It ends in a line that starts with a vertical tab,
# which no JSON text contains. (curl before 7.84 leaves %header{} as it stands: then no Retry-After.)
_ci_vault_request() {
  printf '%s\n' "url = \"$_ci_vault_addr/v1/$1\"" ${2:+"$2"} 'header = "X-Vault-Request: true"' \
    'globoff' 'connect-timeout = 10' 'max-time = 60' \
    'write-out = "\v%{http_code}\t%{redirect_url}\t%header{retry-after}\n"'
  [ "$#" -lt 3 ] || printf '%s\n' 'header = "Content-Type: application/json"' 'request = "POST"' \
    "data-raw = $(_ci_vault_quoted "$3")"
  printf '%s' "$_ci_vault_options"
}

# WHAT: login, revoke, all, or the numbers of the paths to read again. A subshell, for IFS and set -f.
_ci_vault_config() (
  IFS=$_ci_vault_nl; set -f
  case $1 in
    login) _ci_vault_request "auth/$_ci_vault_mount/login" '' "$_ci_vault_login"; exit ;;
    revoke) _ci_vault_request auth/token/revoke-self "header = \"X-Vault-Token: $_ci_vault_token\"" ''; exit ;;
  esac
  _ci_vault_seen=$_ci_vault_nl _ci_vault_n=0 _ci_vault_next=''
  for _ci_vault_line in $_ci_vault_wants; do
    case $_ci_vault_line in S*) continue ;; esac
    case $_ci_vault_seen in *"$_ci_vault_nl$_ci_vault_line$_ci_vault_nl"*) continue ;; esac
    _ci_vault_seen=$_ci_vault_seen$_ci_vault_line$_ci_vault_nl _ci_vault_n=$((_ci_vault_n + 1))
    case $1 in all | *" $_ci_vault_n "*) ;; *) continue ;; esac
    _ci_vault_body=${_ci_vault_line#R * }
    _ci_vault_path=${_ci_vault_body%% *}
    _ci_vault_body=${_ci_vault_body#* }
    printf '%s' "$_ci_vault_next"
    _ci_vault_next=next$_ci_vault_nl
    _ci_vault_request "$_ci_vault_path" "header = \"X-Vault-Token: $_ci_vault_token\"" ${_ci_vault_body:+"$_ci_vault_body"}
  done
  # The token's last act, in the same process; should a path have to be read again, a new login costs little.
  [ "$_ci_vault_lease" = job ] || { echo next; _ci_vault_config revoke; }
)

# -q: no .curlrc. --fail-early: after a broken connection the rest would only wait for its time-outs.
# No redirect is followed: the token must not go to another host.
_ci_vault_curl() { curl -q -sS --stderr - --fail-early -K - 2>/dev/null; }

# WHAT as above: sends, and runs what awk makes of the answers: assignments with quoted values, no other command.
_ci_vault_ask() {
  _ci_vault_failed='' _ci_vault_retry='' _ci_vault_reason='' _ci_vault_wait=1
  _ci_vault_out=$(
    umask 077 # awk writes the file secrets
    {
      if [ "$1" = login ]; then printf 'R auth auth/%s/login \nS _ci_vault_token=client_token\n' "$_ci_vault_mount"
      else printf '%s' "$_ci_vault_wants"; fi
      printf '\v\n'
      _ci_vault_code=0
      _ci_vault_config "$1" | _ci_vault_curl || _ci_vault_code=$?
      printf '\v%s\n' "$_ci_vault_code"
    } | _ci_vault_awk "$1"
  ) || _ci_vault_die 'awk failed'
  eval "$_ci_vault_out" || _ci_vault_die 'a variable could not be set'
  _ci_vault_out=''
}

# NAME BYTES: a full disk, or an awk that cannot write a NUL, must not go unnoticed.
_ci_vault_check() {
  [ $(($(wc -c <"$_ci_vault_dir/$1"))) -eq "$2" ] || _ci_vault_die "secret $1: its file could not be written" ''
}

# A private folder for file secrets, outside the checkout (artifacts and caches are taken from there).
_ci_vault_folder() {
  [ -z "$_ci_vault_dir" ] || return 0
  for _ci_vault_arg in "${RUNNER_TEMP_PROJECT_DIR-}" "${TMPDIR-}" /tmp /dev/shm "${CI_BUILDS_DIR-}"; do
    case $_ci_vault_arg/ in
      [!/]* | / | "${CI_PROJECT_DIR:-/dev/null}"/*) continue ;;
    esac
    _ci_vault_dir=$(mktemp -d "$_ci_vault_arg/ci-vault.XXXXXX" 2>/dev/null) && break
    _ci_vault_dir=''
  done
  [ -n "$_ci_vault_dir" ] || _ci_vault_die 'no folder for file secrets: TMPDIR must name a writable one outside the checkout'
  # The user's own EXIT trap runs after ours, with the same $?. (Through a file, since $(trap) is empty in dash.)
  trap >"$_ci_vault_dir/.traps"
  _ci_vault_arg=$(cat "$_ci_vault_dir/.traps")$_ci_vault_nl
  case $_ci_vault_arg in *TERM*) ;; *) trap 'exit 143' TERM ;; esac # else dash would skip the EXIT trap
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
  if [ -n "$_ci_vault_leases" ]; then
    printf '%s' "$_ci_vault_leases" | _ci_vault_curl >/dev/null || _ci_vault_say 'warning: a token could not be revoked'
    _ci_vault_leases=''
  fi
  [ -z "$_ci_vault_dir" ] || rm -rf "$_ci_vault_dir"
  _ci_vault_dir=''
  case $_ci_vault_flags in *x*) set -x ;; esac
  return "$1"
}

# Reads what was wanted, the answers and curl's exit code; prints assignments. A backslash ends each record, so
# that escapes need no search and the work stays linear. C locale: bytes in, the same bytes out.
_ci_vault_awk() {
  LC_ALL=C what=$1 dir=$_ci_vault_dir role=$_ci_vault_role addr=$_ci_vault_addr mount=$_ci_vault_mount \
    lease=$_ci_vault_lease try=$_ci_vault_try pid=$$ awk '
BEGIN {
  RS = "\\"; ORS = ""; q = "\047"; want = "v"
  escape["b"] = "\b"; escape["f"] = "\f"; escape["n"] = "\n"; escape["r"] = "\r"; escape["t"] = "\t"
  escape["\""] = "\""; escape["\\"] = "\\"; escape["/"] = "/"
  for (i = 1; i < 256; i++) chr[i] = sprintf("%c", i)
  abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
  for (i = 0; i < 65; i++) digit[substr(abc, i + 1, 1)] = i
  source["kv2"] = source["kv1"] = source["data"] = source["post"] = "data"; source["auth"] = "auth"
}
{
  text = $0
  if (NR > 1 && !plain) text = escaped(text); else plain = 0
  n = split(text, chunk, /\v/)
  for (c = 1; c <= n; c++) {
    text = chunk[c]
    if (c > 1) { # a status line: it closes one answer and opens the next
      i = index(text, "\n"); answered(substr(text, 1, i - 1)); text = substr(text, i + 1)
    } else if (NR == 1) { wanted = text; continue }
    json(text)
  }
}

# --- JSON (RFC 8259), piece by piece: piece[] holds all tokens, with literal text and escapes of strings apart ---
function escaped(text,   c) {
  if (bad || !string) { bad = 1; return text }
  if (text == "") { piece[++m] = "\\\\"; plain = 1; return "" } # two backslashes: what follows the second is plain
  c = substr(text, 1, 1)
  if (c in escape) { piece[++m] = "\\" c; return substr(text, 2) }
  if (text ~ /^u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]/) { piece[++m] = "\\" substr(text, 1, 5); return substr(text, 6) }
  bad = 1
  return text
}
function json(text,   i, n, part) {
  if (m == start && !bad) {
    if (text ~ /^curl: /) note = substr(text, 1, index(text "\n", "\n") - 1)
    html = text ~ /^[ \t\r\n]*</
  }
  n = split(text, part, /"/)
  for (i = 1; i <= n && !bad; i++) {
    if (i > 1) quote()
    if (part[i] == "") continue
    if (!string) tokens(part[i])
    else if (part[i] ~ /[\001-\037]/) bad = 1
    else piece[++m] = part[i]
  }
}
function quote(   id) {
  piece[++m] = "\""
  if (!string) { string = m; if (want !~ /[vVkK]/) bad = 1; return }
  if (want ~ /[kK]/) { kind[0] = "s"; first[0] = string; last[0] = m; key[depth] = words(0); want = ":" }
  else { id = node("s"); first[id] = string; last[id] = m; want = "," }
  string = 0
}
function tokens(text,   i, n, t, token) {
  gsub(/[][{},:]/, " & ", text)
  n = split(text, t, /[ \t\r\n]+/)
  for (i = 1; i <= n && !bad; i++) if ((token = t[i]) != "") {
    if (token == ",") { if (want != "," || !depth) bad = 1; want = closer[depth] == "}" ? "k" : "v" }
    else if (token == ":") { if (want != ":") bad = 1; want = "v" }
    else if (token == "{" || token == "[") {
      if (want !~ /[vV]/) bad = 1
      at[depth + 1] = node("n"); depth++; size[at[depth]] = 0
      closer[depth] = token == "{" ? "}" : "]"; want = token == "{" ? "K" : "V"
    } else if (token == "}" || token == "]") {
      if (!depth || closer[depth] != token || !index(token == "}" ? ",K" : ",V", want)) bad = 1
    } else {
      if (want !~ /[vV]/ || token !~ /^(true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?)$/) bad = 1
      last[node(token)] = m + 1; want = ","
    }
    piece[++m] = token
    if (!bad && (token == "}" || token == "]")) { last[at[depth--]] = m; want = "," }
  }
}
# Only what can be asked for becomes a node: the members of .data.data, some errors. The last of equal keys wins.
function node(type,   id, up, k) {
  if (depth > 3 || (depth && closer[depth] == "]" && size[at[depth]] > 8)) return 0
  id = ++nodes; kind[id] = type; first[id] = m + 1
  if (!depth) { root[section] = id; return id }
  up = at[depth]; k = closer[depth] == "}" ? key[depth] : size[up] + 1
  if (!((up, k) in child)) name[up, ++size[up]] = k
  child[up, k] = id
  return id
}
function answered(line,   f) {
  valid[section] = !bad && !string && !depth && want == ","
  page[section] = html; said[section] = note
  split(line, f, "\t"); status[section] = f[1]; moved[section] = f[2]; after[section] = f[3]
  section++; bad = string = depth = html = 0; want = "v"; note = ""; start = m
}

# --- values: walked piece by piece; mode says what becomes of the bytes ---
function walk(id,   i, n, p) {
  for (i = first[id]; i <= last[id]; i++) {
    p = piece[i]
    if (kind[id] != "s") put(p)
    else if (i == first[id] || i == last[id]) continue
    else if (substr(p, 1, 1) != "\\") put(p)
    else if (substr(p, 2, 1) != "u") put(escape[substr(p, 2)])
    else {
      n = hex(p)
      if (n >= 55296 && n < 56320 && piece[i + 1] ~ /^\\u[dD][c-fC-F]/) n = 65536 + (n - 55296) * 1024 + hex(piece[++i]) - 56320
      else if (n >= 55296 && n < 57344) n = 65533 # half a surrogate pair
      if (n) put(utf8(n)); else nul = 1
    }
  }
}
function hex(p,   i, n) {
  for (i = 3; i < 7; i++) n = n * 16 + index("123456789abcdef", tolower(substr(p, i, 1)))
  return n
}
function utf8(n) {
  if (n < 128) return chr[n]
  if (n < 2048) return chr[192 + int(n / 64)] chr[128 + n % 64]
  if (n < 65536) return chr[224 + int(n / 4096)] chr[128 + int(n / 64) % 64] chr[128 + n % 64]
  return chr[240 + int(n / 262144)] chr[128 + int(n / 4096) % 64] chr[128 + int(n / 64) % 64] chr[128 + n % 64]
}
function put(text) { if (base64) decode(text); else out(text) }
function out(text,   i, n, part) {
  bytes += length(text)
  if (mode == "file") print text > file
  else if (mode == "text") whole = whole text
  else if (mode == "env") {
    n = split(text, part, /\047/)
    for (i = 1; i <= n; i++) print (i > 1 ? q "\"" q "\"" q : "") part[i]
  }
}
function decode(text,   i, j, n, t, a, b, c, d) {
  gsub(/[ \t\r\n]+/, "", text)
  text = carry text; n = length(text); n -= n % 4; carry = substr(text, n + 1)
  for (i = 1; i <= n; i += 256) { # short strings, since some awks measure the whole string in each substr
    t = substr(text, i, i + 255 > n ? n - i + 1 : 256)
    for (j = 1; j < length(t); j += 4) {
      a = digit[substr(t, j, 1)]; b = digit[substr(t, j + 1, 1)]; c = digit[substr(t, j + 2, 1)]; d = digit[substr(t, j + 3, 1)]
      if (a == "" || b == "" || c == "" || d == "" || a == 64 || b == 64 || (c == 64 && d != 64) || padded) { garbled = 1; return }
      padded = d == 64
      byte(a * 4 + int(b / 16))
      if (c != 64) byte(b % 16 * 16 + int(c / 4))
      if (d != 64) byte(c % 4 * 64 + d)
    }
    out(buffer); buffer = ""
  }
}
function byte(n) {
  if (n) { buffer = buffer chr[n]; return }
  out(buffer); buffer = ""
  if (!file) nul = 1
  else { bytes++; if (mode == "file") printf "%c", 0 > file }
}
function run(id, as) { mode = as; bytes = nul = garbled = padded = 0; carry = ""; walk(id); if (carry != "") garbled = 1 }
function words(id) { whole = ""; base64 = 0; run(id, "text"); return whole }
function clean(text) { # of a server: no control characters, one line, not too long
  gsub(/[^!-~]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text)
  sub(/^[0-9]+ errors? occurred: [*] /, "", text)
  return length(text) > 300 ? substr(text, 1, 300) "..." : text
}
function quoted(text,   i, n, part, s) {
  n = split(text, part, /\047/)
  for (i = 1; i <= n; i++) s = s (i > 1 ? q "\"" q "\"" q : "") part[i]
  return q s q
}
function get(id, k) { return (id, k) in child ? child[id, k] : 0 }

# --- the verdict on one answer: what[], hint[], and whether another try may help ---
function judge(r, s,   code, i, errors) {
  what[r] = hint[r] = ""; again[r] = gone[r] = 0; base[r] = 0
  if (s > got || (curl && s == got)) {
    code = said[got] != "" ? said[got] : said[got + 1]
    if (got && status[got] + 0) code = "" # beware: with an answer begun, this could be a part of it
    what[r] = "no answer (" (code == "" ? "curl: (" curl ")" : clean(code)) ")"
    again[r] = index(" 5 6 7 16 18 28 35 52 55 56 92 95 ", " " curl " ") > 0
    hint[r] = broken(curl)
    return
  }
  code = status[s]; base[r] = get(root[s], source[engine[r]])
  if (engine[r] == "kv2") base[r] = get(base[r], "data")
  if (code ~ /^2/ && valid[s] && closing(base[r])) return
  what[r] = "HTTP " code
  again[r] = code == 412 || code == 429 || (code >= 500 && code != 501)
  gone[r] = code == 404 && valid[s]
  if (after[s] ~ /^[0-9]+$/ && after[s] + 0 > wait) wait = after[s] + 0
  if (page[s] || !valid[s]) {
    if (code ~ /^3/) { what[r] = what[r] " redirect to " clean(moved[s]); hint[r] = "Redirects are not followed, so that the token goes nowhere else: make this vault.url in the manifest." }
    else if (page[s]) { what[r] = what[r] " with an HTML page"; hint[r] = "Something else than Vault answers at " addr ": a proxy, a login page or another server." }
    else if (code == 204) { what[r] = what[r] " without data"; hint[r] = "This path answers nothing that could be read." }
    else { what[r] = what[r] " with a body that is not JSON"; hint[r] = "The answer was cut short, or something else than Vault answers at " addr "." }
    return
  }
  errors = get(root[s], "errors")
  for (i = 1; i <= size[errors]; i++) what[r] = what[r] (i > 1 ? "; " : " ") clean(words(get(errors, i)))
  hint[r] = engine[r] == "auth" ? refused(code, what[r]) : denied(code, what[r], s, r)
}
function closing(id) { return id && substr(piece[first[id]], 1, 1) == "{" }
function broken(e) {
  if (e == 5 || e == 6) return "The name in " addr " (or of the proxy) cannot be resolved from this runner."
  if (e == 7) return "Nothing listens at " addr ", or a firewall refuses this runner."
  if (e == 28) return "No answer within the time-out: " addr " is unreachable from this runner, or overloaded."
  if (e == 35) return "No TLS handshake: does " addr " speak https, with a protocol version that this image knows?"
  if (e == 60) return "The certificate of the server is not signed by a CA that this image knows: set vault.ca in the manifest."
  if (e == 77) return "The CA file cannot be read."
  if (e == 18 || e == 52 || e == 55 || e == 56) return "The connection was cut."
  return "curl failed; its manual explains exit code " e "."
}
function refused(code, text) {
  if (text ~ /audience/) return "The aud of the id token and bound_audiences of the role must be equal to the last character (slash, port)."
  if (text ~ /\(iss\)/) return "bound_issuer of auth/" mount " is not the address of this GitLab."
  if (text ~ /\(exp\)|expired/) return "The token ended with the job time-out, or the clocks of GitLab and Vault differ."
  if (text ~ /\(nbf\)|\(iat\)|future/) return "The clocks of GitLab and Vault differ."
  if (text ~ /signature|algorithm|no known key/) return "auth/" mount " has the keys of another GitLab, or old ones (jwks_url, oidc_discovery_url)."
  if (text ~ /claim/) return "This job is not one that the role admits: the claim named above (ref, ref_type, project, ...) has another value.\n    Look at the refs of the environment in the manifest; a changed manifest must also be applied to Vault."
  if (text ~ /role .* could not be found/) return "The role does not exist at auth/" mount ": apply the generated Vault configuration (setup.sh)."
  if (text ~ /configuration/) return "auth/" mount " was never configured: apply the generated Vault configuration (setup.sh)."
  if (code == 403) return "At login this means a wrong auth mount (auth/" mount ") or namespace, or an address that bound_cidrs excludes."
  if (code == 404) return "Is " addr " the address of Vault itself, without a path?"
  return down(code)
}
function denied(code, text, s, r,   meta) {
  meta = get(get(root[s], "data"), "metadata")
  if (code == 404 && meta) {
    what[r] = what[r] " version " words(get(meta, "version")) " is " (words(get(meta, "destroyed")) == "true" ? "destroyed" : "deleted")
    return "Write a new version, or undelete this one; or name a living one in the manifest (version)."
  }
  if (code == 404 && get(root[s], "warnings")) return "Vault says: " clean(words(get(get(root[s], "warnings"), 1)))
  if (code == 403) return "The policy of role " role " does not allow this path, or the path does not exist in this form.\n    Apply the generated Vault configuration (setup.sh) again; check the mount, its KV version and the namespace."
  if (code == 404) return "Nothing is stored at this path: is it written yet? Check its spelling, the mount and its KV version."
  if (code ~ /^2/) return "The answer has no data."
  if (code == 405) return "The engine does not support this operation on this path: check the engine of the mount in the manifest."
  return down(code)
}
function down(code) {
  if (code == 503) return "Vault is sealed, or no node of it is active: its operators must unseal it."
  if (code == 429) return "Vault limits the rate of requests (quota)."
  return code >= 500 ? "Vault itself, or what the engine talks to, is in trouble: see the log of the server." : ""
}
function fail(r, who, text, why) {
  if (engine[r] == "auth") failed = failed "vault: login as role " role " at " addr ": " path[r] ": " text "\n"
  else failed = failed "secret " who ": " path[r] ": " text "\n"
  if (why != "" && why != told[r]) failed = failed "    " why "\n" # one hint for all secrets of a path
  told[r] = why
}

# --- one spec: assignments, or a failure ---
function spec(r, text,   i, f, flags, field, who, id, opt) {
  i = index(text, "="); field = i ? substr(text, i + 1) : ""
  split(i ? substr(text, 1, i - 1) : text, f, ":"); who = f[1]; flags = "," f[2] ","
  opt = index(flags, ",optional,"); asfile = index(flags, ",file,"); wrapped = index(flags, ",base64,")
  if (what[r] != "") {
    if (!(gone[r] && opt)) { fail(r, who, what[r], hint[r]); if (again[r]) retry[r] = 1; else fatal = 1 }
    else if (!index(flags, ",all,")) missing(who)
    return
  }
  if (index(flags, ",all,")) {
    for (i = 1; i <= size[base[r]]; i++) {
      field = name[base[r], i]; id = get(base[r], field)
      f[1] = toupper(field); gsub(/[^A-Z0-9_]/, "_", f[1]); f[1] = who f[1]
      if (taken[f[1]]++) { fail(r, f[1], "two fields become this variable", ""); fatal = 1 }
      else if (kind[id] != "null") give(r, f[1], id)
    }
    return
  }
  id = index(flags, ",json,") ? base[r] : get(base[r], field)
  if (engine[r] == "auth" && id && words(id) == "") id = 0 # so it is when MFA is demanded
  if (id && kind[id] != "null") give(r, who, id)
  else if (opt) missing(who)
  else {
    fatal = 1
    fail(r, who, "HTTP " status[answer[r]] " without " (engine[r] == "auth" ? "a token" : "field \"" clean(field) "\""), engine[r] == "auth" \
      ? "The role or its entity may demand MFA, which a job cannot answer." : "The secret exists but this field does not (or is null): check its spelling, or write it.")
  }
}
function missing(who) { if (named(who)) print "unset " who "; _ci_vault_absent=\"$_ci_vault_absent " who "\"\n" }
function named(who) { # no name that changes what the shell or the loader does
  return who ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && who !~ /^(PATH|IFS|ENV|SHELL|BASH.*|SHELLOPTS|PS4|PPID|UID|EUID|LD_.*|DYLD_.*|_ci_vault_.*)$/
}
function give(r, who, id,   why) {
  file = asfile ? dir "/" who : ""; base64 = wrapped
  run(id, "size")
  if (engine[r] != "auth" && !named(who)) why = "not allowed as the name of a variable"
  else if (garbled) why = "the value is not base64"
  else if (nul) why = "the value has a NUL character, which no environment variable can hold"
  else if (!asfile && length(who) + bytes > 131070) why = "the value is longer than 128 KiB, which no environment variable can hold: read it as a file"
  if (why != "") { fail(r, clean(who), why, ""); fatal = 1; return }
  if (asfile) {
    print "" > file
    run(id, "file"); close(file)
    print who "=" quoted(file) "\n_ci_vault_check " who " " bytes "\n"
  } else { print who "=" q; run(id, "env"); print q "\n" }
  if (engine[r] != "auth") print "_ci_vault_names=\"$_ci_vault_names " who "\" _ci_vault_count=$((_ci_vault_count + 1))\n"
}

END {
  curl = status[section - 1]; got = section - 2; what0 = ENVIRON["what"]; dir = ENVIRON["dir"]
  role = ENVIRON["role"]; addr = ENVIRON["addr"]; mount = ENVIRON["mount"]
  n = split(wanted, line, "\n")
  for (i = 1; i <= n; i++) {
    text = substr(line[i], 3)
    if (substr(line[i], 1, 1) == "R") {
      if (!(text in number)) {
        r = number[text] = ++paths; split(text, w, " "); engine[r] = w[1]; path[r] = w[2]
        if (what0 == "login" || what0 == "all" || index(what0, " " r " ")) { answer[r] = ++asked; judge(r, asked) }
      }
      r = number[text]
    } else if (r in answer && text != "") spec(r, text)
  }
  if (what0 != "login" && ENVIRON["lease"] != "job") { # the last answer is that to the revocation
    if (status[asked + 1] ~ /^(20.|400|403|404)$/) print "_ci_vault_token=\n" # 400: a batch token; 403: used up
    else print "_ci_vault_reason=" quoted(asked + 1 > got ? "no answer" : "HTTP " status[asked + 1]) "\n"
  }
  for (r = 1; r <= paths; r++) if (retry[r]) { todo = todo " " r " "; if (reason == "") reason = what[r] }
  srand(); srand(srand() + ENVIRON["pid"] * 7919)
  pause = ENVIRON["try"] + 1 + rand()
  if (pause < wait) pause = (wait > 30 ? 30 : wait) + rand()
  sub(/\n$/, "", failed)
  print "_ci_vault_failed=" quoted(failed) " _ci_vault_paths=" paths + 0 "\n"
  if (failed != "" && !fatal) print "_ci_vault_retry=" quoted(todo) " _ci_vault_reason=" quoted(reason) " _ci_vault_wait=" int(pause * 100) / 100 "\n"
}
'
}
