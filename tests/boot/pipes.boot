# The console on pipes: a script comes in, nothing is lost at its end
pipes
run $STINKARM --system --initrd $INITRD --append "console=ttyAMA0 quiet" $TINY 2>/dev/null
send echo $((6 * 7)) answers\nseq 1 2000 | md5sum\nuname\npoweroff -f\n
close
expect \n42 answers
expect \nea4d0a24dabcaa11f9aa979b872d162b
expect \nLinux
exit 0
