# usage: zsh -f complete.zsh SCRIPT LINE: types LINE and the tabulator in a
# zsh on a terminal of its own, and prints what the line has become.
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'unset zle_bracketed_paste; PS1= RPS1= PROMPT_EOL_MARK='
zpty -w z 'autoload -Uz compinit; compinit -D -u; LISTMAX=0'
zpty -w z "source $1"
zpty -w z 'show() { print -r -- "<$BUFFER>"; BUFFER=; }; zle -N show
bindkey "^X" show; stty -echo; print READY'
while zpty -r z line; do
	[[ $line == READY* ]] && break
done
zpty -n -w z "$2"$'\t'
zpty -n -w z $'\030'
out=
while zpty -r z line; do
	out+=$line
	[[ $out =~ '<(nfwalk [^>]*)>' ]] && break
done
print -r -- "$match[1]"
zpty -d z
