#!/bin/sh
# Makes anew, with OpenSSL 3, what the tests of certificate chains read: certificates.pem, and leaf.key, which is the
# key of every leaf.
set -eu
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

YEARS=36500
SIGNS='keyUsage=critical,keyCertSign'
CA="$SIGNS|basicConstraints=critical,CA:true"
LEAF='basicConstraints=critical,CA:false'

# certificate <name> <issuer> <extensions, separated by |> [<days> [<hash>]]
certificate() {
  issuer="-CA $2.crt -CAkey $2.key -CAserial serial -CAcreateserial"
  [ "$1" != "$2" ] || issuer="-signkey $1.key"
  echo "$3" | tr '|' '\n' > extensions
  openssl req -new -key "$1.key" -subj "/CN=$1" -out request
  # shellcheck disable=SC2086 # several words
  openssl x509 -req -in request $issuer -days "${4:-$YEARS}" "${5:--sha256}" -extfile extensions -out "$1.crt"
  cat "$1.crt" >> certificates.pem
}
authority() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
  certificate "$@"
}
leaf() {
  cp leaf.key "$1.key"
  certificate "$@"
}

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf.key
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out root.key
openssl genpkey -algorithm ED25519 -out ed25519-root.key

certificate root root "$CA"
certificate ed25519-root ed25519-root "$CA"
authority other-root other-root "$CA"
authority intermediate root "$CA,pathlen:0"
authority too-deep intermediate "$CA"
authority constrained root "$CA|nameConstraints=critical,permitted;DNS:example.com"
authority short-lived root "$CA" 1
authority no-authority root "$LEAF"
authority not-signing root 'keyUsage=critical,digitalSignature|basicConstraints=critical,CA:true'

leaf leaf-of-root root "$LEAF"
leaf leaf-of-intermediate intermediate "$LEAF"
leaf leaf-of-too-deep too-deep "$LEAF"
leaf leaf-of-constrained constrained "$LEAF"
leaf leaf-of-short-lived short-lived "$LEAF"
leaf leaf-of-no-authority no-authority "$LEAF"
leaf leaf-of-not-signing not-signing "$LEAF"
leaf leaf-of-ed25519-root ed25519-root "$LEAF"
leaf leaf-with-sha1 root "$LEAF" "$YEARS" -sha1
leaf leaf-for-servers root "$LEAF|extendedKeyUsage=serverAuth"
leaf leaf-for-clients root "$LEAF|extendedKeyUsage=clientAuth"

cp certificates.pem leaf.key "$here"
