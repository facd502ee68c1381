# root: tar with each compressor, in pipes
cd "$1"
mkdir src; for i in $(seq 40); do seq $i $((i * 137)) >src/$i; done; ln -s 1 src/link; (cd src && find . -type f | sort | xargs sha256sum) >sums
for z in gzip bzip2 xz zstd; do
    tar -c src | $z -c >a.$z && mkdir $z && $z -dc a.$z | tar -x -C $z && (cd $z/src && sha256sum -c --quiet ../../sums && readlink link) && echo $z
    tar --$z -cf b src && tar -tf b | wc -l
done
xz -9e -k -c src/40 | xz -dc | cmp - src/40 && zstd -19 -q -c src/40 | zstd -dc -q | cmp - src/40 && gzip -9c src/40 | zcat | cmp - src/40 && echo same
printf 'damaged' | gzip -dc 2>/dev/null; echo $?
