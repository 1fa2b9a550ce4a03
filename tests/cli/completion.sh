# Completions, by running them in each shell.

for shell in bash zsh fish; do
	nfwalk help --completion $shell >"$tmp/complete.$shell"
	needs "completions of $shell" $shell &&
	    check "$shell reads its script" $shell -n "$tmp/complete.$shell"
done

# bash_words WORD...: what is offered for the last WORD, as bash splits words.
bash_words()
{
	bash -c '. "$1"; shift
	    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	    _nfwalk
	    printf "%s\n" "${COMPREPLY[@]}"' bash "$tmp/complete.bash" "$@"
}
# fish_words LINE: the same, without descriptions.
fish_words()
{
	fish -c "source $tmp/complete.fish; complete -C '$1'" | cut -f1
}
# zsh_line LINE: what the line has become when the tabulator was pressed.
zsh_line()
{
	zsh -f tests/cli/complete.zsh "$tmp/complete.zsh" "$1"
}

first()
{
	nfwalk help --complete -- "$@" | cut -f1 | head -1
}
same "bash: commands" "$(nfwalk help --complete -- '' | cut -f1)" \
    "$(bash_words nfwalk '')"
same "bash: an option" "--profile" "$(bash_words nfwalk audit --pro)"
same "bash: a word" "cis" "$(bash_words nfwalk audit --profile c)"
same "bash: a list" "cis,pci" "$(bash_words nfwalk audit --profile cis,p)"
same "bash: behind =" "auto"$'\n'"always" "$(bash_words nfwalk audit --color = a)"
same "bash: nothing behind = yet" "auto"$'\n'"always"$'\n'"never" \
    "$(bash_words nfwalk audit --color =)"
same "bash: a format for a file" "sarif=" "$(bash_words nfwalk audit -o sa)"
same "bash: a file is readline's" "" "$(bash_words nfwalk audit -o sarif = x)"
same "bash: an id" "FW2001" "$(bash_words nfwalk explain FW2001)"
same "bash: -o is an interface in a query" "" "$(bash_words nfwalk query -o '')"

if command -v fish >/dev/null; then
	mkdir -p "$tmp/there/folder" && : >"$tmp/there/file"
	same "fish: an option" "--profile" "$(fish_words 'nfwalk audit --pro')"
	same "fish: a word" "cis" "$(fish_words 'nfwalk audit --profile c')"
	same "fish: behind =" "--color=always"$'\n'"--color=auto" \
	    "$(fish_words 'nfwalk audit --color=a' | sort)"
	same "fish: an id" "$(first explain FW8001)" \
	    "$(fish_words 'nfwalk explain FW8001')"
	same "fish: a file" "$tmp/there/file" \
	    "$(fish_words "nfwalk audit $tmp/there/fi")"
	same "fish: a file behind a format" "json=$tmp/there/file" \
	    "$(fish_words "nfwalk audit -o json=$tmp/there/fi")"
	same "fish: a folder" "$tmp/there/folder/" \
	    "$(fish_words "nfwalk audit -S $tmp/there/fo")"
fi

if command -v zsh >/dev/null && needs_pty "zsh at a prompt"; then
	mkdir -p "$tmp/there" && : >"$tmp/there/file"
	same "zsh: a command" "nfwalk replay " "$(zsh_line 'nfwalk repl')"
	same "zsh: an option" "nfwalk audit --write-baseline " \
	    "$(zsh_line 'nfwalk audit --wri')"
	same "zsh: behind =" "nfwalk audit --color=never " \
	    "$(zsh_line 'nfwalk audit --color=n')"
	same "zsh: a format for a file" "nfwalk audit -o sarif=" \
	    "$(zsh_line 'nfwalk audit -o sa')"
	same "zsh: an id" "nfwalk explain FW8001 " \
	    "$(zsh_line 'nfwalk explain FW8001')"
	same "zsh: a file behind a format" "nfwalk audit -o json=$tmp/there/file " \
	    "$(zsh_line "nfwalk audit -o json=$tmp/there/fi")"
fi
