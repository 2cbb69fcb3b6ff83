# Completes by the functions of the directory given, in a zsh at a terminal.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; print is-'ready'"
zpty -r -m shell said '*is-ready*'
zpty -w -n shell $'lakecanary reco\t'
zpty -r -m shell said '*reconcile*' || exit 1
zpty -w -n shell $'\C-ulakecanary run --endp\t'
zpty -r -m shell said '*endpoint-settings*' || exit 1
zpty -d shell
