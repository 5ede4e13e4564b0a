# --- clients: whatever the image has, the answers look the same ---
#
# Each answer is followed by a line that starts with a vertical tab, which no JSON text contains: status, Location
# and Retry-After. The client's exit code is one of curl's. Redirects are not followed: the token must not go to
# another host. Over plain http no proxy is asked: it would see the JWT, and a CI variable is enough to name one.
#
#   curl       one process and one connection for all requests. Before 7.84 it does not know Retry-After.
#   wget       GNU. A process and a connection for each request. vault.ca adds to the CAs of the image.
#   socket     busybox. Its wget takes headers as arguments only, where ps would show the token, so the request goes
#              to nc; for https to openssl, since the TLS of busybox verifies no certificate. As wget, and: no proxy
#              at all, and over http an answer that is cut short is not tried again.

_ci_vault_choose_client() {
  _ci_vault_has awk || _ci_vault_die 'this image has no awk: install it (apk add, apt-get install, dnf install gawk)'
  [ -z "$_ci_vault_cli" ] || { _ci_vault_choose_cli; return 0; }
  _ci_vault_client=curl
  ! _ci_vault_has curl || return 0
  _ci_vault_client=wget
  case $(wget --version 2>/dev/null) in "GNU Wget 1."*) return ;; esac
  _ci_vault_client=socket
  case $_ci_vault_addr in
    https:*) case $(openssl version 2>/dev/null) in "OpenSSL "*) return ;; esac ;;
    *) case $(busybox nc --help 2>&1) in *"-e PROG"*) return ;; esac ;;
  esac
  _ci_vault_die "this image has no curl: install it (apk add, apt-get install, dnf install curl); GNU wget will do, too
    The wget of busybox will not: it takes headers as arguments only, and every process list would show the token.
    (With openssl for https, busybox alone suffices.)"
}

# WHAT as for _ci_vault_requests: the answers.
_ci_vault_send() {
  case $_ci_vault_client in
    # -q: no .curlrc. --fail-early: after a broken connection the others would only wait for their time-outs.
    curl) _ci_vault_requests "$1" | curl -q -sS --stderr - --fail-early -K - 2>/dev/null ;;
    wget) _ci_vault_nameless _ci_vault_requests "$1" ;;
    vault | bao) (_ci_vault_cli_environment; _ci_vault_requests "$1") 3>&1 ;;
    *) _ci_vault_requests "$1" 3>&1 ;;
  esac
}

# PATH TOKEN [BODY]: prints one request for curl, or makes it.
_ci_vault_request() { "_ci_vault_by_${_ci_vault_cli:-$_ci_vault_client}" "$@"; }

# shellcheck disable=SC2031 # called in the subshell of _ci_vault_requests
_ci_vault_by_curl() {
  printf '%s' "$_ci_vault_next"
  _ci_vault_next=next$_ci_vault_nl
  printf '%s\n' "url = \"$_ci_vault_addr/v1/$1\"" ${2:+"header = \"X-Vault-Token: $2\""} \
    'header = "X-Vault-Request: true"' ${_ci_vault_namespace:+"header = \"X-Vault-Namespace: $_ci_vault_namespace\""} \
    ${_ci_vault_ca:+"cacert = \"$_ci_vault_ca\""} ${_ci_vault_insecure:+insecure} globoff \
    'connect-timeout = 10' "max-time = $_ci_vault_seconds" \
    'write-out = "\v%{http_code}\t%{redirect_url}\t%header{retry-after}\n"'
  case $_ci_vault_addr in http:*) echo 'noproxy = "*"' ;; esac
  [ "$#" -gt 2 ] || return 0
  printf 'header = "Content-Type: application/json"\ndata-raw = "'
  _ci_vault_escape "$3"
  echo '"'
}

