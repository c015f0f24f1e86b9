export { type HtpasswdOptions, openHtpasswd } from './htpasswd.js';
export { InvalidFileError } from './invalid-file-error.js';
