# tar gzip gunzip zcat bzip2 bunzip2 bzcat xz unxz xzcat lzma lzcat cpio ar unzip uuencode uudecode base64
mkdir -p src/sub; seq 1 5000 > src/numbers; awk 'BEGIN { for (i = 0; i < 2000; i++) printf "%d:%d ", i * 7919 % 9973, i }' > src/sub/mix
ln -s numbers src/link; chmod 750 src/sub
tar -cf plain.tar src; tar -tf plain.tar | sort; mkdir out; tar -xf plain.tar -C out; cmp src/numbers out/src/numbers && echo extracted
rm plain.tar
gzip -c src/numbers > n.gz; gunzip -c n.gz | cmp - src/numbers && echo gzip; zcat n.gz | tail -n 1; gzip -t n.gz; echo $?; rm n.gz
gzip -9 -c src/sub/mix | gunzip | md5sum
bzip2 -c src/numbers > n.bz2; bunzip2 -c n.bz2 | cmp - src/numbers && echo bzip2; bzcat n.bz2 | head -n 1; md5sum < n.bz2
tar -czf c.tgz src; tar -tzf c.tgz | wc -l; rm c.tgz; tar -cjf c.tbz src; tar -xjOf c.tbz src/sub/mix | md5sum; rm c.tbz
(cd src && find . -type f | sort | cpio -o -H newc 2> /dev/null) > x.cpio; mkdir cp; (cd cp && cpio -id < ../x.cpio 2> /dev/null); cmp cp/numbers src/numbers && echo cpio; rm x.cpio
uuencode -m name < src/sub/mix > u; uudecode -o u.out u; cmp u.out src/sub/mix && echo uu; uuencode plain < src/numbers | md5sum
base64 src/sub/mix | head -n 2; base64 src/numbers | base64 -d | md5sum
printf 'corrupt' | gunzip 2>&1; echo $?
ar -t nothing 2> /dev/null; echo $?
