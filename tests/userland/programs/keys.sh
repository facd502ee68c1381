# root: ssh-keygen: keys of all kinds, made, shown, converted, signed with; a certificate
cd "$1"
key() { # name, type, bits
    ssh-keygen -q -t $2 ${3:+-b $3} -N '' -C comment -f $1 && ssh-keygen -l -f $1 | awk '{ print $1, $3, $4 }'
    ssh-keygen -y -f $1 | cmp - $1.pub && [ "$(ssh-keygen -l -f $1)" = "$(ssh-keygen -l -f $1.pub)" ] || echo "$1: its public key is another"
    ssh-keygen -p -a 1 -P '' -N secret -f $1 >/dev/null && ! ssh-keygen -y -P wrong -f $1 >/dev/null 2>&1 && ssh-keygen -y -P secret -f $1 | cmp - $1.pub && ssh-keygen -p -P secret -N '' -f $1 >/dev/null
    ssh-keygen -e -m RFC4716 -f $1.pub >e && ssh-keygen -i -f e | cut -d' ' -f1,2 | cmp - <(cut -d' ' -f1,2 $1.pub)
}
key rsa rsa 2048; key dsa dsa; key e256 ecdsa 256; key e384 ecdsa 384; key e521 ecdsa 521; key ed ed25519
for k in rsa e256 e384 e521 ed; do
    echo "the message" >m; ssh-keygen -q -Y sign -f $k -n file m; echo "me $(cat $k.pub)" >allowed
    ssh-keygen -Y verify -f allowed -I me -n file -s m.sig <m | cut -d' ' -f1-5; echo other | ssh-keygen -q -Y verify -f allowed -I me -n file -s m.sig >/dev/null 2>&1 || echo refused; rm m.sig
done
ssh-keygen -q -s ed -I identity -n user -V 20200101:20300101 -z 7 rsa.pub && ssh-keygen -L -f rsa-cert.pub | grep -E 'Serial|Key ID|user'
ssh-keygen -m PEM -p -P '' -N '' -f rsa >/dev/null && head -1 rsa; openssl rsa -in rsa -check -noout
