# Writes the parts in ARGV to a file. To stdout: how many bytes, or which variable cannot stand there and why.

BEGIN {
  ORS = ""
  for (i = 1; i < 256; i++) { chr[i] = sprintf("%c", i); ord[chr[i]] = i }
  file = ENVIRON["_ci_vault_file"]
  # Blanks of Unicode, which some languages take for blanks and others do not: U+0080 to U+00A0, U+1680, U+2000, ...
  blanks = "\302[\200-\240]|\341\232\200|\342\200[\200-\212\250\251\257]|\342\201\237|\343\200\200|\357\273\277"
  for (a = 1; a < ARGC && problem == ""; a++) {
    i = index(ARGV[a], ":"); form = substr(ARGV[a], 1, i - 1); who = substr(ARGV[a], i + 1)
    if (ARGV[a] ~ /^=/) out(substr(ARGV[a], 2))
    else if (who in ENVIRON) value(ENVIRON[who])
    else if (form != "env") problem = "is missing"
  }
  close(file)
  if (problem == "") print bytes + 0
  else print "secret " who " " problem
  exit
}
function out(text) { print text > file; bytes += length(text) }
function value(text,   i) {
  if (form == "none") out(text)
  else if (form == "env") {
    if (text ~ /[\n\r]/) problem = "has a line break, which no env file can hold"
    else out(who "=" text "\n")
  } else if (form == "ini") {
    # What one reader of INI files unescapes the next one takes as it stands, so nothing is escaped.
    if (text ~ /[\001-\037\177]/) problem = "has a control character, which no INI file can hold"
    else if (text ~ /^ | $|^["\047]|^[;#]| [;#]/ || text ~ blanks)
      problem = "has blanks, a quote or a comment sign where readers of INI files disagree"
    else out(text)
  } else if (form ~ /^(json|yaml|properties|url)$/) {
    # In short strings: some awks measure the whole string at each substr.
    for (i = 1; i <= length(text) && problem == ""; i += 512) escape(substr(text, i, 512))
    if (tail) problem = "is not UTF-8"
  } else problem = "has an unknown form: " form
}
# Byte by byte. Of a character of several bytes, `code` grows until none is left (`tail`), across short strings.
function escape(text,   i, c, n, s) {
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1); n = ord[c]
    if (form == "url") { s = s (c ~ /[A-Za-z0-9._~-]/ ? c : sprintf("%%%02X", n)); continue }
    if (n < 128 && !tail) { s = s ascii(c, n); continue }
    if (!tail) {
      tail = n >= 240 && n < 248 ? 3 : n >= 224 ? 2 : 1; raw = c
      if (n < 194 || n >= 245) { problem = "is not UTF-8"; return }
      code = n % (tail == 3 ? 8 : tail == 2 ? 16 : 32)
    } else {
      if (n < 128 || n >= 192) { problem = "is not UTF-8"; return }
      code = code * 64 + n % 64; raw = raw c
      if (!--tail) s = s wide(code)
    }
  }
  out(s)
}
function ascii(c, n) {
  if (n < 32 || n == 127) return sprintf("\\u%04x", n)
  if (c == "\\" || (c == "\"" && form != "properties")) return "\\" c
  return c == " " && form == "properties" ? "\\ " : c
}
# Java reads properties as ISO 8859-1. YAML 1.1 breaks lines at three more characters, and refuses some.
function wide(n) {
  if (form != "properties" && n >= 160 && n != 8232 && n != 8233 && n != 65279 && n != 65534 && n != 65535) return raw
  if (n < 65536) return sprintf("\\u%04x", n)
  n -= 65536
  return sprintf("\\u%04x\\u%04x", 55296 + int(n / 1024), 56320 + n % 1024)
}
