# Turns fresh namespaces into a machine and becomes its systemd: boot-systemd.sh <lower directory> <scratch directory>
set -e
lower=$1 scratch=$2
# All that is written lies in memory and is gone with the namespace.
mount -t tmpfs -o mode=755 tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$scratch/root"
cd "$scratch/root"

mount -t proc proc proc
# The kernel is not the machine's own: its settings are for reading.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for stream in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${stream#*:}" "dev/${stream%:*}"; done
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp

# Nobody logs in, and nothing is upgraded meanwhile.
for unit in console-getty.service getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null "etc/systemd/system/$unit"
done
echo server > etc/hostname
echo 127.0.0.1 localhost server > etc/hosts
pivot_root . .
umount -l .
# As systemd expects it where another set the mounts up: what it mounts for a unit is to be seen in the unit's namespace.
mount --make-rshared /
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec env -i container=unshare PATH=$path chroot . /lib/systemd/systemd --log-target=console --show-status=no
