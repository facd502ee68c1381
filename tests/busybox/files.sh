# mkdir rmdir touch cp mv ln rm chmod stat ls find du readlink realpath basename dirname mktemp mkfifo test cmp diff patch
mkdir -p a/b/c a/d; touch a/one a/b/two a/b/c/three; echo content > a/d/four; ls a; ls -R a | md5sum
cp a/d/four a/copy; cp -r a z; mv a/copy a/moved; ln a/moved a/hard; ln -s moved a/soft; ls a
stat -c '%n %s %F %h %a' a/moved a/soft a/d | sed 's/directory.*/directory/'
chmod 640 a/moved; stat -c %a a/moved; chmod u+x,g-r a/moved; stat -c %A a/hard; chmod -R go= z; stat -c %a z/d/four
readlink a/soft; readlink -f a/soft | sed 's/.*\///'; realpath a/b/../soft | sed 's/.*\///'; basename /x/y/z.c .c; dirname /x/y/z
find a -type f | sort; find a -name 't*' | sort; touch -d '2000-01-01 00:00:00' a/one; find a -newer a/one -type l; find a -type d -exec echo dir {} \; | sort
find . -size +0 -type f | sort; find a -perm 640; find a -maxdepth 1 -mindepth 1 | sort; find a -type f -print0 | xargs -0 ls | sort
touch -d '2001-02-03 04:05:06' a/one; date -r a/one '+%Y-%m-%d %H:%M:%S'; ls -l --full-time a/one | awk '{ print $6, $7 }'
rm a/hard; test -e a/hard; echo $?; rmdir a/b/c 2> /dev/null; echo $?; rm -r a/b; ls a
mkfifo pipe; (echo through the pipe > pipe &); cat pipe
cmp a/d/four a/moved; echo $?; echo different > other; cmp other a/moved; echo $?
seq 1 30 > old; sed -e '5d' -e '20s/$/ changed/' -e '25a new' old > new; diff old new; diff -u old new | sed 1,2d > delta; cat delta
diff -u old new > p; cp old target; patch target p; cmp target new && echo patched; patch -R target p; cmp target old && echo back
dd if=/dev/zero of=zeros bs=1k count=64 2> /dev/null; wc -c zeros; dd if=old bs=7 skip=2 count=3 2> /dev/null; echo
dd if=new of=zeros bs=1 seek=10 conv=notrunc 2> /dev/null; md5sum zeros
t=$(mktemp -d ./tmpXXXXXX); [ -d "$t" ] && rmdir "$t" && echo temp
install=1; test a/moved -nt a/one && echo newer; [ a/soft -ef a/moved ] && echo same
du -s z > /dev/null; echo $?; truncate -s 5000 sparse; stat -c %s sparse; fallocate -l 4096 fal; stat -c %s fal
ls -1 a z; ls -a a | head -n 3; ls nothing; echo $?; cat nothing; echo $?; mkdir a; echo $?; rm nothing; echo $?
pwd | sed 's/.*\///' | cut -c 1-6; cd a/d; pwd -P | sed 's/.*\/a/a/'; cd - > /dev/null; unlink other; link old linked; stat -c %h old
sync; shred -n 1 -u fal; test -e fal; echo $?; chown $(id -u):$(id -g) new; echo $?
