# Completes by the script given, as bash itself asks for it.
. "$1"
function=$(complete -p lakecanary | sed 's/.*-F \([^ ]*\).*/\1/')
COMP_WORDS=(lakecanary rec) COMP_CWORD=1 COMP_LINE="lakecanary rec" COMP_POINT=14
"$function" lakecanary rec lakecanary
[ "${COMPREPLY[*]}" = reconcile ] || exit 1
COMPREPLY=() COMP_WORDS=(lakecanary run --endp) COMP_CWORD=2 COMP_LINE="lakecanary run --endp" COMP_POINT=21
"$function" lakecanary --endp run
[ "${COMPREPLY[*]}" = --endpoint-settings ]
