#!/bin/sh
# Makes the certificates of the tests. They hold public keys only.
set -e
cd "$(dirname "$0")"
key=$(mktemp)
openssl ecparam -name prime256v1 -genkey -noout -out "$key"
make() {
  name=$1; days=$2; subject=$3; shift 3
  openssl req -x509 -key "$key" -utf8 -days "$days" -subj "$subject" -out "$name.pem" "$@"
}
make person 36500 '/O=Example/OU=staff/OU=builders/CN=alice' \
  -addext 'subjectAltName=email:alice@example.org,DNS:a.example,DNS:b.example,URI:spiffe://example.org/ci/build'
make two-names 36500 '/CN=alice/CN=root'
make control-character 36500 "/CN=alice$(printf '\033')[2J"
make no-name 36500 '/O=Example'
openssl x509 -in person.pem -signkey "$key" -days -1 -out expired.pem
rm "$key"
