# A reboot starts the machine again, as often as the guest likes
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
type touch /tmp/file; ls /tmp; reboot -f
expect BusyBox
expect # 
type echo "files: $(ls /tmp | wc -l)"; reboot -f
expect files: 0
expect BusyBox
expect # 
type poweroff -f
exit 0
