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
# Needs curl (7.55 or later) and any awk. Tokens and values go from process to process through pipes: never as
# arguments (ps shows those), never to disk (but for file secrets), never to the log (not even with set -x).
# File secrets go when the shell ends; a job killed with SIGKILL leaves them to the runner's clean-up.

# A CI variable must not preset our names; a second copy of this text must not forget what the first one made.
command -v ci_vault_end >/dev/null 2>&1 || unset -v _ci_vault_dir _ci_vault_leases
_ci_vault_nl='
'

ci_vault_begin() {
  _ci_vault_forget
  _ci_vault_addr=${1%/} _ci_vault_mount=$2 _ci_vault_role=$3 _ci_vault_wants=''
  _ci_vault_from=CI_JOB_JWT _ci_vault_lease=read _ci_vault_options=''
  for _ci_vault_arg do _ci_vault_plain "$_ci_vault_arg"; done
  # Over http a proxy would see the job's JWT, and a CI variable is enough to name one: https only.
  case $_ci_vault_addr in http:*) _ci_vault_option 'noproxy = "*"' ;; esac
  shift 3
  for _ci_vault_arg do
    case $_ci_vault_arg in
      namespace=*) _ci_vault_option "header = \"X-Vault-Namespace: ${_ci_vault_arg#*=}\"" ;;
      token=*) _ci_vault_from=${_ci_vault_arg#*=} ;;
      ca=*/*) _ci_vault_option "cacert = \"${_ci_vault_arg#*=}\"" ;;
      ca=*) # a CI variable of type File holds the path of its file
        _ci_vault_value "${_ci_vault_arg#*=}"
        [ -r "$_ci_vault_found" ] || _ci_vault_die "$_ci_vault_arg: the variable names no readable file: its type must be File"
        _ci_vault_plain "$_ci_vault_found"
        _ci_vault_option "cacert = \"$_ci_vault_found\"" ;;
      lease=job) _ci_vault_lease=job ;;
      verify=off)
        _ci_vault_option insecure
        _ci_vault_say "warning: the TLS certificate of $_ci_vault_addr is not verified (verify=off)" ;;
      *) _ci_vault_die "ci_vault_begin: unknown option $_ci_vault_arg" ;;
    esac
  done
}

# Only notes what is wanted: a line "R engine path body", then a line "S spec" for each spec.
ci_vault_read() {
  _ci_vault_plain "$2"
  case $1 in
    post) _ci_vault_wants="${_ci_vault_wants}R $1 $2 $3$_ci_vault_nl"; shift 3 ;;
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
  _ci_vault_token='' _ci_vault_try=0 _ci_vault_todo=all _ci_vault_names='' _ci_vault_count=0 _ci_vault_paths=0 _ci_vault_absent=''
  for _ci_vault_arg in curl awk; do
    command -v "$_ci_vault_arg" >/dev/null 2>&1 ||
      _ci_vault_die "this image has no $_ci_vault_arg: install it (apk add, apt-get install, dnf install $_ci_vault_arg)"
  done
  _ci_vault_check_jwt
  case $_ci_vault_lease$_ci_vault_wants in job* | *:file* | *,file*) _ci_vault_folder ;; esac
  while :; do
    if [ -z "$_ci_vault_token" ]; then
      _ci_vault_ask login
      case $_ci_vault_failed$_ci_vault_token in
        '' | *[!A-Za-z0-9._~+/=-]*) # a failure, or a token that could end a string of curl's configuration
          [ -n "$_ci_vault_failed" ] || { _ci_vault_token=''; _ci_vault_die 'the login answered a malformed token'; } ;;
        *) continue ;;
      esac
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
  if [ "$_ci_vault_lease" = job ]; then # leases die with their token: it is revoked when the shell ends
    _ci_vault_leases="${_ci_vault_leases-}${_ci_vault_leases:+next$_ci_vault_nl}$(_ci_vault_config revoke)$_ci_vault_nl"
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

# For a job that sets an EXIT trap of its own after ci_vault_end: call this in it.
ci_vault_finish() { _ci_vault_close 0; }

# --- small parts ---

_ci_vault_say() { printf 'vault: %s\n' "$1" >&2; }

# MESSAGE [PREFIX]: ends the job, whatever the shell's options.
_ci_vault_die() {
  printf '%s%s\n' "${2-vault: }" "$1" >&2
  [ -z "${_ci_vault_token-}" ] || _ci_vault_config revoke | _ci_vault_curl >/dev/null || :
  _ci_vault_forget
  exit 1
}

_ci_vault_forget() { unset -v _ci_vault_token _ci_vault_jwt _ci_vault_found _ci_vault_out; }

_ci_vault_option() { _ci_vault_options=$_ci_vault_options$1$_ci_vault_nl; }

# What goes into curl's configuration as it stands must not end a string or a line there.
_ci_vault_plain() {
  case $1 in '' | *[\"\\\`[:space:][:cntrl:]]*) _ci_vault_die "unsupported character in \"$1\"" ;; esac
}

# In a string of curl's configuration a backslash stands before each quote and backslash.
_ci_vault_escape() {
  _ci_vault_rest=$1 _ci_vault_escaped=''
  while :; do
    _ci_vault_escaped=$_ci_vault_escaped${_ci_vault_rest%%[\"\\]*}
    case $_ci_vault_rest in *[\"\\]*) ;; *) return ;; esac
    _ci_vault_rest=${_ci_vault_rest#"${_ci_vault_rest%%[\"\\]*}"}
    _ci_vault_escaped=$_ci_vault_escaped\\${_ci_vault_rest%"${_ci_vault_rest#?}"}
    _ci_vault_rest=${_ci_vault_rest#?}
  done
}

# The value of the variable that $1 names.
_ci_vault_value() {
  case $1 in '' | [0-9]* | *[!A-Za-z0-9_]*) _ci_vault_die "not the name of a variable: $1" ;; esac
  _ci_vault_found=''
  eval "_ci_vault_found=\${$1-}"
}

# Checked before any request, since Vault would only call the token malformed.
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

# PATH [HEADER] [BODY]: one request in curl's configuration. The answer is followed by a line that starts with a
# vertical tab, which no JSON text contains. (curl before 7.84 does not know %header: no Retry-After then.)
_ci_vault_request() {
  printf '%s\n' "url = \"$_ci_vault_addr/v1/$1\"" ${2:+"header = \"$2\""} 'header = "X-Vault-Request: true"' \
    globoff 'connect-timeout = 10' 'max-time = 60' \
    'write-out = "\v%{http_code}\t%{redirect_url}\t%header{retry-after}\n"'
  [ "$#" -lt 3 ] || printf 'header = "Content-Type: application/json"\ndata-raw = "%s"\n' "$3"
  printf '%s' "$_ci_vault_options"
}

# WHAT: login, revoke, all, or the numbers of the paths to read again. In a subshell for the sake of IFS and set -f.
_ci_vault_config() (
  IFS=$_ci_vault_nl; set -f
  case $1 in
    login) _ci_vault_request "auth/$_ci_vault_mount/login" '' \
      "{\\\"role\\\":\\\"$_ci_vault_role\\\",\\\"jwt\\\":\\\"$_ci_vault_jwt\\\"}"; exit ;;
    revoke) _ci_vault_request auth/token/revoke-self "X-Vault-Token: $_ci_vault_token" ''; exit ;;
  esac
  _ci_vault_seen=$_ci_vault_nl _ci_vault_n=0 _ci_vault_next=''
  for _ci_vault_line in $_ci_vault_wants; do
    case $_ci_vault_line in S*) continue ;; esac
    case $_ci_vault_seen in *"$_ci_vault_nl$_ci_vault_line$_ci_vault_nl"*) continue ;; esac
    _ci_vault_seen=$_ci_vault_seen$_ci_vault_line$_ci_vault_nl _ci_vault_n=$((_ci_vault_n + 1))
    case $1 in all | *" $_ci_vault_n "*) ;; *) continue ;; esac
    _ci_vault_line=${_ci_vault_line#R * }
    _ci_vault_escape "${_ci_vault_line#* }"
    printf '%s' "$_ci_vault_next"
    _ci_vault_next=next$_ci_vault_nl
    _ci_vault_request "${_ci_vault_line%% *}" "X-Vault-Token: $_ci_vault_token" ${_ci_vault_escaped:+"$_ci_vault_escaped"}
  done
  # The token's last act, in the same process; should a path have to be read again, a new login costs little.
  [ "$_ci_vault_lease" = job ] || { echo next; _ci_vault_config revoke; }
)

# -q: no .curlrc. --fail-early: after a broken connection the other requests would only wait for their time-outs.
# Redirects are not followed: the token must not go to another host.
_ci_vault_curl() { curl -q -sS --stderr - --fail-early -K - 2>/dev/null; }

# WHAT as above: sends it, and runs what awk makes of the answers: assignments of quoted values, nothing else.
_ci_vault_ask() {
  _ci_vault_failed='' _ci_vault_retry='' _ci_vault_reason='' _ci_vault_wait=1
  _ci_vault_out=$(
    umask 077 # awk writes the file secrets
    {
      if [ "$1" = login ]; then printf 'R auth auth/%s/login \nS token=client_token\n' "$_ci_vault_mount"
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

# --- file secrets and the end of the shell ---

# NAME BYTES: neither a full disk nor an awk that cannot write a NUL must go unnoticed.
_ci_vault_check() {
  [ $(($(wc -c <"$_ci_vault_dir/$1"))) -eq "$2" ] || _ci_vault_die "secret $1: its file could not be written" ''
}

# A private folder, outside the checkout: artifacts and caches are taken from there.
_ci_vault_folder() {
  [ -z "${_ci_vault_dir-}" ] || return 0
  for _ci_vault_arg in "${RUNNER_TEMP_PROJECT_DIR-}" "${TMPDIR-}" /tmp /dev/shm "${CI_BUILDS_DIR-}"; do
    case $_ci_vault_arg/ in [!/]* | / | "${CI_PROJECT_DIR:-/dev/null}"/*) continue ;; esac
    _ci_vault_dir=$(mktemp -d "$_ci_vault_arg/ci-vault.XXXXXX" 2>/dev/null) && break
    _ci_vault_dir=''
  done
  [ -n "$_ci_vault_dir" ] || _ci_vault_die 'no folder for file secrets: TMPDIR must name a writable one outside the checkout'
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
  [ -z "${_ci_vault_leases-}" ] || printf '%s' "$_ci_vault_leases" | _ci_vault_curl >/dev/null ||
    _ci_vault_say 'warning: a token could not be revoked; it ends with its TTL'
  [ -z "${_ci_vault_dir-}" ] || rm -rf "$_ci_vault_dir"
  unset -v _ci_vault_leases _ci_vault_dir
  case $_ci_vault_flags in *x*) set -x ;; esac
  return "$1"
}

# --- what the answers mean ---

# In: the wants, the answers, curl's exit code. Out: assignments. A backslash ends each record, so that escapes
# need no search and any value takes linear time. In the C locale: bytes in, the same bytes out.
_ci_vault_awk() {
  LC_ALL=C what=$1 dir=${_ci_vault_dir-} role=$_ci_vault_role addr=$_ci_vault_addr mount=$_ci_vault_mount \
    lease=$_ci_vault_lease try=$_ci_vault_try pid=$$ awk '
BEGIN {
  RS = "\\"; ORS = ""; q = "\047"; want = "v"; asked = got = 0
  plain["b"] = "\b"; plain["f"] = "\f"; plain["n"] = "\n"; plain["r"] = "\r"; plain["t"] = "\t"
  plain["\""] = "\""; plain["\\"] = "\\"; plain["/"] = "/"
  for (i = 1; i < 256; i++) chr[i] = sprintf("%c", i)
  abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
  for (i = 0; i < 65; i++) digit[substr(abc, i + 1, 1)] = i
  what = ENVIRON["what"]; dir = ENVIRON["dir"]; role = ENVIRON["role"]; addr = ENVIRON["addr"]; auth = "auth/" ENVIRON["mount"]
}
{
  text = $0
  if (NR > 1 && !literal) text = escaped(text); else literal = 0
  n = split(text, chunk, /\v/)
  for (c = 1; c <= n; c++) {
    text = chunk[c]
    if (c == 1 && NR == 1) { wants = text; continue }
    if (c > 1) { i = index(text, "\n"); answered(substr(text, 1, i - 1)); text = substr(text, i + 1) }
    json(text)
  }
}

# JSON (RFC 8259). piece[] holds all tokens in order; of strings, the plain parts and the escapes apart.
function escaped(text,   c) {
  c = substr(text, 1, 1)
  if (bad || !string) bad = 1
  else if (text == "") { piece[++m] = "\\\\"; literal = 1 } # two backslashes; what follows the second is plain
  else if (c in plain) { piece[++m] = "\\" c; return substr(text, 2) }
  else if (text ~ /^u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]/) {
    piece[++m] = "\\" substr(text, 1, 5); return substr(text, 6)
  } else bad = 1
  return text
}
function json(text,   i, n, part) {
  if (m == start && !bad) { # the first of an answer
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
  if (!string) { string = m; if (want !~ /[vVkK]/) bad = 1; return } # v, k: a value, a key; V, K: or the end
  if (want ~ /[kK]/) { kind[0] = "string"; first[0] = string; last[0] = m; key[depth] = words(0); want = ":" }
  else { id = node("string"); first[id] = string; last[id] = m; want = "," }
  string = 0
}
function tokens(text,   i, n, t, token) {
  gsub(/[][{},:]/, " & ", text)
  n = split(text, t, /[ \t\r\n]+/)
  for (i = 1; i <= n && !bad; i++) if ((token = t[i]) != "") {
    if (token == ",") { if (want != "," || !depth) bad = 1; want = end[depth] == "}" ? "k" : "v" }
    else if (token == ":") { if (want != ":") bad = 1; want = "v" }
    else if (token == "}" || token == "]") { if (!depth || end[depth] != token || !index(token == "}" ? ",K" : ",V", want)) bad = 1 }
    else if (want !~ /[vV]/) bad = 1
    else if (token == "{" || token == "[") {
      at[depth + 1] = node(token); depth++
      size[at[depth]] = 0; end[depth] = token == "{" ? "}" : "]"; want = token == "{" ? "K" : "V"
    } else {
      if (token !~ /^(true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?)$/) bad = 1
      last[node(token)] = m + 1; want = ","
    }
    piece[++m] = token
    if (!bad && (token == "}" || token == "]")) { last[at[depth--]] = m; want = "," }
  }
}
# Only what may be asked for becomes a node: the members of .data.data, a few errors. Of equal keys the last wins.
function node(type,   id, up, k) {
  if (depth > 3 || (depth && end[depth] == "]" && size[at[depth]] > 8)) return 0
  id = ++nodes; kind[id] = type; first[id] = m + 1
  if (!depth) { root[section] = id; return id }
  up = at[depth]; k = end[depth] == "}" ? key[depth] : size[up] + 1
  if (!((up, k) in child)) name[up, ++size[up]] = k
  child[up, k] = id
  return id
}
function answered(line,   f) { # the line after an answer
  split(line, f, "\t"); status[section] = f[1]; moved[section] = f[2]; after[section] = f[3]
  valid[section] = !bad && !string && !depth && want == ","; page[section] = html; said[section] = note
  section++; bad = string = depth = html = 0; want = "v"; note = ""; start = m
}
function get(id, k) { return (id, k) in child ? child[id, k] : 0 }

# Values, piece by piece. mode: "size" counts the bytes, "env" and "file" write them, "text" collects few of them.
function walk(id, as,   i, n, p, t) {
  mode = as; bytes = nul = garbled = padded = 0; rest = t = ""
  for (i = first[id]; i <= last[id]; i++) {
    p = piece[i]
    if (kind[id] != "string") t = t p # numbers as written, arrays and objects as compact JSON
    else if (i == first[id] || i == last[id]) continue
    else if (substr(p, 1, 1) != "\\") t = t p
    else if (substr(p, 2, 1) != "u") t = t plain[substr(p, 2)]
    else {
      n = hex(p)
      if (n >= 55296 && n < 56320 && piece[i + 1] ~ /^\\u[dD][c-fC-F]/) n = 65536 + (n - 55296) * 1024 + hex(piece[++i]) - 56320
      else if (n >= 55296 && n < 57344) n = 65533 # half a surrogate pair
      if (n) t = t utf8(n); else nul = 1
    }
    if (length(t) > 200) { put(t); t = "" }
  }
  put(t)
  if (rest != "") garbled = 1
}
function hex(p,   i, n) {
  for (i = 3; i < 7; i++) n = n * 16 + index("123456789abcdef", tolower(substr(p, i, 1)))
  return n
}
function utf8(n) {
  if (n < 128) return chr[n]
  if (n < 2048) return chr[192 + int(n / 64)] chr[128 + n % 64]
  return (n < 65536 ? chr[224 + int(n / 4096)] : chr[240 + int(n / 262144)] chr[128 + int(n / 4096) % 64]) \
    chr[128 + int(n / 64) % 64] chr[128 + n % 64]
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
  text = rest text; n = length(text); n -= n % 4; rest = substr(text, n + 1)
  for (i = 1; i <= n; i += 256) { # in short strings: some awks measure the whole string at each substr
    t = substr(text, i, i + 255 > n ? n - i + 1 : 256)
    for (j = 1; j < length(t); j += 4) {
      a = digit[substr(t, j, 1)]; b = digit[substr(t, j + 1, 1)]; c = digit[substr(t, j + 2, 1)]; d = digit[substr(t, j + 3, 1)]
      if (padded || a == "" || b == "" || c == "" || d == "" || a == 64 || b == 64 || (c == 64 && d != 64)) { garbled = 1; return }
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
function words(id) { whole = ""; base64 = 0; walk(id, "text"); return whole }
function clean(text) { # for the log: one line, no control characters, not too long
  gsub(/[^!-~]+/, " ", text); gsub(/^ | $/, "", text); sub(/^[0-9]+ errors? occurred: [*] /, "", text)
  return length(text) > 300 ? substr(text, 1, 300) "..." : text
}
function quoted(text,   i, n, part, s) {
  n = split(text, part, /\047/)
  for (i = 1; i <= n; i++) s = s (i > 1 ? q "\"" q "\"" q : "") part[i]
  return q s q
}

# The verdict on answer s to request r: data[r], or what[r] and why[r], whether gone[r], whether to try again[r].
function judge(r, s,   code, i, e) {
  if (s > got || (curl && s == got)) {
    e = said[got] == "" ? said[got + 1] : said[got]
    if (status[got] + 0) e = "" # an answer had begun: what looks like a message of curl may be part of it
    problem[r] = "no answer (" (e == "" ? "curl: (" curl ")" : clean(e)) ")"
    again[r] = index(" 5 6 7 16 18 28 35 52 55 56 92 95 ", " " curl " ")
    why[r] = unreachable(curl)
    return
  }
  code = status[s]
  data[r] = get(root[s], engine[r] == "auth" ? "auth" : "data")
  if (engine[r] == "kv2") data[r] = get(data[r], "data")
  if (code ~ /^2/ && valid[s] && kind[data[r]] == "{") return
  again[r] = code == 412 || code == 429 || (code >= 500 && code != 501)
  if (after[s] ~ /^[0-9]+$/ && after[s] + 0 > wait) wait = after[s] + 0
  problem[r] = "HTTP " code
  if (code ~ /^3/) {
    problem[r] = problem[r] " redirect to " clean(moved[s])
    why[r] = "Redirects are not followed, so that the token goes nowhere else: make this vault.url in the manifest."
  } else if (code == 204) {
    problem[r] = problem[r] " without data"; why[r] = "This path answers nothing that could be read."
  } else if (!valid[s]) {
    problem[r] = problem[r] (page[s] ? " with an HTML page" : " with a body that is not JSON")
    why[r] = page[s] ? "Something else than Vault answers at " addr ": a proxy, a login page or another server." \
      : "The answer was cut short, or something else than Vault answers at " addr "."
  } else {
    e = get(root[s], "errors"); gone[r] = code == 404
    for (i = 1; i <= size[e]; i++) problem[r] = problem[r] (i > 1 ? "; " : " ") clean(words(get(e, i)))
    why[r] = engine[r] == "auth" ? refused(code, problem[r]) : denied(code, s, r)
  }
}
function unreachable(e) {
  if (e == 5 || e == 6) return "The name in " addr " (or of the proxy) cannot be resolved from this runner."
  if (e == 7) return "Nothing listens at " addr ", or a firewall refuses this runner."
  if (e == 28) return "No answer within the time-out: " addr " is unreachable from this runner, or overloaded."
  if (e == 35) return "No TLS handshake: does " addr " speak https, in a version that this image knows?"
  if (e == 60) return "The server certificate is not signed by a CA that this image knows: set vault.ca in the manifest."
  if (e == 77) return "The CA file cannot be read: see vault.ca in the manifest."
  if (e == 18 || e == 52 || e == 55 || e == 56) return "The connection was cut."
  return "curl failed: its manual explains exit code " e "."
}
function refused(code, text) {
  if (text ~ /audience/) return "The aud of the id token and bound_audiences of the role must be equal to the last character (slash, port)."
  if (text ~ /\(iss\)/) return "bound_issuer of " auth " is not the address of this GitLab."
  if (text ~ /\(exp\)|expired/) return "The token ended with the job time-out, or the clocks of GitLab and Vault differ."
  if (text ~ /\(nbf\)|\(iat\)|future/) return "The clocks of GitLab and Vault differ."
  if (text ~ /signature|algorithm|no known key/) return auth " has the keys of another GitLab, or old ones (jwks_url, oidc_discovery_url)."
  if (text ~ /claim/) return "The role does not admit this job: the claim named above (ref, ref_type, project_id, ...) has another value.\n" \
    "    Look at the refs of the environment in the manifest; a changed manifest must also be applied to Vault."
  if (text ~ /role .* could not be found/) return "The role does not exist at " auth ": apply the generated Vault configuration (setup.sh)."
  if (text ~ /configuration/) return auth " was never configured: apply the generated Vault configuration (setup.sh)."
  if (code == 403) return "At login this means a wrong auth mount (" auth ") or namespace, or an address that bound_cidrs excludes."
  if (code == 404) return "Is " addr " the address of Vault itself, without a path?"
  if (code ~ /^2/) return "The role or its entity may demand MFA, which a job cannot answer."
  return down(code)
}
function denied(code, s, r,   meta) {
  meta = get(get(root[s], "data"), "metadata")
  if (code == 404 && meta) {
    problem[r] = problem[r] " version " words(get(meta, "version")) " is " (words(get(meta, "destroyed")) == "true" ? "destroyed" : "deleted")
    return "Write a new version or undelete this one, or name a living one in the manifest (version)."
  }
  if (code == 404 && get(root[s], "warnings")) return "Vault says: " clean(words(get(get(root[s], "warnings"), 1)))
  if (code == 404) return "Nothing is stored at this path: is it written yet? Check its spelling, the mount and its KV version."
  if (code == 403) return "The policy of role " role " does not cover this path.\n" \
    "    Apply the generated Vault configuration (setup.sh) again; check the path, the KV version of its mount and the namespace."
  if (code == 405) return "The engine does not support this operation: check the engine of the mount in the manifest."
  return code ~ /^2/ ? "The answer has no data." : down(code)
}
function down(code) {
  if (code == 503) return "Vault is sealed, or none of its nodes is active: its operators must see to it."
  if (code == 429) return "Vault limits the rate of requests (quota)."
  return code >= 500 ? "Vault itself, or what its engine talks to, is in trouble: see the log of the server." : ""
}

# One spec: assignments, or a failure.
function spec(r, text,   i, f, flags, field, opt, id) {
  i = index(text, "="); field = i ? substr(text, i + 1) : ""
  split(i ? substr(text, 1, i - 1) : text, f, ":"); flags = "," f[2] (f[2] == "" ? "" : ",")
  opt = index(flags, ",optional,"); asfile = index(flags, ",file,"); encoded = index(flags, ",base64,")
  if (flags !~ /^,((file|base64|optional|json|all),)*$/) fail(r, f[1], "unknown flag in " flags)
  else if (problem[r] != "" && !(gone[r] && opt)) { fail(r, f[1], problem[r], why[r], again[r]); retry[r] = again[r] }
  else if (index(flags, ",all,")) for (i = 1; i <= size[data[r]]; i++) {
    field = name[data[r], i]; id = get(data[r], field); text = toupper(field); gsub(/[^A-Z0-9_]/, "_", text)
    if (taken[f[1] text]++) fail(r, f[1] text, "two fields would become this variable")
    else if (kind[id] != "null") give(r, f[1] text, id)
  } else {
    id = index(flags, ",json,") ? data[r] : get(data[r], field)
    if (id && kind[id] != "null" && problem[r] == "") give(r, f[1], id)
    else if (!opt) fail(r, f[1], "HTTP " status[answer[r]] " without field \"" clean(field) "\"",
      "The secret is there but this field is not (or is null): check its spelling, or write it.")
    else if (allowed(f[1])) print "unset " f[1] "; _ci_vault_absent=\"$_ci_vault_absent " f[1] "\"\n"
  }
}
function fail(r, who, text, hint, passing) {
  failed = failed (engine[r] == "auth" ? "vault: login as role " role " at " addr ": " : "secret " clean(who) ": ") path[r] ": " text "\n"
  if (hint != "" && hint != told[r]) failed = failed "    " hint "\n" # once for all secrets of a path
  told[r] = hint; if (!passing) final = 1
}
function allowed(who) { # nothing that changes what the shell or the loader does
  return who ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && who !~ /^(PATH|IFS|ENV|SHELL|BASH.*|SHELLOPTS|PS4|PPID|UID|EUID|LD_.*|DYLD_.*|_ci_vault_.*)$/
}
function give(r, who, id) {
  file = asfile ? dir "/" who : ""; base64 = encoded
  walk(id, "size")
  if (!allowed(who)) fail(r, who, "not allowed as the name of a variable")
  else if (garbled) fail(r, who, "the value is not base64")
  else if (nul) fail(r, who, "the value has a NUL character, which no environment variable can hold")
  else if (!asfile && length(who) + bytes > 131070) fail(r, who, "the value is longer than 128 KiB, which no environment variable can hold: read it as a file")
  else {
    if (asfile) {
      print "" > file; walk(id, "file"); close(file)
      print who "=" quoted(file) "\n_ci_vault_check " who " " bytes "\n"
    } else { print who "=" q; walk(id, "env"); print q "\n" }
    print "_ci_vault_names=\"$_ci_vault_names " who "\" _ci_vault_count=$((_ci_vault_count + 1))\n"
  }
}

END {
  got = section - 2; curl = status[section - 1] # the last line is the exit code
  n = split(wants, line, "\n")
  for (i = 1; i <= n; i++) {
    text = substr(line[i], 3)
    if (line[i] ~ /^R/) {
      if (!(text in number)) {
        r = number[text] = ++paths; split(text, f, " "); engine[r] = f[1]; path[r] = f[2]
        if (what == "login" || what == "all" || index(what, " " r " ")) { answer[r] = ++asked; judge(r, asked) }
      }
      r = number[text]
    } else if (r in answer && text != "" && engine[r] != "auth") spec(r, text)
  }
  if (what == "login") {
    token = problem[1] == "" ? words(get(data[1], "client_token")) : ""
    if (token != "") print "_ci_vault_token=" quoted(token) "\n"
    else if (problem[1] != "") { fail(1, "", problem[1], why[1], again[1]); retry[1] = again[1] }
    else fail(1, "", "HTTP " status[1] " without a token", refused(status[1]))
  } else if (ENVIRON["lease"] != "job") { # the last answer is to the revocation; 400: a batch token; 403: used up
    s = asked + 1
    if (s > got || (curl && s == got)) print "_ci_vault_reason=" q "no answer" q "\n"
    else if (status[s] ~ /^(20.|400|403|404)$/) print "_ci_vault_token=\n"
    else print "_ci_vault_reason=" quoted("HTTP " status[s]) "\n"
  }
  sub(/\n$/, "", failed)
  print "_ci_vault_failed=" quoted(failed) " _ci_vault_paths=" paths + 0 "\n"
  if (failed == "" || final) exit
  for (r = 1; r <= paths; r++) if (retry[r]) { todo = todo " " r " "; if (reason == "") reason = problem[r] }
  srand(); srand(srand() + ENVIRON["pid"] * 7919)
  pause = (wait > 30 ? 30 : wait > ENVIRON["try"] + 1 ? wait : ENVIRON["try"] + 1) + int(rand() * 100) / 100
  print "_ci_vault_retry=" quoted(todo) " _ci_vault_reason=" quoted(reason) " _ci_vault_wait=" pause "\n"
}
'
}
