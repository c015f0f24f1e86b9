// Command make-libtrust-vectors prints libtrust.json: documents and keys as libtrust prints them. In a module that
// requires github.com/docker/libtrust: go run make-libtrust-vectors.go certificates.pem leaf.key > libtrust.json
package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"

	"github.com/docker/libtrust"
)

type document struct {
	Name       string   `json:"name"`
	Payload    string   `json:"payload"`
	Document   string   `json:"document"`
	KeyIDs     []string `json:"keyIds"`
	Signatures []string `json:"signatures"`
}

type key struct {
	Name      string `json:"name"`
	KeyID     string `json:"keyId"`
	PublicJWK string `json:"publicJwk"`
	JWK       string `json:"jwk"`
	PEM       string `json:"pem"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func describeKey(name string, private libtrust.PrivateKey) key {
	public := string(must(json.Marshal(private.PublicKey())))
	jwk := string(must(json.MarshalIndent(private, "", "    ")))
	// Last, since it adds an extended field to the key.
	block := string(pem.EncodeToMemory(must(private.PEMBlock())))
	return key{name, private.KeyID(), public, jwk, block}
}

func describe(name, payload string, sign func(*libtrust.JSONSignature)) document {
	signature := must(libtrust.NewJSONSignature([]byte(payload)))
	sign(signature)
	printed := must(signature.PrettySignature("signatures"))
	described := document{Name: name, Payload: payload, Document: string(printed)}
	for _, public := range must(signature.Verify()) {
		described.KeyIDs = append(described.KeyIDs, public.KeyID())
	}
	for _, stored := range must(signature.Signatures()) {
		described.Signatures = append(described.Signatures, string(stored))
	}
	return described
}

func certificates(file string) map[string]*x509.Certificate {
	found := map[string]*x509.Certificate{}
	for rest := must(os.ReadFile(file)); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return found
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			found[certificate.Subject.CommonName] = certificate
		}
	}
}

func leafKey(file string) libtrust.PrivateKey {
	block, _ := pem.Decode(must(os.ReadFile(file)))
	return must(libtrust.FromCryptoPrivateKey(must(x509.ParsePKCS8PrivateKey(block.Bytes)).(*ecdsa.PrivateKey)))
}

func main() {
	keys := map[string]libtrust.PrivateKey{
		"P-256": must(libtrust.GenerateECP256PrivateKey()),
		"P-384": must(libtrust.GenerateECP384PrivateKey()),
		"P-521": must(libtrust.GenerateECP521PrivateKey()),
		"RSA":   must(libtrust.GenerateRSA2048PrivateKey()),
	}
	var output struct {
		Keys      []key      `json:"keys"`
		Documents []document `json:"documents"`
	}
	names := []string{"P-256", "P-384", "P-521", "RSA"}
	add := func(name, payload string, signers ...libtrust.PrivateKey) {
		output.Documents = append(output.Documents, describe(name, payload, func(signature *libtrust.JSONSignature) {
			for _, signer := range signers {
				if err := signature.Sign(signer); err != nil {
					panic(err)
				}
			}
		}))
	}

	indented := "{\n   \"name\": \"a/b\",\n   \"tag\": \"1\"\n}"
	for _, name := range names {
		add(name+", three spaces", indented, keys[name])
	}
	add("compact", `{"name":"a/b","list":[1,{"b":{}}]}`, keys["P-256"])
	add("compact with spaces and a line feed at its end", "  { \"name\" : \"a/b\" }  \n", keys["RSA"])
	add("tabs", "{\n\t\"name\": \"a/b\"\n}\n", keys["P-384"])
	add("twelve spaces", "{\n            \"name\": \"a/b\"\n}", keys["P-256"])
	add("an empty line before the first member", "{\n\n  \"name\": \"a/b\"\n}", keys["P-256"])
	add("no indent behind the line feed", "{\n\"name\": \"a/b\"\n}", keys["P-256"])
	add("CRLF", "{\r\n   \"name\": \"a/b\"\r\n}\r\n", keys["P-256"])
	add("characters of several bytes", "{\n   \"é\": \"\u65e5\u672c \U0001f40b\",\n   \"\u2028\": \"<a & b>}\"\n}", keys["P-256"])
	add("all keys", indented, keys["RSA"], keys["P-521"], keys["P-256"], keys["P-384"])
	add("one key twice", indented, keys["P-256"], keys["P-256"])

	extended := must(libtrust.UnmarshalPrivateKeyJWK(must(json.Marshal(keys["P-256"]))))
	extended.AddExtendedField("hosts", []string{"localhost", "<b>"})
	extended.AddExtendedField("keyID", "<a & b \u2028>")
	add("extended fields of a key", indented, extended)
	add("extended fields of a key, compact", `{"name":"a/b"}`, extended)

	known := certificates(os.Args[1])
	chain := []*x509.Certificate{known["leaf-of-intermediate"], known["intermediate"]}
	output.Documents = append(output.Documents, describe("certificates", indented, func(signature *libtrust.JSONSignature) {
		if err := signature.SignWithChain(leafKey(os.Args[2]), chain); err != nil {
			panic(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(known["root"])
		if _, err := signature.VerifyChains(roots); err != nil {
			panic(err)
		}
	}))

	for _, name := range names {
		output.Keys = append(output.Keys, describeKey(name, keys[name]))
	}

	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(output); err != nil {
		panic(err)
	}
}
