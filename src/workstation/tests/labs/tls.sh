# openssl, for TLS secrets
openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout tls.key -out tls.crt -subj "/CN=shop.example/O=shop" -addext "subjectAltName=DNS:shop.example"
openssl x509 -in tls.crt -noout -subject -issuer
#? subject=CN = shop.example, O = shop
#? issuer=CN = shop.example, O = shop
openssl x509 -in tls.crt -noout -enddate | cut -c 1-9
#? notAfter=
head -n 1 tls.key; head -n 1 tls.crt
#? -----BEGIN PRIVATE KEY-----
#? -----BEGIN CERTIFICATE-----
kubectl create secret tls shop --cert=tls.crt --key=tls.key
#? secret/shop created
openssl genrsa -out john.key 2048; openssl req -new -key john.key -out john.csr -subj "/CN=john/O=developers"; openssl req -in john.csr -noout -subject
#? subject=CN = john, O = developers
openssl x509 -req -in john.csr -CA tls.crt -CAkey tls.key -CAcreateserial -out john.crt -days 10 2>&1
#? Certificate request self-signature ok
#? subject=CN = john, O = developers
openssl x509 -in john.crt -noout -issuer
#? issuer=CN = shop.example, O = shop
openssl rand -hex 8 | wc -c
#? 17
openssl s_client -connect localhost:443; echo $?
#? podarium: not simulated: openssl s_client
#? 1
