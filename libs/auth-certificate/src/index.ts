export { type CertificateOptions, openCertificates } from './certificates.js';
