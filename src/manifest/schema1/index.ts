export { Schema1Converter } from './schema1-converter.js';
export { Schema1Printer } from './schema1-printer.js';
export { Schema1Verifier, type VerifiedSchema1 } from './schema1-verifier.js';
export { SignatureStore } from './signature-store.js';
export { SigningKey } from './signing-key.js';
