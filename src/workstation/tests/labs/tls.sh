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
openssl x509 -in tls.crt -noout -ext subjectAltName
#? X509v3 Subject Alternative Name: 
#?     DNS:shop.example
openssl x509 -in tls.crt -noout -text | grep -A 1 -e 'Public-Key' -e 'Issuer:'
#?         Issuer: CN = shop.example, O = shop
#?         Validity
#?                 Public-Key: (2048 bit)
#?                 Modulus:
openssl x509 -in tls.crt -noout -checkend 86400; openssl x509 -in tls.crt -noout -checkend 86400000; echo $?
#? Certificate will not expire
#? Certificate will expire
#? 1
openssl verify -CAfile tls.crt john.crt; openssl verify -CAfile john.crt tls.crt 2>&1; echo $?
#? john.crt: OK
#? CN = shop.example, O = shop
#? error 18 at 0 depth lookup: self-signed certificate
#? error tls.crt: verification failed
#? 2
openssl rand -hex 8 | wc -c
#? 17
openssl s_client -connect localhost:443; echo $?
#? connect:errno=111
#? 1
