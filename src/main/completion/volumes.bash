
# What the model of the command line cannot know: where pools are mounted, and what is in them.
_dmsnap_with_volumes() {
  local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} mountpoint= i word words option=
  for ((i = 2; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      =) ;; # bash makes three words of --width=80, zsh one
      -*=*) ;;
      -*)
        option=
        [[ " @VALUED@ " != *" ${COMP_WORDS[i]} "* ]] || option=${COMP_WORDS[i]}
        continue # what follows may be its value
        ;;
      *) [[ -n $mountpoint || -n $option ]] || mountpoint=${COMP_WORDS[i]} ;;
    esac
    [[ ${COMP_WORDS[i]} == = ]] || option=
  done
  mountpoint=${mountpoint/#\~/$HOME} # words come as they were typed
  mountpoint=${mountpoint//\\/}
  if [[ $command == mount && $option == -o ]]; then # the last of a list
    words="ro stack allow_other allow_root uid= gid= mode= autoextend_threshold= autoextend_percent="
    words+=" overflow=invalidate overflow=refuse threads= accept_changed_origin nonempty"
    [[ $current == *,* ]] && word=${current%,*}, || word=
    mapfile -t COMPREPLY < <(compgen -P "$word" -W "$words" -- "${current##*,}")
    return
  fi
  if ((COMP_CWORD < 2)) || [[ $current == -* || " @MOUNTED@ " != *" $command "* ]]; then
    _complete_dmsnap
    return
  fi
  if [[ -n $option && -z $mountpoint || -n $option && $option != --from ]]; then
    return # a value, which is neither a mountpoint nor a volume
  fi
  if [[ -z $mountpoint ]]; then
    words=$(awk '$3 == "fuse.dmsnap" { print $2 }' /proc/mounts)
  elif [[ $command == status || $command == table ]]; then
    words=$(timeout 2 ls "$mountpoint/ctl/status" 2>/dev/null)
  else
    words=$(timeout 2 ls "$mountpoint" 2>/dev/null | grep -vxE 'ctl|.*-(real|cow)')
  fi
  [[ -z $mountpoint ]] || words=$(LC_ALL=C grep -xE '[A-Za-z0-9+_.-]+' <<<"$words") # a volume's name
  COMPREPLY=()
  while read -r word; do # not compgen -W, which has the shell run what stands in a word
    printf -v word '%b.' "${word//\\/\\0}" # \040 is a blank
    printf -v word '%q' "${word%.}"
    [[ -z $words || $word != "$current"* ]] || COMPREPLY+=("$word")
  done <<<"$words"
}
complete -F _dmsnap_with_volumes -o default dmsnap