# In a string of curl's configuration a backslash stands before each quote and backslash.
_ci_vault_escape() {
  _ci_vault_rest=$1
  while :; do
    printf %s "${_ci_vault_rest%%[\"\\]*}"
    case $_ci_vault_rest in *[\"\\]*) ;; *) return ;; esac
    _ci_vault_rest=${_ci_vault_rest#"${_ci_vault_rest%%[\"\\]*}"}
    printf %s "\\${_ci_vault_rest%"${_ci_vault_rest#?}"}"
    _ci_vault_rest=${_ci_vault_rest#?}
  done
}

# COMMAND...: runs it with a file that has no name any more as 4, in memory where that can be had: GNU wget reads its
# configuration from files only, and this one goes with the process, however that ends.
_ci_vault_nameless() {
  _ci_vault_make_file /dev/shm || _ci_vault_try_folders _ci_vault_make_file ||
    { echo 'wget: no folder for temporary files'; return 2; }
  { rm -f "$_ci_vault_file"; "$@"; } 3>&1 4<>"$_ci_vault_file"
}
_ci_vault_make_file() { _ci_vault_file=$(mktemp "$1/ci-vault.XXXXXX" 2>/dev/null); }

_ci_vault_by_wget() {
  {
    printf '%s\n' ${2:+"header = X-Vault-Token: $2"} 'header = X-Vault-Request: true' \
      ${_ci_vault_namespace:+"header = X-Vault-Namespace: $_ci_vault_namespace"} \
      ${_ci_vault_ca:+"ca_certificate = $_ci_vault_ca"} ${_ci_vault_insecure:+'check_certificate = off'} \
      'content_on_error = on' 'max_redirect = 0' 'tries = 1' 'netrc = off' 'hsts = off' \
      'timeout = 10' 'read_timeout = 0' # the whole request has its own limit, and wget would not say which it met
    case $_ci_vault_addr in http:*) echo 'use_proxy = off' ;; esac
    [ "$#" -lt 3 ] || printf '%s\n' 'method = POST' 'header = Content-Type: application/json' "body_data = $3"
  } >|/dev/fd/4
  # The body goes to 3. What is left is the head (-S) and wget's own messages.
  _ci_vault_answered "$(
    _ci_vault_limit wget --config=/dev/fd/4 -nv -S -O - "$_ci_vault_addr/v1/$1" 2>&1 >&3 || echo "  exit: $?"
  )"
}

# HTTP/1.0, so that the answer comes in one piece and the connection ends with it.
_ci_vault_by_socket() {
  _ci_vault_cr=$(printf '\r')
  _ci_vault_host=${_ci_vault_addr#*://}
  _ci_vault_rest=/v1/$1
  case $_ci_vault_host in */*) _ci_vault_rest=/${_ci_vault_host#*/}/v1/$1 _ci_vault_host=${_ci_vault_host%%/*} ;; esac
  _ci_vault_answered "$(
    exec 5>&1
    {
      if [ "$#" -lt 3 ]; then printf '%s\r\n' "GET $_ci_vault_rest HTTP/1.0"
      else printf '%s\r\n' "POST $_ci_vault_rest HTTP/1.0" 'Content-Type: application/json' \
        "Content-Length: $(($(printf %s "$3" | wc -c)))"; fi
      printf '%s\r\n' "Host: $_ci_vault_host" 'X-Vault-Request: true' ${2:+"X-Vault-Token: $2"} \
        ${_ci_vault_namespace:+"X-Vault-Namespace: $_ci_vault_namespace"} ''
      printf %s "${3-}"
    } | { _ci_vault_connect 2>&5 || echo "  exit: $?" >&5; } | {
      while IFS= read -r _ci_vault_line && [ "$_ci_vault_line" != "$_ci_vault_cr" ]; do
        printf '  %s\n' "${_ci_vault_line%"$_ci_vault_cr"}"
      done
      cat >&3
    }
  )"
}

# From stdin to the server and from there to stdout. nc -e, because nc would end the connection with its input.
_ci_vault_connect() {
  _ci_vault_port=${_ci_vault_host##*:}
  case $_ci_vault_host in
    *]:* | [!\[]*:*) _ci_vault_host=${_ci_vault_host%:*} ;;
    *) case $_ci_vault_addr in https:*) _ci_vault_port=443 ;; *) _ci_vault_port=80 ;; esac ;;
  esac
  case $_ci_vault_addr in
    http:*)
      _ci_vault_host=${_ci_vault_host#\[} _ci_vault_host=${_ci_vault_host%\]}
      set -- -w 10 "$_ci_vault_host" "$_ci_vault_port" -e /bin/sh -c 'cat <&4; exec cat >&3'
      _ci_vault_limit busybox nc "$@" 4<&0 3>&1
      return ;;
  esac
  set -- -connect "$_ci_vault_host:$_ci_vault_port" ${_ci_vault_ca:+-CAfile} ${_ci_vault_ca:+"$_ci_vault_ca"}
  case $_ci_vault_insecure$_ci_vault_host in
    yes*) ;;
    *[!0-9.]* | '') case $_ci_vault_host in
      \[*) _ci_vault_host=${_ci_vault_host#\[}; set -- "$@" -verify_return_error -verify_ip "${_ci_vault_host%\]}" ;;
      *) set -- "$@" -verify_return_error -verify_hostname "$_ci_vault_host" -servername "$_ci_vault_host" ;;
    esac ;;
    *) set -- "$@" -verify_return_error -verify_ip "$_ci_vault_host" ;;
  esac
  _ci_vault_limit openssl s_client -quiet "$@"
}

# COMMAND...: ends it after the time that a request may take; only curl does that itself. (The timeout of busybox would
# hold the pipes for another second.) In a subshell of its own.
_ci_vault_limit() {
  export LC_ALL=C # the messages are read below
  {
    "$@" <&6 6<&- &
    _ci_vault_pid=$!
    {
      _ci_vault_sleep=''
      trap 'kill $_ci_vault_sleep; exit' TERM
      sleep "$_ci_vault_seconds" &
      _ci_vault_sleep=$!
      wait "$_ci_vault_sleep" && kill "$_ci_vault_pid"
    } >/dev/null 2>&1 3>&- 4>&- 5>&- 6<&- &
    _ci_vault_code=0
    wait "$_ci_vault_pid" || _ci_vault_code=$?
    kill "$!" 2>/dev/null || :
  } 6<&0
  return "$_ci_vault_code"
}

# HEAD, with other lines among it: the line after the answer. A failure ends the requests, as curl's --fail-early.
_ci_vault_answered() {
  _ci_vault_status=000 _ci_vault_moved='' _ci_vault_after='' _ci_vault_code=0 _ci_vault_note=''
  for _ci_vault_line in $1; do
    case $_ci_vault_line in
      "  HTTP/1."*)
        _ci_vault_status=${_ci_vault_line#*HTTP/1.? } _ci_vault_moved='' _ci_vault_after=''
        _ci_vault_status=${_ci_vault_status%% *} ;;
      "  "[Ll]ocation:*) _ci_vault_moved=${_ci_vault_line#*: } ;;
      "  "[Rr]etry-[Aa]fter:*) _ci_vault_after=${_ci_vault_line#*: } ;;
      "  exit: "*) _ci_vault_code=${_ci_vault_line#*: } ;;
      *rror* | *ERROR* | *refused* | *nable* | *failed* | *timed* | *"bad address"* | *"an't connect"* | *"No data"*)
        _ci_vault_line=${_ci_vault_line#*:error:} _ci_vault_line=${_ci_vault_line#*: }
        [ -n "$_ci_vault_note" ] || _ci_vault_note="$_ci_vault_client: ${_ci_vault_line%%:../*}" ;;
    esac
  done
  case $_ci_vault_code:$_ci_vault_status:$1 in
    0:[1-9]??:* | [68]:[1-9]??:*) _ci_vault_code=0 ;; # to wget an answer of the server may be an error, too
    124:* | 143:* | *"timed out"*) _ci_vault_code=28 ;;
    ?:[1-9]??:*) _ci_vault_code=18 ;;
    *"resolve host"* | *"bad address"* | *"not known"*) _ci_vault_code=6 ;;
    *refused* | *unreachable* | *"No route"*) _ci_vault_code=7 ;;
    5:* | *"certificate verify failed"*) _ci_vault_code=60 ;;
    *SSL*) _ci_vault_code=35 ;;
    0:* | 4:* | *:) _ci_vault_code=52 ;;
  esac
  [ "$_ci_vault_code" = 0 ] || [ -z "$_ci_vault_note" ] || printf '%s\n' "$_ci_vault_note"
  printf '\v%s\t%s\t%s\n' "$_ci_vault_status" "$_ci_vault_moved" "$_ci_vault_after"
  [ "$_ci_vault_code" = 0 ] || exit "$_ci_vault_code"
}
