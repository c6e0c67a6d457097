# Runs a service of a compose file on a root of its own: enter-service.sh <scratch> <ro|rw> <source:target>... -- <command>
set -e
scratch=$1 root=$1/root access=$2
shift 2
mkdir -p "$scratch/upper" "$scratch/work" "$root"
mount -t overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$root"
for directory in proc sys dev; do mount --rbind "/$directory" "$root/$directory"; done
while [ "$1" != -- ]; do
  source=${1%%:*} target=$root${1#*:}
  if [ -d "$source" ]; then mkdir -p "$target"; else mkdir -p "${target%/*}" && touch "$target"; fi
  mount --bind "$source" "$target"
  shift
done
shift
[ "$access" = rw ] || mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
