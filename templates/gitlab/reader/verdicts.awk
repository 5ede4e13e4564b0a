# What an answer means, and what to do about it.

# The verdict on answer s to request r: data[r], or problem[r] and why[r], whether gone[r], whether to try again[r].
function judge(r, s,   code, i, e) {
  if (s > got || (ended && s == got)) {
    e = said[got] == "" ? said[got + 1] : said[got]
    if (status[got] + 0) e = "" # an answer had begun: what looks like a message of the client may be part of it
    problem[r] = "no answer (" (e == "" ? client ": (" ended ")" : clean(e)) ")"
    again[r] = index(" 5 6 7 16 18 28 35 52 55 56 92 95 ", " " ended " ")
    why[r] = unreachable(ended)
    return
  }
  code = status[s]
  data[r] = get(root[s], engine[r] == "auth" ? "auth" : "data")
  if (engine[r] == "kv2") data[r] = get(data[r], "data")
  code = status[s] = unhidden(s, r, code)
  if (code ~ /^2/ && (engine[r] == "done" || (valid[s] && kind[data[r]] == "{"))) return
  again[r] = code == 412 || code == 429 || (code >= 500 && code != 501)
  if (after[s] ~ /^[0-9]+$/ && after[s] + 0 > wait) wait = after[s] + 0
  problem[r] = "HTTP " code
  if (code ~ /^3/) {
    problem[r] = problem[r] " redirect to " clean(moved[s])
    why[r] = "Redirects are not followed, so that the token goes nowhere else: make this vault.url in the manifest."
  } else if (code == 204) {
    problem[r] = problem[r] " without data"; why[r] = "This path answers nothing that could be read" hidden() "."
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
# The official client does not tell which success it was, and takes a 404 that says why for one.
function unhidden(s, r, code) {
  if (client !~ /^(vault|bao)$/ || code != 200) return code
  if (blank[s]) return 204
  return engine[r] ~ /^(kv1|kv2|data)$/ && valid[s] && kind[data[r]] != "{" ? 404 : code
}
function hidden() { # nor does it tell a redirect
  return client ~ /^(vault|bao)$/ ? " (or it is a redirect, which is not followed: is vault.url right?)" : ""
}
function unreachable(e) {
  if (e == 5 || e == 6) return "The name in " addr " (or of the proxy) cannot be resolved from this runner."
  if (e == 7) return "Nothing listens at " addr ", or a firewall refuses this runner."
  if (e == 28) return "No answer within the time-out: " addr " is unreachable from this runner, or overloaded."
  if (e == 35) return "No TLS handshake: does " addr " speak https, in a version that this image knows?"
  if (e == 60) return "The certificate is for another name, or by a CA that this image does not know: see vault.ca."
  if (e == 77) return "The CA file cannot be read: see vault.ca in the manifest."
  if (e == 18 || e == 52 || e == 55 || e == 56) return "The connection was cut."
  return client " failed: its manual explains exit code " e "."
}
function refused(code, text) {
  if (text ~ /audience/)
    return "The aud of the id token and bound_audiences of the role must be equal to the last character (slash, port)."
  if (text ~ /\(iss\)/) return "bound_issuer of " auth " is not the address of this GitLab."
  if (text ~ /\(exp\)|expired/)
    return "The token ended with the job time-out, or the clocks of GitLab and Vault differ."
  if (text ~ /\(nbf\)|\(iat\)|future/) return "The clocks of GitLab and Vault differ."
  if (text ~ /signature|algorithm|no known key/)
    return auth " has the keys of another GitLab, or old ones (jwks_url, oidc_discovery_url)."
  if (text ~ /claim/)
    return "The role does not admit this job: the claim named above (ref, ref_type, project_id, ...) has another" \
      " value.\n    Look at the refs of the environment in the manifest;" \
      " a changed manifest must also be applied to Vault."
  if (text ~ /role .* could not be found/)
    return "The role does not exist at " auth ": apply the generated Vault configuration (setup.sh)."
  if (text ~ /configuration/) return auth " was never configured: apply the generated Vault configuration (setup.sh)."
  if (code == 403)
    return "At login this means a wrong auth mount (" auth ") or namespace, or an address that bound_cidrs excludes."
  if (code == 404) return "Is " addr " the address of Vault itself, without a path, and the namespace right?"
  if (code ~ /^2/) return "The role or its entity may demand MFA, which a job cannot answer."
  return down(code)
}
function denied(code, s, r,   meta) {
  meta = get(get(root[s], "data"), "metadata")
  if (code == 404 && meta) {
    problem[r] = problem[r] " version " words(get(meta, "version")) \
      " is " (words(get(meta, "destroyed")) == "true" ? "destroyed" : "deleted")
    return "Write a new version or undelete this one, or name a living one in the manifest (version)."
  }
  if (code == 404 && get(root[s], "warnings")) return "Vault says: " clean(words(get(get(root[s], "warnings"), 1)))
  if (code == 404)
    return "Nothing is stored at this path: is it written yet? Check its spelling, the mount and its KV version" \
      hidden() "."
  if (code == 403)
    return "The policy of role " role " does not cover this path.\n" \
      "    Apply the generated Vault configuration (setup.sh) again; check the path, the KV version of its mount" \
      " and the namespace."
  if (code == 405) return "The engine does not support this operation: check the engine of the mount in the manifest."
  return code ~ /^2/ ? "The answer has no data." : down(code)
}
function down(code) {
  if (code == 503) return "Vault is sealed, or none of its nodes is active: its operators must see to it."
  if (code == 429) return "Vault limits the rate of requests (quota)."
  if (code == 472 || code == 473) return addr " is a standby that answers no requests: its operators must see to it."
  return code >= 500 ? "Vault itself, or what its engine talks to, is in trouble: see the log of the server." : ""
}
