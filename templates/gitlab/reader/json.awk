# JSON (RFC 8259) as a stream. A backslash ends each record, so that escapes need no search and any value takes linear
# time. piece[] holds all tokens in order; of strings, the plain parts and the escapes apart.

BEGIN {
  RS = "\\"; ORS = ""; want = "v"
  plain["b"] = "\b"; plain["f"] = "\f"; plain["n"] = "\n"; plain["r"] = "\r"; plain["t"] = "\t"
  plain["\""] = "\""; plain["\\"] = "\\"; plain["/"] = "/"
}
{
  text = $0
  if (!begun) { # the wants come first; a body in them may have backslashes, too
    begun = index(text, "\v")
    wants = wants (NR > 1 ? "\\" : "") (begun ? substr(text, 1, begun - 1) : text)
    if (!begun) next
    text = substr(text, begun)
  } else if (!literal) text = escaped(text)
  else literal = 0
  n = split(text, chunk, /\v/)
  for (c = 1; c <= n; c++) {
    text = chunk[c]
    if (c > 1) { i = index(text, "\n"); answered(substr(text, 1, i - 1)); text = substr(text, i + 1) }
    json(text)
  }
}
function escaped(text,   c) {
  c = substr(text, 1, 1)
  if (bad || !string) bad = 1
  else if (text == "") { piece[++m] = "\\\\"; literal = 1 } # two backslashes; what follows the second is plain
  else if (c in plain) { piece[++m] = "\\" c; return substr(text, 2) }
  else if (text ~ /^u[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]/) {
    piece[++m] = "\\" substr(text, 1, 5)
    return substr(text, 6)
  } else bad = 1
  return text
}
function json(text,   i, n, part) {
  if (m == start && !bad) { # the first of an answer
    if (text ~ /^(curl|wget|socket|vault|bao): /) note = substr(text, 1, index(text "\n", "\n") - 1)
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
# What may come next. v, k: a value, a key; V, K: or the end; a comma or a colon: itself.
function quote(   id) {
  piece[++m] = "\""
  if (!string) { string = m; if (want !~ /[vVkK]/) bad = 1; return }
  if (want ~ /[kK]/) {
    kind["key"] = "string"; first["key"] = string; last["key"] = m
    key[depth] = words("key"); want = ":"
  } else { id = node("string"); first[id] = string; last[id] = m; want = "," }
  string = 0
}
function tokens(text,   i, n, t) {
  gsub(/[][{},:]/, " & ", text)
  n = split(text, t, /[ \t\r\n]+/)
  for (i = 1; i <= n && !bad; i++) if (t[i] != "") take(t[i])
}
function take(t,   i) {
  piece[++m] = t
  if (t == ",") {
    if (want != "," || !depth) bad = 1
    want = end[depth] == "}" ? "k" : "v"
  } else if (t == ":") {
    if (want != ":") bad = 1
    want = "v"
  } else if (t == "}" || t == "]") {
    if (!depth || end[depth] != t || (want != "," && want != (t == "}" ? "K" : "V"))) { bad = 1; return }
    last[at[depth--]] = m; want = ","
  } else if (want !~ /[vV]/) bad = 1
  else if (t == "{" || t == "[") {
    at[depth + 1] = node(t); first[at[depth + 1]] = m; depth++
    size[at[depth]] = 0; end[depth] = t == "{" ? "}" : "]"; want = t == "{" ? "K" : "V"
  } else {
    if (t !~ /^(true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?)$/) bad = 1
    i = node(t); first[i] = last[i] = m; want = ","
  }
}
# Only what may be asked for becomes a node: the members of .data.data, a few errors. Of equal keys the last wins.
function node(type,   id, up, k) {
  if (depth > 3 || (depth && !at[depth]) || (depth && end[depth] == "]" && size[at[depth]] > 8)) return 0
  id = ++nodes; kind[id] = type
  if (!depth) { root[section] = id; return id }
  up = at[depth]; k = end[depth] == "}" ? key[depth] : size[up] + 1
  if (!((up, k) in child)) name[up, ++size[up]] = k
  child[up, k] = id
  return id
}
function get(id, k) { return (id, k) in child ? child[id, k] : 0 }
function answered(line,   f) { # the line after an answer
  split(line, f, "\t"); status[section] = f[1]; moved[section] = f[2]; after[section] = f[3]
  valid[section] = !bad && !string && !depth && want == ","; page[section] = html; said[section] = note
  blank[section] = m == start && !bad
  section++; bad = string = depth = html = 0; want = "v"; note = ""; start = m
}
