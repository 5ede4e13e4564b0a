# The wants, one by one: assignments, or a failure that says which secret, from where, and why not.

function spec(r, text,   i, f, flags, field, opt, id) {
  i = index(text, "="); field = i ? substr(text, i + 1) : ""
  split(i ? substr(text, 1, i - 1) : text, f, ":"); flags = "," f[2] (f[2] == "" ? "" : ",")
  opt = index(flags, ",optional,"); asfile = index(flags, ",file,"); encoded = index(flags, ",base64,")
  if (flags !~ /^,((file|base64|optional|json|all),)*$/) fail(r, f[1], "unknown flag in " flags)
  else if (problem[r] != "" && !(gone[r] && opt)) {
    fail(r, f[1], problem[r], why[r], again[r]); retry[r] = again[r]
  } else if (engine[r] == "done") return
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
  who = engine[r] == "auth" ? "vault: login as role " role " at " addr ": " : "secret " clean(who) ": "
  failed = failed who path[r] ": " text "\n"
  if (hint != "" && hint != told[r]) failed = failed "    " hint "\n" # once for all secrets of a path
  told[r] = hint; if (!passing) final = 1
}
function allowed(who) { # nothing that changes what the shell or the loader does
  return who ~ /^[A-Za-z_][A-Za-z0-9_]*$/ && \
    who !~ /^(PATH|IFS|ENV|SHELL|BASH.*|SHELLOPTS|PS4|PPID|UID|EUID|LD_.*|DYLD_.*|_ci_vault_.*)$/
}
function give(r, who, id) {
  file = asfile ? dir "/" who : ""; base64 = encoded
  walk(id, "size")
  if (!allowed(who)) fail(r, who, "not allowed as the name of a variable")
  else if (garbled) fail(r, who, "the value is not base64")
  else if (nul) fail(r, who, "the value has a NUL character, which no environment variable can hold")
  else if (!asfile && length(who) + bytes > 131070)
    fail(r, who, "the value is longer than 128 KiB, which no environment variable can hold: read it as a file")
  else {
    if (asfile) {
      print "" > file; walk(id, "file"); close(file)
      print who "=" quoted(file) "\n_ci_vault_check " who " " bytes "\n"
    } else { print who "=" q; walk(id, "env"); print q "\n" }
    print "_ci_vault_names=\"$_ci_vault_names " who "\" _ci_vault_count=$((_ci_vault_count + 1))\n"
  }
}
function login(   token) {
  if (problem[1] == "") token = words(get(data[1], "client_token"))
  if (token ~ /^[A-Za-z0-9._~+\/=-]+$/) { print "_ci_vault_token=" q token q "\n"; return }
  if (problem[1] != "") { fail(1, "", problem[1], why[1], again[1]); retry[1] = again[1] }
  else if (token == "") fail(1, "", "HTTP " status[1] " without a token", refused(status[1]))
  else fail(1, "", "HTTP " status[1] " with a malformed token", "Something else than Vault answers at " addr ".")
}
function revoked(s) { # 400: a batch token; 403: used up
  if (s > got || (ended && s == got)) print "_ci_vault_reason=" q "no answer" q "\n"
  else if (status[s] ~ /^(20.|400|403|404)$/) print "_ci_vault_token=\n"
  else print "_ci_vault_reason=" quoted("HTTP " status[s]) "\n"
}
function lease(s,   id) { # for ci_vault_sweep; what could not be written there as it is would be no id
  id = get(root[s], "lease_id") ? words(get(root[s], "lease_id")) : ""
  if (id != "" && id !~ /[^!-~]|["\\]/) print addr " " ENVIRON["mount"] " " role " " id "\n" >> (dir "/.leases")
}

END {
  what = ENVIRON["what"]; dir = ENVIRON["dir"]; role = ENVIRON["role"]; addr = ENVIRON["addr"]
  auth = "auth/" ENVIRON["mount"]; client = ENVIRON["client"]
  got = section - 2; ended = status[section - 1] # the last line is the exit code
  n = split(wants, line, "\n")
  for (i = 1; i <= n; i++) {
    text = substr(line[i], 3)
    if (line[i] ~ /^R/) {
      if (!(text in number)) {
        r = number[text] = ++paths; split(text, f, " "); engine[r] = f[1]; path[r] = f[2]
        if (what == "login" || what == "all" || index(what, " " r " ")) {
          answer[r] = ++asked
          judge(r, asked)
          if (ENVIRON["lease"] == "job") lease(asked)
        }
      }
      r = number[text]
    } else if (r in answer && text != "" && engine[r] != "auth") spec(r, text)
  }
  if (what == "login") login()
  else if (ENVIRON["revoke"] == "now") revoked(asked + 1)
  sub(/\n$/, "", failed)
  print "_ci_vault_failed=" quoted(failed) " _ci_vault_paths=" paths + 0 "\n"
  if (failed == "" || final) exit
  for (r = 1; r <= paths; r++) if (retry[r]) { todo = todo " " r " "; if (reason == "") reason = problem[r] }
  srand(); srand(srand() + ENVIRON["pid"] * 7919)
  least = ENVIRON["try"] + 1
  pause = (wait > 30 ? 30 : wait > least ? wait : least) + int(rand() * 100) / 100
  print "_ci_vault_retry=" quoted(todo) " _ci_vault_reason=" quoted(reason) " _ci_vault_wait=" pause "\n"
}
