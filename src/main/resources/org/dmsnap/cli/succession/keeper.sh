# keeper DEATHS PROGRAM [WORD...]: what the server of a mount starts beside itself. It holds the
# descriptors from 3 on, and hears on its standard input, a pipe that only the server can write to:
#   stop     the mount is gone, there is nothing to keep
#   on       the server has answered a request
#   planned  what ends now is to be replaced
# The end of the pipe means that no thread of the server is left: it is replaced. The successor is
# born with a keeper of its own, this text again, and the end of the pipe to that as standard input.
# DMSNAP_KEEPER is this text.
deaths=$1
shift
cd /

while read -r word; do
  case $word in
    stop) exit 0 ;;
    on) deaths=0 ;;
    planned) deaths=-1 ;;
  esac
done

deaths=$((deaths + 1))
if [ "$deaths" -ge 5 ]; then
  words="gave up $*: its server died $deaths times in a row without answering anybody; unmount it, and mount it again"
  logger -t dmsnap -p daemon.err -- "$words" 2>/dev/null || echo "dmsnap: $words" >&2
  exit 1
fi
[ "$deaths" -le 1 ] || sleep "$((deaths - 1))"

# a shell has its background commands ignore these signals
{
  # shellcheck disable=SC2016 # the inner shell's own
  DMSNAP_DEATHS=$deaths env --default-signal=INT,QUIT sh -c 'export LISTEN_PID=$$; exec "$@" 0>&1 1>&2' sh "$@" |
    env --default-signal=INT,QUIT sh -c 'eval "$DMSNAP_KEEPER"' dmsnap-keeper "$deaths" "$@"
} &
