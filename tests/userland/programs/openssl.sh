# root: openssl: digests, ciphers, keys, requests; what has no chance in it is what the native program gives
cd "$1"
seq 30000 >data
for d in md5 sha1 sha224 sha256 sha384 sha512 sha512-256 sha3-256 shake128 blake2b512 blake2s256 sm3 ripemd160; do openssl dgst -$d data 2>&1; done
openssl dgst -sha256 -hmac key data; openssl dgst -mac cmac -macopt cipher:aes-128-cbc -macopt hexkey:000102030405060708090a0b0c0d0e0f data
k=000102030405060708090a0b0c0d0e0f1011121314151617181920212223242526272829303132333435363738394041 iv=0f0e0d0c0b0a09080706050403020100
for c in aes-128-cbc:32 aes-192-ctr:48 aes-256-ecb:64 aes-256-cfb:64 aes-128-ofb:32 camellia-256-cbc:64 aria-128-ctr:32 des-ede3-cbc:48 chacha20:64 sm4-cbc:32; do
    o="-K ${k:0:${c#*:}} -iv ${iv:0:$([ ${c%:*} = des-ede3-cbc ] && echo 16 || echo 32)}"; [ ${c%:*} != aes-256-ecb ] || o="-K ${k:0:64}"
    openssl enc -${c%:*} $o -in data -out x && openssl enc -d -${c%:*} $o -in x | cmp - data && echo "${c%:*} $(sha256sum <x | cut -c1-32)"
done
openssl enc -aes-256-cbc -pbkdf2 -iter 1000 -S 0102030405060708 -pass pass:word -a -in <(head -c 100 data)
openssl kdf -keylen 20 -kdfopt digest:SHA256 -kdfopt key:secret -kdfopt salt:salt HKDF; openssl passwd -6 -salt salt word
printf '\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20%s' 'abcdefghijklmnopqrstuvwxyz012345' >ed.der
openssl pkey -inform DER -in ed.der -out ed.pem; openssl pkey -in ed.pem -pubout; openssl pkeyutl -sign -rawin -in data -inkey ed.pem | sha256sum
openssl req -new -key ed.pem -subj /CN=test/O=stinkarm -out ed.csr && openssl req -in ed.csr -noout -subject -verify 2>&1; sha256sum <ed.csr
openssl genrsa -out rsa.pem 1024 2>/dev/null && openssl rsa -in rsa.pem -check -noout && openssl req -x509 -new -key rsa.pem -subj /CN=ca -days 30 -set_serial 7 -out ca.pem && openssl x509 -in ca.pem -noout -subject -serial && openssl verify -CAfile ca.pem ca.pem
openssl dgst -sha256 -sign rsa.pem -out s data && openssl dgst -sha256 -verify <(openssl rsa -in rsa.pem -pubout 2>/dev/null) -signature s data
for c in prime256v1 secp384r1 secp521r1 brainpoolP256r1; do openssl ecparam -name $c -genkey -noout -out ec.pem && openssl dgst -sha1 -sign ec.pem -out s data && openssl dgst -sha1 -verify <(openssl ec -in ec.pem -pubout 2>/dev/null) -signature s data; done
openssl genpkey -algorithm X25519 -out a.pem; openssl genpkey -algorithm X25519 -out b.pem; openssl pkey -in a.pem -pubout -out a.pub; openssl pkey -in b.pem -pubout -out b.pub
openssl pkeyutl -derive -inkey a.pem -peerkey b.pub | cmp - <(openssl pkeyutl -derive -inkey b.pem -peerkey a.pub) && echo same
openssl prime 618970019642690137449562111; openssl prime -hex 7fffffffffffffffffffffffffffffff; openssl rand -hex 20 | wc -c
openssl speed -seconds 1 -bytes 1024 -evp aes-128-cbc 2>/dev/null | grep -c '^AES-128-CBC'; openssl speed -seconds 1 -bytes 1024 sha256 2>/dev/null | grep -c '^sha256'
