# A page of docs/ as a manual page in mdoc(7).
#	awk -v version=1.0 -v date="November 26, 2026" -v dir=DIR -f man.awk FILE...
# Each FILE begins with the comment "man: NAME SECTION | WHAT | SEE ALSO" and
# becomes DIR/NAME.SECTION; one that does not is left out.  Knows what docs/
# uses: headings, paragraphs, lines indented by four, tables of two columns,
# lists with -, `code`, [links](to), and names of pages of docs/.
function chars(s) {
	gsub(/\\/, "\\e", s)
	gsub(/'/, "\\(aq", s)
	gsub(/\^/, "\\(ha", s)
	gsub(/~/, "\\(ti", s)
	gsub(/"/, "\\(dq", s)
	gsub(/-/, "\\-", s)
	return s
}
# `code` bold, links by their text, *words* italic.
function inline(s, n, part, i, out) {
	gsub(/\]\([^)]*\)/, "", s)
	gsub(/\[/, s ~ /`[^`]*\[/ ? "[" : "", s)
	n = split(s, part, "`")
	for (i = 1; i <= n; i++)
		if (i % 2 == 0)
			out = out "\\fB" chars(part[i]) "\\fR"
		else
			out = out plain(part[i])
	return out
}
function plain(s) {
	s = chars(s)
	while (match(s, /\*[a-z]+\*/))
		s = substr(s, 1, RSTART - 1) "\\fI" substr(s, RSTART + 1, \
		    RLENGTH - 2) "\\fR" substr(s, RSTART + RLENGTH)
	return s
}
# A line of text is no macro; references are, and end a line.
function text(s, n, word, i, at, w) {
	n = split(inline(s), word, " ")
	for (i = 1; i <= n; i++) {
		w = word[i]
		gsub(/\\-/, "-", w)
		if (w ~ /^[a-z0-9-]+\([0-9]\)[.,;:]?$/) {
			sub(/\(/, " ", w)
			sub(/\)/, " ", w)
			sub(/ $/, "", w)
			printf "%s.Xr %s\n", at ? "\n" : "", w >file
			at = 0
			continue
		}
		if (at == 0 && word[i] ~ /^[.]/)
			word[i] = "\\&" word[i]
		if (at > 0 && at + length(word[i]) > 70) {
			printf "\n" >file
			at = 0
		}
		printf "%s%s", at ? " " : "", word[i] >file
		at += length(word[i]) + 1
		if (word[i] ~ /[^.][.]$/) {
			printf "\n" >file
			at = 0
		}
	}
	if (at)
		printf "\n" >file
}
function flush_() {
	if (para != "") {
		if (!fresh)
			print ".Pp" >file
		text(para)
		para = ""
		fresh = 0
	}
}
function close_() {
	flush_()
	if (mode == "code")
		print ".Ed" >file
	else if (mode != "")
		print ".El" >file
	mode = ""
}
function heading(macro, title) {
	close_()
	title = plain(title)
	print macro " \"" (macro == ".Sh" ? toupper(title) : title) "\"" >file
	fresh = 1
}
function begin(	part, name) {
	end()
	sub(/^<!-- man: */, "")
	sub(/ *-->$/, "")
	split($0, part, / *[|] */)
	split(part[1], name, " ")
	see = part[3]
	file = dir "/" name[1] "." name[2]
	print ".Dd " date >file
	print ".Dt " toupper(name[1]) " " name[2] >file
	print ".Os nfwalk " version >file
	print ".Sh NAME\n.Nm " name[1] "\n.Nd " part[2] >file
	print ".Sh DESCRIPTION" >file
	fresh = 1
}
function end(	i, n, ref, part) {
	if (file == "")
		return
	close_()
	print ".Sh SEE ALSO" >file
	n = split(see, ref, " ")
	for (i = 1; i <= n; i++) {
		split(ref[i], part, /[()]/)
		print ".Xr " part[1] " " part[2] (i < n ? " ," : "") >file
	}
	close(file)
	file = ""
}
FNR == 1 {
	end()
	if ($0 ~ /^<!-- man: /)
		begin()
	next
}
file == "" { next }
{
	gsub(/docs\/packets\.md/, "nfwalk-packets(5)")
	gsub(/docs\/expectations\.md/, "nfwalk-test(5)")
	gsub(/docs\/query\.md/, "nfwalk-sets(7)")
	gsub(/docs\/report\.md/, "nfwalk-page(7)")
	gsub(/docs\/snapshot\.md/, "nfwalk-snapshot(5)")
}
FNR == 2 && /^# / { next }
/^#+ / {
	title = $0
	sub(/^#+ /, "", title)
	heading(".Sh", title)
	next
}
/^    / {
	flush_()
	if (mode != "code") {
		close_()
		print ".Bd -literal -offset indent" >file
		mode = "code"
	}
	for (; blank > 0; blank--)
		print "" >file
	line = chars(substr($0, 5))
	print (line ~ /^[.]/ ? "\\&" : "") line >file
	next
}
/^$/ {
	if (mode == "code")
		blank++
	else
		close_()
	next
}
{ blank = 0 }
/^\|/ {
	if (mode != "table") {
		close_()
		head = $0
		gsub(/[| ]/, "", head)
		if (head ~ /^[A-Z]+$/)
			print ".Pp\n" head ":" >file
		print ".Bl -tag -width Ds" >file
		mode = "table"
		if ($0 !~ /`/)
			next
	}
	if ($0 ~ /^[|][-: |]+$/)
		next
	split(substr($0, 2), cell, / *\| */)
	sub(/^ */, "", cell[1])
	print ".It \"" inline(cell[1]) "\"" >file
	text(cell[2])
	fresh = 0
	next
}
/^- / {
	if (mode != "list") {
		close_()
		print ".Bl -dash" >file
		mode = "list"
	}
	flush_()
	print ".It" >file
	fresh = 1
	para = substr($0, 3)
	next
}
{
	if (mode == "code" || mode == "table")
		close_()
	sub(/^ +/, "")
	para = para == "" ? $0 : para " " $0
}
END { end() }
