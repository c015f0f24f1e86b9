export { PolicyFile, type PolicyFileOptions } from './policy-file.js';
export { PolicyFileError, readPolicy } from './read-policy.js';
export { readYaml } from './read-yaml.js';
