# md5sum sha1sum sha256sum sha512sum sha3sum crc32 factor
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%d,", i * i % 65537 }' > data
for s in md5sum sha1sum sha256sum sha512sum sha3sum crc32; do $s data; done
for n in 0 1 55 56 63 64 65 111 112 127 128 1000; do head -c $n data | md5sum; head -c $n data | sha1sum; head -c $n data | sha256sum; head -c $n data | sha512sum; done
md5sum data > sums; md5sum -c sums; sha256sum data | sed 's/^./x/' > bad; sha256sum -c bad; echo $?
factor 1 2 97 1001 65537 4294967291 4294967295 18446744073709551615 999999999989
mkpasswd -m sha512 -S saltsalt secret; mkpasswd -m md5 -S saltsalt secret; mkpasswd -m des -S sa secret
