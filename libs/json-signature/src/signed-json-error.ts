/** What all failures of this library have in common. */
export abstract class SignedJsonError extends Error {}

/** Bytes that should be a JSON object are not. */
export class InvalidJsonError extends SignedJsonError {
  override readonly name = 'InvalidJsonError';

  constructor(
    /** What was read, such as `document`. */
    readonly subject: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`invalid ${subject}: ${rule}`, options);
  }
}

/** The document carries no signatures: the "missing signature key" of libtrust, or an empty list. */
export class MissingSignaturesError extends SignedJsonError {
  override readonly name = 'MissingSignaturesError';

  constructor(readonly rule: string) {
    super(`missing signatures: ${rule}`);
  }
}

/** The list of signatures, or one in it, does not have the form that it must have. */
export class MalformedSignatureError extends SignedJsonError {
  override readonly name = 'MalformedSignatureError';

  constructor(
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`malformed signature: ${rule}`, options);
  }
}

/** A signature's algorithm is unknown, or not one for its key. */
export class UnsupportedAlgorithmError extends SignedJsonError {
  override readonly name = 'UnsupportedAlgorithmError';

  constructor(
    readonly algorithm: string,
    readonly rule: string,
  ) {
    super(`unsupported signature algorithm ${JSON.stringify(algorithm)}: ${rule}`);
  }
}

/** `formatLength` and `formatTail` do not describe the document, or differ between signatures. */
export class InvalidFormatError extends SignedJsonError {
  override readonly name = 'InvalidFormatError';

  constructor(readonly rule: string) {
    super(`invalid signature format: ${rule}`);
  }
}

/** A payload is not one that can be signed. */
export class InvalidPayloadError extends SignedJsonError {
  override readonly name = 'InvalidPayloadError';

  constructor(
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`invalid payload: ${rule}`, options);
  }
}

/** A key cannot be read or is of a kind that libtrust does not have. */
export class InvalidKeyError extends SignedJsonError {
  override readonly name: string = 'InvalidKeyError';

  constructor(
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`invalid key: ${rule}`, options);
  }
}

/** A JSON Web Key states another key id than its own. */
export class KeyIdMismatchError extends InvalidKeyError {
  override readonly name = 'KeyIdMismatchError';

  constructor(
    readonly stated: string,
    readonly computed: string,
  ) {
    super(`the key id ${JSON.stringify(stated)} is not that of the key, ${computed}`);
  }
}

export class InvalidCertificateError extends SignedJsonError {
  override readonly name = 'InvalidCertificateError';

  constructor(
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`invalid certificate: ${rule}`, options);
  }
}

/** No way leads from the certificate of a signature to a configured authority. */
export class UntrustedCertificateError extends SignedJsonError {
  override readonly name = 'UntrustedCertificateError';

  constructor(
    /** The subject of the certificate; it may be empty. */
    readonly subject: string | undefined,
  ) {
    super(`no valid chain leads from the certificate of ${JSON.stringify(subject ?? '')} to a configured authority`);
  }
}

/** A signature is well formed, but not one of this payload by this key. */
export class InvalidSignatureError extends SignedJsonError {
  override readonly name = 'InvalidSignatureError';

  constructor(readonly keyId: string) {
    super(`invalid signature of key ${keyId}`);
  }
}
