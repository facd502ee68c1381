# A shell that forks gets no window of the host's MMU, or loses it: each fork would have to map its pages anew
run $STINKARM --system --stats=json --log-file $BUILD/tests/boot/forks.json --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY
expect # 
type i=0; while [ $i -lt 400 ]; do i=$((i+1)); /bin/true; done; echo forked $i
expect \nforked 400
expect # 
type poweroff -f
exit 0
check pages=$(sed -n 's/.*"windows":{[^}]*"pages":\([0-9]*\).*/\1/p' $BUILD/tests/boot/forks.json); echo "$pages pages" >&2; [ $pages -lt 4000 ]
