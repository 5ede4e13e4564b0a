# Values, piece by piece. mode: "size" counts the bytes, "env" and "file" write them, "text" collects few of them.

BEGIN {
  q = "\047"
  for (i = 1; i < 256; i++) chr[i] = sprintf("%c", i)
  abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
  for (i = 0; i < 65; i++) digit[substr(abc, i + 1, 1)] = i
}
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
      if (n >= 55296 && n < 56320 && piece[i + 1] ~ /^\\u[dD][c-fC-F]/)
        n = 65536 + (n - 55296) * 1024 + hex(piece[++i]) - 56320
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
      a = digit[substr(t, j, 1)]; b = digit[substr(t, j + 1, 1)]
      c = digit[substr(t, j + 2, 1)]; d = digit[substr(t, j + 3, 1)]
      if (padded || a == "" || b == "" || c == "" || d == "" || a == 64 || b == 64 || (c == 64 && d != 64)) {
        garbled = 1
        return
      }
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
function words(id) { if (!id) return ""; whole = ""; base64 = 0; walk(id, "text"); return whole }
function clean(text) { # for the log: one line, no control characters, not too long
  gsub(/[^!-~]+/, " ", text); gsub(/^ | $/, "", text); sub(/^[0-9]+ errors? occurred: [*] /, "", text)
  return length(text) > 300 ? substr(text, 1, 300) "..." : text
}
function quoted(text,   i, n, part, s) {
  n = split(text, part, /\047/)
  for (i = 1; i <= n; i++) s = s (i > 1 ? q "\"" q "\"" q : "") part[i]
  return q s q
}
